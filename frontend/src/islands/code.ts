// The editor of a text with lines: their numbers beside them, mistakes marked, and the way to the one that is pressed.
import { closest, find, findAll } from "./dom";

class Code extends HTMLElement {
  connectedCallback(): void {
    window.setTimeout(() => {
      this.#area?.addEventListener("input", this.#number);
      this.#area?.addEventListener("scroll", this.#follow);
      this.#area?.addEventListener("keydown", this.#keys);
      this.#number();
    });
    document.addEventListener("click", this.#go);
    document.addEventListener("htmx:after:swap", this.#number);
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.#go);
    document.removeEventListener("htmx:after:swap", this.#number);
  }

  get #area(): HTMLTextAreaElement | null {
    return find<HTMLTextAreaElement>("textarea", this);
  }

  #number = (): void => {
    const gutter = find(".gutter", this);
    if (!this.#area || !gutter) return;
    const wrong = new Set((find("#check")?.dataset["lines"] ?? "").trim().split(/\s+/).map(Number));
    const count = this.#area.value.split("\n").length;
    const lines = findAll(".gutter > span", this);
    for (let line = lines.length; line < count; line += 1) {
      const mark = document.createElement("span");
      mark.textContent = String(line + 1);
      gutter.append(mark);
    }
    for (const extra of lines.slice(count)) extra.remove();
    findAll(".gutter > span", this).forEach((mark, place) => mark.classList.toggle("wrong", wrong.has(place + 1)));
    this.#follow();
  };

  #follow = (): void => {
    const gutter = find(".gutter", this);
    if (gutter && this.#area) gutter.scrollTop = this.#area.scrollTop;
  };

  /** Two spaces instead of a tab, which YAML refuses; Esc first lets one leave the field by Tab. */
  #keys = (event: KeyboardEvent): void => {
    const area = this.#area;
    if (!area || area.readOnly) return;
    if (event.key === "Escape") area.dataset["leave"] = "1";
    if (event.key !== "Tab" || event.shiftKey || area.dataset["leave"]) {
      if (event.key === "Tab") delete area.dataset["leave"];
      return;
    }
    event.preventDefault();
    area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  #go = (event: Event): void => {
    const way = closest<HTMLElement>(event.target, "[data-line]");
    const area = this.#area;
    if (!way || !area) return;
    const lines = area.value.split("\n");
    const line = Math.min(Number(way.dataset["line"]), lines.length) - 1;
    const start = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line]?.length ?? 0));
    area.scrollTop = Math.max(0, (area.scrollHeight / lines.length) * (line - 6));
    this.#follow();
  };
}

customElements.define("bz-code", Code);
