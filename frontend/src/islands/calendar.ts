// 房态日历: the element that holds the grid, fetches its window, hears of changes and sends what was moved.
import htmx from "htmx.org";
import { dayAt, keyOf, read, type Bar, type Calendar } from "../calendar/data";
import { Grid, element, type Words } from "../calendar/grid";
import { Keys } from "../calendar/keys";
import { rowsOf, type Filters, type Heights } from "../calendar/layout";
import type { Lift } from "../calendar/lift";
import { Pointer } from "../calendar/pointer";
import { send, undo } from "../calendar/send";
import { closest, find, findAll } from "./dom";
import { hears } from "./live";

const BEAT = 2_000; // as every live part looks
const SELDOM = 15_000; // while changes are heard of: a clock may have moved on
const VERSION = "X-Board-Version";

class RoomCalendar extends HTMLElement {
  #grid!: Grid;
  #pointer!: Pointer;
  #keys!: Keys;
  #calendar: Calendar | null = null;
  #version = "";
  #first = "";
  #days = 21;
  #allLanes = false;
  #folded = new Set<number>();
  #sending = 0;
  #queue: Promise<void> = Promise.resolve();
  #looked = 0;
  #beat = 0;
  #size: ResizeObserver | null = null;
  #status = element("div", "sr");
  #off = new AbortController();

  connectedCallback(): void {
    const words = JSON.parse(this.dataset["words"] ?? "{}") as Words;
    this.#grid = new Grid(this, words);
    const help = element("div", "sr", words["help"]);
    help.id = "cal-help";
    this.#status.setAttribute("role", "status");
    this.append(help, this.#status);
    this.#pointer = new Pointer(this.#grid, this.#drop, this.#open);
    this.#keys = new Keys(this.#grid, this.#drop, this.#open, (text) => (this.#status.textContent = text));
    this.#first = this.dataset["first"] ?? "";
    this.#days = Number(this.dataset["days"]);
    if (this.clientWidth < 768 && !new URLSearchParams(location.search).has("days")) this.#days = 7;
    const { signal } = this.#off;
    this.addEventListener("bz:look", () => void this.#look(), { signal });
    this.addEventListener("click", this.#press, { signal });
    document.addEventListener("click", this.#tool, { signal });
    document.addEventListener("submit", this.#undo, { signal, capture: true });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#pointer.put() && event.preventDefault(), { signal, capture: true });
    const filters = find<HTMLFormElement>("[data-cal-filters]");
    filters?.addEventListener("input", () => this.#draw(), { signal });
    filters?.addEventListener("submit", (event) => event.preventDefault(), { signal });
    document.addEventListener("htmx:after:swap", (event) => event.detail.ctx?.target?.closest("#side") && void this.#look(), { signal });
    this.#grid.canvas.tabIndex = -1;
    this.#grid.canvas.addEventListener("focus", () => find('[data-bar][tabindex="0"]', this.#grid.canvas)?.focus({ preventScroll: true }), { signal });
    this.#size = new ResizeObserver(() => this.#calendar && this.#draw());
    this.#size.observe(this);
    this.#beat = window.setInterval(() => {
      if (document.hidden || (hears() && Date.now() - this.#looked < SELDOM)) return;
      void this.#look();
    }, BEAT);
    this.#keepFilters();
    void this.#look();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.#beat);
    this.#size?.disconnect();
    this.#pointer.leave();
    this.#off.abort();
  }

  get #filters(): Filters {
    const form = find<HTMLFormElement>("[data-cal-filters]");
    const data = form ? new FormData(form) : new FormData();
    const value = (name: string): string => String(data.get(name) ?? "").trim();
    return { type: value("type"), floor: value("floor"), feature: value("feature"), q: value("q") };
  }

  /** The address holds what is filtered, and fills the filters when the page is opened by it. */
  #keepFilters(): void {
    const asked = new URLSearchParams(location.search);
    for (const field of findAll<HTMLInputElement | HTMLSelectElement>("[data-cal-filters] [name]")) field.value = asked.get(field.name) ?? "";
  }

  #keepAddress(): void {
    const query = new URLSearchParams({ first: this.#first, days: String(this.#days) });
    for (const [name, value] of Object.entries(this.#filters)) if (value) query.set(name, value as string);
    history.replaceState(history.state, "", `${location.pathname}?${query}`);
  }

  get #heights(): Heights {
    const thumbs = window.matchMedia("(pointer: coarse)").matches;
    return thumbs ? { lane: 36, type: 30, room: 36 } : { lane: 21, type: 21, room: 19 };
  }

  #draw(): void {
    const calendar = this.#calendar;
    if (!calendar) return;
    this.classList.toggle("thumbs", this.#heights.room > 30);
    this.#grid.draw(calendar, rowsOf(calendar, this.#filters, this.#heights, this.#allLanes, this.#folded));
    const period = find("[data-cal-period]");
    if (period) period.textContent = `${this.#grid.dayLabel(0)} – ${this.#grid.dayLabel(calendar.days - 1)}`;
    const waiting = find("[data-cal-waiting]");
    if (waiting) waiting.textContent = String(calendar.bars.filter((bar) => bar.room === 0 && bar.arrival <= calendar.today).length || "");
    for (const button of findAll("[data-cal-days]")) button.setAttribute("aria-pressed", String(Number(button.dataset["calDays"]) === calendar.days));
    this.#keepAddress();
  }

  /** Fetch the window; nothing is drawn when nothing changed, and nothing is taken from under somebody's hands. */
  async #look(): Promise<void> {
    if (this.#pointer.busy || this.#keys.lift || this.#sending) return;
    this.#looked = Date.now();
    const asked = `${this.#first} ${this.#days}`;
    const same = this.#calendar?.first === this.#first && this.#calendar.days === this.#days;
    let answer: Response;
    try {
      const headers: Record<string, string> = same ? { [VERSION]: this.#version, "HX-Request": "true" } : { "HX-Request": "true" };
      answer = await fetch(`${this.dataset["src"]}?first=${this.#first}&days=${this.#days}`, { headers });
    } catch {
      return; // the next beat tries again
    }
    if (answer.redirected) location.assign(answer.url);
    if (answer.status !== 200 || asked !== `${this.#first} ${this.#days}`) return;
    const text = await answer.text();
    if (this.#pointer.busy || this.#keys.lift || this.#sending) return;
    this.#version = answer.headers.get(VERSION) ?? "";
    this.#calendar = read(text);
    this.#draw();
    this.dataset["ready"] = "1";
  }

  /** Seen at once where it was dropped, then asked; put back with the reason when it cannot be. */
  #drop = (lift: Lift): void => {
    const wish = lift.wish();
    const calendar = this.#calendar;
    if (!wish || !calendar) return;
    const kept = calendar.bars;
    const { bar } = wish;
    const { room, first, nights, arrival, departure } = wish;
    // The end of a split part is that of the stay, as it was.
    const part = wish.what === "split" ? 2 : bar.part;
    const moved = { ...bar, room, first, nights, arrival, departure, part };
    const rest = wish.what === "split" && lift.mode === "split" ? [{ ...bar, nights: wish.first - bar.first }] : [];
    calendar.bars = [...kept.filter((one) => one !== bar), ...rest, moved];
    this.#draw();
    this.#grid.focus(keyOf(moved));
    // One after the other: the second is made on what the first left.
    this.#sending += 1;
    this.#queue = this.#queue.then(() => this.#send(wish, kept));
  };

  async #send(wish: NonNullable<ReturnType<Lift["wish"]>>, kept: Bar[]): Promise<void> {
    wish.body["version"] = String(this.#calendar?.bars.find((bar) => bar.number === wish.bar.number)?.version ?? wish.bar.version);
    const url = `${this.dataset["stay"]!.replace(/0$/, String(wish.stay))}/${wish.what}`;
    const version = await send(url, wish, this.#grid.words).catch(() => null);
    this.#sending -= 1;
    for (const bar of this.#calendar?.bars ?? []) if (version !== null && bar.number === wish.bar.number) bar.version = version;
    if (version === null && this.#calendar) {
      this.#calendar.bars = kept;
      this.#draw();
      this.#grid.focus(keyOf(wish.bar));
    }
    if (version !== null) this.#version = "";
    await this.#look();
  }

  /** The bar may be drawn anew while the panel comes: what opens it, and gets the focus back, is the canvas. */
  #open = (bar: Bar): void => {
    const url = this.dataset["stay"]!.replace(/0$/, String(bar.id));
    void htmx.ajax("GET", url, { target: "#side", source: this.#grid.canvas });
  };

  #press = (event: Event): void => {
    const fold = closest(event.target, "[data-fold]");
    if (fold) {
      const type = Number(fold.dataset["fold"]);
      if (!this.#folded.delete(type)) this.#folded.add(type);
    } else if (closest(event.target, "[data-lanes]")) this.#allLanes = true;
    else return;
    this.#draw();
  };

  /** Buttons of the head: a week back, today, a week on; how many days. */
  #tool = (event: Event): void => {
    const go = closest(event.target, "[data-cal-go]");
    const days = closest(event.target, "[data-cal-days]");
    if (!go && !days) return;
    if (days) this.#days = Number(days.dataset["calDays"]);
    if (go && this.#calendar) {
      const step = Number(go.dataset["calGo"]);
      this.#first = step ? dayAt(this.#first || this.#calendar.first, step) : dayAt(this.#calendar.first, this.#calendar.today - 1);
    }
    void this.#look();
  };

  #undo = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (!form.closest(".bz-toast") || !form.action.includes("/calendar/")) return;
    event.preventDefault();
    event.stopPropagation();
    void undo(form).then(() => this.#look());
  };
}

customElements.define("bz-calendar", RoomCalendar);
