// Observing on the phone: who, which kind, what. What the network does not take is kept in this tab and sent again with
// the token it had, until it was answered; nothing is sent twice. A sealed copy outlives the tab: the same person finds
// it on the next visit to the page. Nothing that can be read outlives a sign-out.
import { closest, csrfToken, find, findAll, icon, newToken } from "./dom";
import { forgetSealed, keepSealed, openSealed } from "./sealed";

const KEPT = "bz-observed:";
const AGAIN = 5_000;
const LONGEST = 1280;

type Entry = { url: string; fields: [string, string][]; picture: string };

const drawerOf = (hotel: string): string => `observed:${hotel}`;
const keyOf = (hotel: string): string => KEPT + hotel;
const tokenOf = (entry: Entry): string => entry.fields.find(([name]) => name === "idempotency_key")?.[1] ?? "";
const kept = (hotel: string): Entry[] => JSON.parse(sessionStorage.getItem(keyOf(hotel)) ?? "[]") as Entry[];
const keys = (): string[] => Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT));

function keep(hotel: string, entries: Entry[]): void {
  if (entries.length) sessionStorage.setItem(keyOf(hotel), JSON.stringify(entries));
  else sessionStorage.removeItem(keyOf(hotel));
  document.dispatchEvent(new CustomEvent("bz:observed"));
}

const say = (text: string, state = "ok"): void => {
  document.dispatchEvent(new CustomEvent("bz:toast", { detail: { text, state } }));
};

async function small(file: File): Promise<string> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas.toDataURL("image/jpeg", 0.8);
  } catch {
    return "";
  }
}

function bytesOf(url: string): Blob {
  const text = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], { type: "image/jpeg" });
}

/** True when it was answered, for good or ill; false when it must be sent again. */
async function send(entry: Entry): Promise<boolean> {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  if (entry.picture) body.set("picture", bytesOf(entry.picture), "photo.jpg");
  try {
    const answer = await fetch(entry.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    });
    // Under way from another tab: its answer is asked for later.
    if (answer.status >= 500 || answer.redirected || (answer.status === 409 && answer.headers.has("Retry-After"))) return false;
    const told = (await answer.json()) as { html?: string; refused?: string };
    if (told.refused) say(told.refused, "late");
    else if (told.html) document.body.append(...new DOMParser().parseFromString(told.html, "text/html").querySelectorAll("template"));
    document.dispatchEvent(new CustomEvent("bz:toasts"));
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return false;
    throw error;
  }
}

let sending = false;
let timer = 0;

/** One after the other, the oldest first; what is not answered stays. */
async function sendAll(): Promise<void> {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    for (const key of keys()) {
      const hotel = key.slice(KEPT.length);
      for (let entries = kept(hotel); entries.length; entries = kept(hotel)) {
        if (!(await send(entries[0]!))) break;
        forgetSealed(drawerOf(hotel), tokenOf(entries[0]!));
        keep(hotel, kept(hotel).slice(1));
      }
    }
  } finally {
    sending = false;
    window.clearTimeout(timer);
    if (keys().length) timer = window.setTimeout(() => void sendAll(), AGAIN);
  }
}

class Observe extends HTMLElement {
  #picture = "";

  get #form(): HTMLFormElement {
    return find<HTMLFormElement>("form", this)!;
  }

  get #hotel(): string {
    return this.dataset["hotel"] ?? "";
  }

  connectedCallback(): void {
    // Parsed from the top, the form below may not be there yet.
    window.setTimeout(() => {
      this.classList.add("ready");
      this.addEventListener("click", this.#clicked);
      this.addEventListener("change", this.#changed);
      this.addEventListener("input", this.#typed);
      this.addEventListener("submit", this.#submit);
      document.addEventListener("bz:observed", this.#count);
      this.#show("");
      this.#near();
      this.#say();
      this.#count();
      void this.#found();
    });
  }

  /** What a tab that was closed had not sent. */
  async #found(): Promise<void> {
    const found = await openSealed(drawerOf(this.#hotel), this.#word("key"));
    const entries = kept(this.#hotel);
    const there = new Set(entries.map(tokenOf));
    const more = found.filter(([token]) => !there.has(token)).map(([, entry]) => entry as Entry);
    if (!more.length) return;
    keep(this.#hotel, [...more, ...entries]);
    void sendAll();
  }

  disconnectedCallback(): void {
    document.removeEventListener("bz:observed", this.#count);
  }

  #word = (name: string): string => this.dataset[name] ?? "";
  #field = (name: string): HTMLInputElement => find<HTMLInputElement>(`[name=${name}]`, this.#form)!;
  #chosen = (): HTMLInputElement[] => findAll<HTMLInputElement>("[name=chip]:checked", this);

  #clicked = (event: Event): void => {
    const who = closest<HTMLElement>(event.target, "[data-guest]");
    if (who) this.#choose(who);
    const kind = closest<HTMLElement>(event.target, "[data-kind]");
    if (kind) this.#show(kind.dataset["kind"] ?? "");
    if (closest(event.target, "[data-no-picture]")) {
      this.#picture = "";
      this.#field("picture").value = "";
      this.#say();
    }
  };

  #choose(who: HTMLElement): void {
    const same = this.#field("guest").value === who.dataset["guest"];
    this.#field("guest").value = who.dataset["guest"] ?? "";
    for (const one of findAll("[data-guest]", this)) one.setAttribute("aria-pressed", String(one === who));
    find("summary [data-called]", this)!.textContent = who.dataset["called"] ?? "";
    find("summary [data-marked]", this)!.textContent = who.dataset["marked"] ?? "";
    find("summary [data-about]", this)!.textContent = who.dataset["about"] ?? "";
    find("[data-avatar]", this)!.textContent = (who.dataset["called"] ?? "?").charAt(0);
    find<HTMLDetailsElement>(".ob-who", this)!.open = false;
    find("[data-other]", this)!.hidden = false;
    // How often it was noted before is known of the one the page was made for.
    if (!same) for (const chip of findAll<HTMLInputElement>("[name=chip]", this)) delete chip.dataset["times"];
    if (!same) for (const count of findAll("[data-count]", this)) count.remove();
    find("[data-step=who]", this)!.classList.add("ok");
    find("[data-step=who]", this)!.replaceChildren(icon("check", "s"));
    this.#say();
  }

  #show(kind: string): void {
    for (const button of findAll("[data-kind]", this)) button.setAttribute("aria-pressed", String(button.dataset["kind"] === kind));
    for (const group of findAll<HTMLFieldSetElement>("[data-group]", this)) group.hidden = group.dataset["group"] !== kind;
    find("[data-hint]", this)!.hidden = kind !== "";
  }

  /** What is not seen in this place stays away, unless nothing of its kind is. */
  #near(): void {
    const place = find<HTMLInputElement>("[name=place]:checked", this)?.value ?? "";
    for (const group of findAll("[data-group]", this)) {
      const labels = findAll<HTMLLabelElement>("label", group);
      const near = labels.filter((label) => (label.dataset["places"] ?? "").split(" ").includes(place));
      for (const label of labels) label.hidden = near.length > 0 && !near.includes(label) && !find<HTMLInputElement>("input", label)!.checked;
    }
  }

  #changed = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (input.name === "place") this.#near();
    if (input.name === "picture" && input.files?.[0]) {
      const file = input.files[0];
      void small(file).then((picture) => {
        this.#picture = picture;
        this.#say();
      });
    }
    if (input.name === "chip" && input.dataset["once"] !== undefined) this.#field("once").checked = input.checked;
    this.#say();
  };

  #typed = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (!input.matches("[data-find]")) {
      this.#say();
      return;
    }
    const words = input.value.trim().toLowerCase();
    for (const one of findAll("[data-guest]", this)) one.parentElement!.hidden = !(one.dataset["words"] ?? "").includes(words);
  };

  #say(): void {
    const chosen = this.#chosen();
    const text = this.#field("text").value.trim();
    const what = chosen.map((chip) => chip.dataset["label"] ?? "").join("、") || text.slice(0, 14);
    find("[data-submit] [data-label]", this)!.textContent = what ? this.#word("noteWhat").replace("{what}", what) : this.#word("note");
    for (const button of findAll("[data-kind]", this)) button.classList.toggle("has", Boolean(find(`[data-group=${button.dataset["kind"]}] :checked`, this)));
    const times = Math.max(0, ...chosen.map((chip) => Number(chip.dataset["times"] ?? 0)));
    find("[data-before]", this)!.textContent = chosen.length && chosen[0]!.dataset["times"] !== undefined ? `${times ? this.#word("again").replace("{count}", String(times)) : this.#word("first")}。` : "";
    find("[data-picture-line]", this)!.hidden = !this.#picture;
    find("[data-step=what]", this)!.classList.toggle("ok", Boolean(what || this.#picture));
    find("[data-step=kind]", this)!.classList.toggle("ok", chosen.length > 0);
    const ready = Boolean((what || this.#picture) && this.#field("guest").value);
    const button = find<HTMLButtonElement>("[data-submit]", this)!;
    if (ready) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }

  #count = (): void => {
    const entries = kept(this.#hotel).length;
    const banner = find("[data-kept-banner]", this)!;
    banner.hidden = entries === 0;
    find("[data-kept-words]", this)!.textContent = this.#word("kept").replace("{count}", String(entries));
  };

  /** Put in the queue first, sent from there: what was pressed is kept whatever happens next. */
  #submit = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
    if (find("[data-submit][aria-disabled]", this)) {
      if (!this.#field("guest").value) find<HTMLDetailsElement>(".ob-who", this)!.open = true;
      return;
    }
    const fields: [string, string][] = [];
    for (const [name, value] of new FormData(this.#form)) if (typeof value === "string" && name !== "csrfmiddlewaretoken") fields.push([name, value]);
    const entries = kept(this.#hotel);
    let entry: Entry = { url: this.#form.action, fields, picture: this.#picture };
    try {
      keep(this.#hotel, [...entries, entry]);
    } catch {
      // No room for the picture: what was seen is worth more.
      entry = { ...entry, picture: "" };
      keep(this.#hotel, [...entries, entry]);
    }
    void this.#seal(entry);
    if (!navigator.onLine) say(this.#word("stored"));
    this.#clear();
    void sendAll();
  };

  async #seal(entry: Entry): Promise<void> {
    const [drawer, token] = [drawerOf(this.#hotel), tokenOf(entry)];
    const done = await keepSealed(drawer, token, entry, this.#word("key"));
    if (!done && entry.picture) await keepSealed(drawer, token, { ...entry, picture: "" }, this.#word("key"));
    // Answered while it was being sealed.
    if (!kept(this.#hotel).some((one) => tokenOf(one) === token)) forgetSealed(drawer, token);
  }

  #clear(): void {
    for (const chip of this.#chosen()) {
      chip.dataset["times"] = String(Number(chip.dataset["times"] ?? 0) + 1);
      chip.checked = false;
    }
    this.#field("text").value = "";
    this.#field("once").checked = false;
    this.#field("picture").value = "";
    this.#field("idempotency_key").value = newToken();
    find<HTMLInputElement>("[name=basis][value=seen]", this)!.checked = true;
    this.#picture = "";
    this.#show("");
    this.#say();
    window.scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

export function keepObservations(): void {
  if (document.body.dataset["signedOut"] === "1") for (const key of keys()) sessionStorage.removeItem(key);
  customElements.define("bz-observe", Observe);
  window.addEventListener("online", () => void sendAll());
  void sendAll();
}
