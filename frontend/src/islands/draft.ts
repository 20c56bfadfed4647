// What is being typed survives a wrong click: kept in this tab only, never numbers of documents, never secrets,
// gone once it was sent, and gone when somebody signs out.
import { closest, debounce, find, findAll, word } from "./dom";

const PREFIX = "bz-draft:";
const SENT = "bz-draft-sent:";
const PRIVATE = "[data-private], [type=password], [type=hidden], [type=file], [name*=document], [name*=id_number], [autocomplete^=cc-]";

type Saved = { at: string; values: [string, string][] };
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

class Draft extends HTMLElement {
  #save = debounce(300, () => this.#write());

  get #key(): string {
    return PREFIX + (this.getAttribute("key") ?? location.pathname);
  }

  get #form(): HTMLFormElement | null {
    return find<HTMLFormElement>("form", this);
  }

  connectedCallback(): void {
    this.addEventListener("input", this.#save);
    this.addEventListener("change", this.#save);
    this.addEventListener("submit", () => sessionStorage.setItem(SENT + this.#key, "1"));
    this.addEventListener("click", (event) => {
      if (closest(event.target, "[data-draft-clear]")) this.#clear();
    });
    // Parsed from the top, the form below may not be there yet.
    queueMicrotask(() => this.#restore());
  }

  #controls(): Control[] {
    const form = this.#form;
    return form ? (Array.from(form.elements) as Control[]).filter((control) => control.name && !control.matches(PRIVATE)) : [];
  }

  #write(): void {
    const values: [string, string][] = [];
    for (const control of this.#controls()) {
      if (control instanceof HTMLInputElement && /checkbox|radio/.test(control.type)) {
        if (control.checked) values.push([control.name, control.value]);
      } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
        if (control.value) values.push([control.name, control.value]);
      }
    }
    const at = new Date().toISOString();
    try {
      sessionStorage.setItem(this.#key, JSON.stringify({ at, values } satisfies Saved));
    } catch {
      return;
    }
    this.#say(at);
  }

  #restore(): void {
    const wasSent = sessionStorage.getItem(SENT + this.#key) !== null;
    sessionStorage.removeItem(SENT + this.#key);
    const answered = Boolean(find("[aria-invalid=true], .bz-errors", this));
    if (wasSent && !answered) sessionStorage.removeItem(this.#key);
    const raw = sessionStorage.getItem(this.#key);
    // The server's own answer with errors already holds what was typed.
    if (!raw || answered) return;
    const saved = JSON.parse(raw) as Saved;
    const left = new Map<string, string[]>();
    for (const [name, value] of saved.values) left.set(name, [...(left.get(name) ?? []), value]);
    const touched: Control[] = [];
    for (const control of this.#controls()) {
      const values = left.get(control.name) ?? [];
      if (control instanceof HTMLInputElement && /checkbox|radio/.test(control.type)) {
        const on = values.includes(control.value);
        if (control.checked !== on && left.size) {
          control.checked = on;
          touched.push(control);
        }
      } else if (values.length) {
        const value = values.shift()!;
        if (control.value !== value) {
          control.value = value;
          touched.push(control);
        }
      }
    }
    for (const control of touched) control.dispatchEvent(new Event("input", { bubbles: true }));
    touched.at(-1)?.dispatchEvent(new Event("change", { bubbles: true }));
    this.#say(saved.at);
  }

  #say(at: string): void {
    // On the hotel's clock, like every other time on the page.
    const zone = document.documentElement.dataset["zone"] || Intl.DateTimeFormat().resolvedOptions().timeZone;
    const time = new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    for (const note of findAll("[data-draft-note]", this)) {
      note.textContent = word("draft", { time });
      note.closest<HTMLElement>("[data-draft-line]")?.removeAttribute("hidden");
    }
  }

  #clear(): void {
    sessionStorage.removeItem(this.#key);
    location.assign(location.pathname + location.search);
  }
}

function forget(prefix: string): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
}

export function keepDrafts(): void {
  if (document.body.dataset["signedOut"] === "1") {
    forget(PREFIX);
    forget(SENT);
  }
  // Sent and moved on: the draft is done, unless its form is the one shown again.
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith(SENT)) continue;
    const draft = key.slice(SENT.length);
    const here = findAll("bz-draft").some((element) => PREFIX + (element.getAttribute("key") ?? location.pathname) === draft);
    if (here) continue;
    sessionStorage.removeItem(draft);
    sessionStorage.removeItem(key);
  }
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const holder = closest(ctx.request.form, "bz-draft");
    if (!holder || /^GET$/i.test(ctx.request.method)) return;
    const key = PREFIX + (holder.getAttribute("key") ?? location.pathname);
    sessionStorage.removeItem(SENT + key);
    if ((ctx.response?.status ?? 500) < 400) sessionStorage.removeItem(key);
  });
  customElements.define("bz-draft", Draft);
}
