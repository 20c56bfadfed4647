// <bz-tabs>: a tablist of buttons with aria-controls; arrows move, the chosen one is kept in the address.
import { find, findAll } from "./dom";

class Tabs extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const tab = (event.target as Element).closest<HTMLElement>("[role=tab]");
      if (tab) this.#choose(tab, true);
    });
    this.addEventListener("keydown", (event) => {
      const tabs = this.#tabs;
      const at = tabs.indexOf(event.target as HTMLElement);
      if (at < 0) return;
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length]!;
      tab.focus();
      this.#choose(tab, true);
    });
    queueMicrotask(() => {
      const asked = location.hash && this.#tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
      const first = asked || find("[role=tab][aria-selected=true]", this) || this.#tabs[0];
      if (first) this.#choose(first, false);
    });
  }

  get #tabs(): HTMLElement[] {
    return findAll("[role=tab]", this);
  }

  #choose(chosen: HTMLElement, keep: boolean): void {
    for (const tab of this.#tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !on;
    }
    if (keep) history.replaceState(history.state, "", `#${chosen.getAttribute("aria-controls")}`);
  }
}

customElements.define("bz-tabs", Tabs);
