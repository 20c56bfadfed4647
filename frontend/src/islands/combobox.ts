// The part that the type-ahead and the command palette share: an input, a list fetched while typing, arrows and Enter.
import { findAll } from "./dom";

export interface ComboboxParts {
  input: HTMLInputElement;
  list: HTMLElement;
  /** Where to ask; what was typed goes along in the body, never in the address. */
  source: (query: string) => string | null;
  choose: (option: HTMLElement, event: Event) => void;
  loaded?: (count: number) => void;
  delay?: number;
}

let serial = 0;

function asked(source: string): URL {
  const url = new URL(source, location.href);
  url.search = url.search ? `${url.search}&find` : "?find";
  return url;
}

export class Combobox {
  readonly #parts: ComboboxParts;
  #timer = 0;
  #flight: AbortController | null = null;
  #active: HTMLElement | null = null;
  #composing = false;

  constructor(parts: ComboboxParts) {
    this.#parts = parts;
    const { input, list } = parts;
    list.id ||= `bz-list-${(serial += 1)}`;
    list.setAttribute("role", "listbox");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.autocomplete = "off";
    input.addEventListener("compositionstart", () => (this.#composing = true));
    // Safari and Chrome disagree whether input comes before or after this; asking again costs nothing.
    input.addEventListener("compositionend", () => {
      this.#composing = false;
      this.ask();
    });
    input.addEventListener("input", () => {
      if (!this.#composing) this.ask();
    });
    input.addEventListener("keydown", this.#onKey);
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.#parts.choose(option, event);
    });
    list.addEventListener("pointermove", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option && option !== this.#active) this.#activate(option, false);
    });
  }

  get options(): HTMLElement[] {
    return findAll("[role=option]", this.#parts.list);
  }

  ask(now = false): void {
    window.clearTimeout(this.#timer);
    this.#flight?.abort();
    const query = this.#parts.input.value.trim();
    const url = this.#parts.source(query);
    if (url === null) {
      this.close();
      return;
    }
    this.#timer = window.setTimeout(() => void this.#fetch(url, query), now ? 0 : (this.#parts.delay ?? 120));
  }

  async #fetch(url: string, query: string): Promise<void> {
    const flight = new AbortController();
    this.#flight = flight;
    try {
      const answer = await fetch(asked(url), {
        method: "POST",
        body: new URLSearchParams({ q: query }),
        signal: flight.signal,
        headers: { "HX-Request": "true", Accept: "text/html" },
      });
      const html = await answer.text();
      if (flight.signal.aborted) return;
      if (answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/login")) return location.assign(answer.url);
      if (!answer.ok) return;
      this.fill(html);
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.close();
    }
  }

  fill(html: string): void {
    const { list, input, loaded } = this.#parts;
    const template = document.createElement("template");
    template.innerHTML = html;
    list.replaceChildren(template.content);
    const options = this.options;
    options.forEach((option, index) => {
      option.id ||= `${list.id}-${index}`;
      option.setAttribute("aria-selected", "false");
      option.tabIndex = -1;
    });
    list.hidden = list.childElementCount === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    this.#activate(options[0] ?? null, true);
    loaded?.(options.filter((option) => !option.classList.contains("new")).length);
  }

  close(): void {
    const { list, input } = this.#parts;
    window.clearTimeout(this.#timer);
    this.#flight?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    this.#activate(null, false);
  }

  #activate(option: HTMLElement | null, scroll: boolean): void {
    this.#active?.setAttribute("aria-selected", "false");
    this.#active = option;
    const { input } = this.#parts;
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    if (scroll) option.scrollIntoView({ block: "nearest" });
  }

  #onKey = (event: KeyboardEvent): void => {
    // Enter that ends a Chinese composition must not choose anything.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const options = this.options;
    const open = !this.#parts.list.hidden && options.length > 0;
    const at = this.#active ? options.indexOf(this.#active) : -1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.ask(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#activate(options[(at + step + options.length) % options.length] ?? null, true);
    } else if (event.key === "Enter" && open && this.#active) {
      event.preventDefault();
      event.stopPropagation();
      this.#parts.choose(this.#active, event);
    } else if (event.key === "Escape" && open && !this.#parts.input.closest("dialog")) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && open) this.close();
  };
}
