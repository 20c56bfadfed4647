// Evidence in the hand: pictures are made small and sent while the rest is still being done, what the network does not
// take is kept and sent again, and the button says what is still to go.
import { closest, csrfToken, find, findAll, icon } from "./dom";

const LONGEST = 1600;
const THUMB = 240;
const QUALITY = 0.85;
const AGAIN = 5_000;
const KEPT = "bz-photos:";

async function shrunk(file: File, longest: number): Promise<HTMLCanvasElement | null> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  } catch {
    return null; // The server says what is wrong with it.
  }
}

const blobOf = (canvas: HTMLCanvasElement): Promise<Blob | null> =>
  new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));

class Evidence extends HTMLElement {
  #waiting = new Map<HTMLElement, Blob>();
  #unsent = false;
  #timer = 0;

  get #form(): HTMLFormElement | null {
    return find<HTMLFormElement>("form", this);
  }

  get #key(): string {
    return KEPT + (this.#form?.getAttribute("action") ?? location.pathname);
  }

  connectedCallback(): void {
    this.addEventListener("change", this.#changed);
    this.addEventListener("input", this.#count);
    this.addEventListener("click", this.#clicked, true);
    document.addEventListener("htmx:error", this.#cut);
    document.addEventListener("htmx:finally:request", this.#answered);
    window.addEventListener("online", this.#again);
    window.addEventListener("offline", this.#network);
    // Parsed from the top, the form below may not be there yet; a draft is put back first.
    window.setTimeout(() => {
      this.#restore();
      this.#count();
      this.#network();
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener("htmx:error", this.#cut);
    document.removeEventListener("htmx:finally:request", this.#answered);
    window.removeEventListener("online", this.#again);
    window.removeEventListener("offline", this.#network);
    window.clearInterval(this.#timer);
  }

  #word(name: string): string {
    return this.dataset[name] ?? "";
  }

  // ------------------------------------------------------------ what is still to go

  #lacking(): { words: string[]; first: HTMLElement | null } {
    const open = findAll<HTMLInputElement>(".tk-ck input", this).filter((box) => !box.checked);
    const words = open.length ? [this.#word("lackItems").replace("{count}", String(open.length))] : [];
    let first: HTMLElement | null = open[0] ?? null;
    for (const needed of findAll<HTMLInputElement>("[data-needed]", this)) {
      const kind = needed.dataset["needed"] ?? "";
      const there =
        kind === "photo" ? find("input[name=photo]", needed) : kind === "sign" ? needed.checked : needed.value.trim();
      if (there) continue;
      words.push(this.#word(`lack${kind.charAt(0).toUpperCase()}${kind.slice(1)}`));
      first ??= kind === "photo" ? find("input[type=file]", needed) : needed;
    }
    return { words, first };
  }

  #count = (): void => {
    const boxes = findAll<HTMLInputElement>(".tk-ck input", this);
    const counter = find("[data-count]", this);
    if (counter) counter.textContent = `${boxes.filter((box) => box.checked).length} / ${boxes.length}`;
    const button = find<HTMLButtonElement>("[data-submit]", this);
    const label = find("[data-label]", this);
    if (!button || !label) return;
    const { words } = this.#lacking();
    label.textContent = words.length ? this.#word("lacking").replace("{what}", words.join(" ")) : this.#word("done");
    button.toggleAttribute("data-lacks", words.length > 0);
    if (words.length) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  };

  #clicked = (event: Event): void => {
    const remove = closest<HTMLElement>(event.target, "[data-remove]");
    if (remove) {
      const figure = remove.closest<HTMLElement>("figure");
      if (figure) this.#waiting.delete(figure);
      figure?.remove();
      this.#keep();
      this.#count();
      return;
    }
    const button = closest(event.target, "[data-submit][data-lacks]");
    if (!button) return;
    // The way to what lacks, instead of a refusal.
    event.preventDefault();
    event.stopPropagation();
    this.#lacking().first?.focus();
    this.#lacking().first?.scrollIntoView({ block: "center" });
  };

  // ------------------------------------------------------------ pictures

  #changed = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (!input.matches("input[type=file]")) {
      this.#count();
      return;
    }
    for (const file of Array.from(input.files ?? [])) void this.#take(file);
    input.value = "";
  };

  async #take(file: File): Promise<void> {
    const small = await shrunk(file, THUMB);
    const figure = this.#figure(small ? small.toDataURL("image/jpeg", 0.7) : "");
    const whole = await shrunk(file, LONGEST);
    this.#waiting.set(figure, (whole && (await blobOf(whole))) || file);
    await this.#send(figure);
  }

  #figure(source: string): HTMLElement {
    const figure = document.createElement("figure");
    figure.className = "tk-im";
    if (source) {
      const image = document.createElement("img");
      image.src = source;
      image.alt = "";
      figure.append(image);
    }
    const state = document.createElement("span");
    state.className = "st";
    state.setAttribute("role", "status");
    figure.append(state);
    find("[data-pictures]", this)?.prepend(figure);
    return figure;
  }

  #say(figure: HTMLElement, glyph: string, text: string): void {
    find(".st", figure)?.replaceChildren(icon(glyph, "s"), text);
  }

  async #send(figure: HTMLElement): Promise<void> {
    const blob = this.#waiting.get(figure);
    if (!blob) return;
    this.#say(figure, "hourglass", this.#word("sending"));
    const body = new FormData();
    body.set("picture", blob, "photo.jpg");
    try {
      const answer = await fetch(this.#word("photos"), { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
      if (answer.status >= 500) throw new TypeError(answer.statusText);
      this.#waiting.delete(figure);
      const told = (await answer.json()) as { id?: number; message?: string };
      if (answer.ok && told.id) this.#sent(figure, told.id);
      else this.#refused(figure, told.message ?? "");
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) throw error;
      this.#say(figure, "offline", this.#word("kept"));
      this.#later();
    }
    this.#count();
  }

  #sent(figure: HTMLElement, id: number): void {
    const kept = document.createElement("input");
    kept.type = "hidden";
    kept.name = "photo";
    kept.value = String(id);
    figure.append(kept);
    this.#say(figure, "check", this.#word("sent"));
    this.#keep();
  }

  #refused(figure: HTMLElement, message: string): void {
    figure.remove();
    document.dispatchEvent(new CustomEvent("bz:toast", { detail: { text: message || this.#word("refused"), state: "late" } }));
  }

  // The camera may push the page out of memory: what was sent is remembered.
  #keep(): void {
    const ids = findAll<HTMLInputElement>("input[name=photo]", this).map((input) => input.value);
    if (ids.length) sessionStorage.setItem(this.#key, JSON.stringify(ids));
    else sessionStorage.removeItem(this.#key);
  }

  #restore(): void {
    const raw = sessionStorage.getItem(this.#key);
    if (!raw || !find("[data-pictures]", this)) return;
    const there = new Set(findAll<HTMLInputElement>("input[name=photo]", this).map((input) => input.value));
    for (const id of JSON.parse(raw) as string[])
      if (!there.has(id)) this.#sent(this.#figure(`${this.#word("photos")}/${id}`), Number(id));
  }

  // ------------------------------------------------------------ without a network

  #network = (): void => {
    const banner = find("[data-offline]", this);
    if (banner) banner.hidden = navigator.onLine && !this.#unsent && this.#waiting.size === 0;
  };

  #later(): void {
    this.#network();
    if (!this.#timer) this.#timer = window.setInterval(this.#again, AGAIN);
  }

  #cut = (event: Event): void => {
    const source = (event as CustomEvent<{ ctx?: { sourceElement?: Element } }>).detail.ctx?.sourceElement;
    if (source !== this.#form) return;
    this.#unsent = true;
    this.#later();
  };

  #answered = (event: Event): void => {
    const { ctx } = (event as CustomEvent<{ ctx: { sourceElement: Element; response?: { status: number } } }>).detail;
    if (ctx.sourceElement !== this.#form || !ctx.response) return;
    this.#unsent = false;
    if (ctx.response.status < 400) sessionStorage.removeItem(this.#key);
    this.#network();
  };

  /** The network is back, or may be: pictures first, then the form with the token it had. */
  #again = async (): Promise<void> => {
    if (!navigator.onLine) return;
    window.clearInterval(this.#timer);
    this.#timer = 0;
    for (const figure of [...this.#waiting.keys()]) await this.#send(figure);
    if (this.#unsent && !this.#waiting.size) this.#form?.requestSubmit();
    this.#network();
  };
}

customElements.define("bz-evidence", Evidence);
