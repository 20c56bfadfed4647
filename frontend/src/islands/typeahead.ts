// <bz-typeahead src="…" name="guest"><input><input type="hidden" name="guest"><div class="bz-pop" hidden></div></bz-typeahead>
// Options carry data-value and data-text; choosing one fills the hidden input and fires `change` on it.
import { find, plural } from "./dom";
import { Combobox } from "./combobox";

class Typeahead extends HTMLElement {
  #box: Combobox | null = null;

  connectedCallback(): void {
    queueMicrotask(() => this.#start());
  }

  #start(): void {
    const input = find<HTMLInputElement>("input:not([type=hidden])", this);
    const kept = find<HTMLInputElement>("input[type=hidden]", this);
    const list = find(".bz-pop", this);
    if (!input || !kept || !list || this.#box) return;
    const said = find("[data-count]", this.closest(".bz-field") ?? this);
    const least = Number(this.getAttribute("min") ?? 1);
    this.#box = new Combobox({
      input,
      list,
      source: (query) => {
        if (query.length < least) return null;
        return this.getAttribute("src") ?? "";
      },
      loaded: (count) => {
        if (said) said.textContent = plural("results", count);
      },
      choose: (option) => {
        input.value = option.dataset["text"] ?? input.value;
        kept.value = option.dataset["value"] ?? "";
        if (said) said.textContent = "";
        this.#box?.close();
        input.dispatchEvent(new Event("input:chosen", { bubbles: true }));
        kept.dispatchEvent(new Event("change", { bubbles: true }));
        this.dispatchEvent(new CustomEvent("bz:choose", { bubbles: true, detail: { ...option.dataset } }));
      },
    });
    // Typing again means somebody else; what the server knew no longer holds.
    input.addEventListener("input", () => {
      if (!kept.value) return;
      kept.value = "";
      kept.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("blur", () => window.setTimeout(() => this.#box?.close(), 120));
  }
}

customElements.define("bz-typeahead", Typeahead);
