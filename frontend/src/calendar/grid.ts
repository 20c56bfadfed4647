// Drawing: only the rows that can be seen exist. A bar that has the focus or is being moved is never taken away.
import { icon } from "../islands/dom";
import { dateOf, dayAt, keyOf, movable, type Bar, type Calendar, type Out } from "./data";
import { rowAt, span, type Row } from "./layout";

export type Words = Record<string, string>;

const ICONS: Record<string, string> = { ih: "person", ar: "arrive", du: "depart", tn: "hourglass", oo: "wrench", lt: "alert", la: "alert", co: "check" };
const DAYS: Record<string, string> = { weekend: "we", holiday: "hol", makeup: "mk" };
const BEYOND = 6; // rows drawn above and below what is seen

export const say = (text: string, values: Record<string, string>): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

export function element(tag: string, name: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

export class Grid {
  readonly scroller = element("div", "cal-scroll");
  readonly canvas = element("div", "cal-canvas");
  readonly ghost = element("div", "bz-tl cal-ghost");
  readonly head = element("div", "cal-head");
  readonly #columns = element("div", "cal-columns");
  readonly #drawn = new Map<string, HTMLElement>();
  readonly #signs = new Map<string, string>();
  #headed = "";
  readonly bars = new WeakMap<Element, Bar>();
  calendar!: Calendar;
  rows: Row[] = [];
  day = 44;
  label = 132;
  kept: string | null = null; // the key of the bar that is being moved
  #frame = 0;

  constructor(readonly host: HTMLElement, readonly words: Words) {
    this.ghost.hidden = true;
    this.canvas.append(this.#columns, this.ghost);
    this.scroller.append(this.head, this.canvas);
    host.append(this.scroller);
    this.scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
  }

  dayLabel(offset: number): string {
    return dayAt(this.calendar.first, offset).slice(5);
  }

  /** Everything anew: other data, other width, other filters. */
  draw(calendar: Calendar, rows: Row[]): void {
    this.calendar = calendar;
    this.rows = rows;
    const narrow = this.host.clientWidth < 768;
    this.label = narrow ? 88 : 132;
    this.day = Math.max((this.scroller.clientWidth - this.label) / calendar.days, narrow ? 44 : 40);
    const last = rows.at(-1);
    const height = last ? last.top + last.height : 0;
    const width = this.label + this.day * calendar.days;
    this.canvas.style.height = `${height}px`;
    this.canvas.style.width = `${width}px`;
    this.head.style.width = `${width}px`;
    const head = JSON.stringify([calendar.first, calendar.days, calendar.today, calendar.full, [...calendar.marks], this.day, this.label]);
    if (head !== this.#headed) this.#drawHead();
    this.#headed = head;
    const focused = this.#focusedKey();
    // Rows that say the same at the same place stay: a drop draws two rows, not the screen.
    const places = new Map(rows.map((row) => [row.key, row]));
    for (const [key, drawn] of this.#drawn) {
      const row = places.get(key);
      if (row && this.#signs.get(key) === this.#sign(row)) {
        if (row.kind !== "type") for (const bar of row.bars) this.#adopt(drawn, bar);
        continue;
      }
      drawn.remove();
      this.#drawn.delete(key);
    }
    this.paint();
    if (focused && focused !== this.#focusedKey()) this.focus(focused);
  }

  /** The same bar as it was sent last, with its version of now. */
  #adopt(row: HTMLElement, bar: Bar): void {
    const made = row.querySelector(`[data-bar="${CSS.escape(keyOf(bar))}"]`);
    if (made) this.bars.set(made, bar);
  }

  #shown = (bars: Bar[]): unknown[] => bars.map((bar) => ({ ...bar, version: 0 }));

  /** Everything a row shows. */
  #sign(row: Row): string {
    const { calendar } = this;
    const place = [row.top, row.height, this.day, this.label, calendar.first, calendar.days];
    if (row.kind === "type") return JSON.stringify([place, row.folded, row.rooms, calendar.left[row.type], calendar.price[row.type]]);
    if (row.kind === "lane") return JSON.stringify([place, row.hidden, this.#shown(row.bars), row.lane ? 0 : calendar.bars.filter((bar) => bar.room === 0).length]);
    return JSON.stringify([place, row.room.condition, this.#shown(row.bars), calendar.out.filter((out) => out.room === row.room.id)]);
  }

  #focusedKey(): string | null {
    const bar = document.activeElement && this.bars.get(document.activeElement);
    return bar ? keyOf(bar) : null;
  }

  /** Put the focus on a bar; of a stay that has moved on, on its bar elsewhere. */
  focus(key: string): boolean {
    const id = key.split("-")[0];
    const found =
      this.canvas.querySelector<HTMLElement>(`[data-bar="${CSS.escape(key)}"]`) ?? this.canvas.querySelector<HTMLElement>(`[data-bar^="${CSS.escape(`${id}-`)}"]`);
    if (!found) return false;
    this.stop(found);
    found.focus({ preventScroll: true });
    return true;
  }

  /** The one bar that Tab comes to. */
  stop(bar: HTMLElement): void {
    for (const other of this.canvas.querySelectorAll<HTMLElement>('[data-bar][tabindex="0"]')) other.tabIndex = -1;
    bar.tabIndex = 0;
  }

  #drawHead(): void {
    const { calendar } = this;
    const dates = element("div", "cal-dates");
    const totals = element("div", "cal-totals");
    dates.append(element("span", "rl", this.words["rooms"]));
    const house = element("span", "rl");
    house.append(element("b", "", this.words["house"]), element("em", "", this.words["full"]));
    totals.append(house);
    this.#columns.replaceChildren();
    for (let offset = 0; offset < calendar.days; offset += 1) {
      const date = dateOf(calendar.first, offset);
      const mark = calendar.marks.get(offset);
      const kind = `${mark ? ` ${DAYS[mark.kind] ?? ""}` : ""}${offset === calendar.today ? " td" : ""}`;
      const cell = element("span", `d${kind}`);
      const monthFirst = offset === 0 || date.getUTCDate() === 1;
      const day = new Intl.DateTimeFormat(document.documentElement.lang, monthFirst ? { month: "numeric", day: "numeric", timeZone: "UTC" } : { day: "numeric", timeZone: "UTC" });
      const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
      cell.append(element("b", "", day.format(date).replace("日", "")), element("em", "", offset === calendar.today ? this.words["today"] : mark && mark.kind !== "weekend" ? mark.name : weekday.format(date)));
      const share = calendar.full[offset];
      const total = element("span", `d${kind}`, share === null || share === undefined ? "–" : `${share}%`);
      const column = element("i", `c${kind}`);
      for (const one of [cell, total]) one.style.width = `${this.day}px`;
      column.style.left = `${this.label + offset * this.day}px`;
      column.style.width = `${this.day}px`;
      dates.append(cell);
      totals.append(total);
      this.#columns.append(column);
    }
    this.head.replaceChildren(dates, totals);
  }

  #soon(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.paint();
    });
  }

  /** Rows that can be seen come, the others go. */
  paint(): void {
    if (!this.rows.length) return;
    const top = this.scroller.scrollTop;
    const from = Math.max(rowAt(this.rows, top) - BEYOND, 0);
    const to = Math.min(rowAt(this.rows, top + this.scroller.clientHeight) + BEYOND, this.rows.length - 1);
    const wanted = new Set<string>();
    for (let index = from; index <= to; index += 1) wanted.add(this.rows[index]!.key);
    for (const [key, row] of this.#drawn) {
      if (wanted.has(key) || row.contains(document.activeElement) || (this.kept && row.querySelector(`[data-bar="${CSS.escape(this.kept)}"]`))) continue;
      row.remove();
      this.#drawn.delete(key);
    }
    const fresh = document.createDocumentFragment();
    for (let index = from; index <= to; index += 1) {
      const row = this.rows[index]!;
      if (this.#drawn.has(row.key)) continue;
      const made = this.#row(row);
      this.#drawn.set(row.key, made);
      this.#signs.set(row.key, this.#sign(row));
      fresh.append(made);
    }
    this.canvas.append(fresh);
    if (!this.canvas.querySelector('[data-bar][tabindex="0"]')) this.canvas.querySelector<HTMLElement>("[data-bar]")?.setAttribute("tabindex", "0");
  }

  #row(row: Row): HTMLElement {
    const made = element("div", `cal-row ${row.kind}`);
    made.style.top = `${row.top}px`;
    made.style.height = `${row.height}px`;
    made.dataset["row"] = row.key;
    if (row.kind === "type") this.#typeRow(row, made);
    else if (row.kind === "lane") this.#laneRow(row, made);
    else this.#roomRow(row, made);
    return made;
  }

  #typeRow(row: Extract<Row, { kind: "type" }>, made: HTMLElement): void {
    const type = this.calendar.types[row.type]!;
    const label = element("button", "rl");
    label.setAttribute("type", "button");
    label.setAttribute("aria-expanded", String(!row.folded));
    label.dataset["fold"] = String(row.type);
    label.append(icon(row.folded ? "chevron-right" : "chevron-down", "xs"), element("b", "", type.label), element("em", "", String(row.rooms)));
    made.append(label);
    for (let offset = 0; offset < this.calendar.days; offset += 1) {
      const left = this.calendar.left[row.type]?.[offset];
      const price = this.calendar.price[row.type]?.[offset];
      const cell = element("span", "n");
      cell.style.width = `${this.day}px`;
      if (left !== null && left !== undefined) {
        const text = left > 0 ? String(left) : left === 0 ? this.words["none"]! : say(this.words["short"]!, { n: String(left) });
        cell.append(element("b", left < 0 ? "ng" : left === 0 ? "z" : "", text));
      }
      if (price !== null && price !== undefined && this.day >= 46 && (left ?? 0) >= 0) cell.append(element("em", "", String(price)));
      made.append(cell);
    }
  }

  #laneRow(row: Extract<Row, { kind: "lane" }>, made: HTMLElement): void {
    const label = element("span", "rl");
    if (row.lane === 0) {
      const count = this.calendar.bars.filter((bar) => bar.room === 0).length;
      if (count) label.append(icon("alert", "xs"));
      label.classList.toggle("red", count > 0);
      label.append(element("b", "", this.words["waiting"]), element("em", "", String(count)));
    } else label.append(element("em", "", this.words["drop"]));
    made.append(label);
    if (row.hidden) {
      const more = element("button", "more", `+${row.hidden}`);
      more.setAttribute("type", "button");
      more.dataset["lanes"] = "1";
      label.append(more);
    }
    this.#bars(row.bars, made);
  }

  #roomRow(row: Extract<Row, { kind: "room" }>, made: HTMLElement): void {
    const label = element("a", "rl") as HTMLAnchorElement;
    label.href = this.host.dataset["room"]!.replace(/0$/, encodeURIComponent(row.room.number));
    label.tabIndex = -1;
    const condition = this.words[row.room.condition] ?? "";
    label.append(element("b", "", row.room.number), element("em", `k-${row.room.condition}`, condition));
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", `${row.room.number} ${condition}`);
    made.append(label);
    for (const out of this.calendar.out) if (out.room === row.room.id) made.append(this.#out(out));
    this.#bars(row.bars, made);
  }

  #out(out: Out): HTMLElement {
    const made = element("span", "bz-tl oo");
    made.append(icon("wrench", "xs"), element("span", "", out.reason || this.words["oo"]));
    made.title = out.reason;
    // A room is out of order for whole nights, and back at noon like a guest who leaves.
    this.#lay(made, span(out.first, out.nights, this.day, this.calendar.days, out.first === 0));
    return made;
  }

  #lay(bar: HTMLElement, place: { left: number; width: number }): void {
    bar.style.left = `${this.label + place.left}px`;
    bar.style.width = `${place.width}px`;
  }

  #bars(bars: Bar[], row: HTMLElement): void {
    for (const bar of bars) row.append(this.#bar(bar));
  }

  #bar(bar: Bar): HTMLElement {
    const made = element("div", `bz-tl ${bar.state}${bar.part ? ` p${bar.part}` : ""}`);
    const cut = bar.first === 0 && bar.arrival < 0;
    made.classList.toggle("cutl", cut);
    made.classList.toggle("cutr", bar.first + bar.nights >= this.calendar.days && bar.departure > this.calendar.days);
    const drawing = bar.part === 1 ? "move" : bar.goesOn ? "link" : bar.vip && !bar.state.startsWith("l") ? "star" : ICONS[bar.state];
    if (drawing) made.append(icon(drawing, "xs"));
    const place = span(bar.first, bar.nights, this.day, this.calendar.days, cut);
    made.append(element("span", "", this.#fitting(bar.name, place.width - (drawing ? 24 : 10) - (bar.fixed ? 14 : 0))));
    if (bar.fixed) made.append(icon("lock", "xs"));
    const text = this.describe(bar);
    made.title = text;
    made.setAttribute("role", "button");
    made.setAttribute("aria-label", text);
    made.setAttribute("aria-describedby", "cal-help");
    made.tabIndex = -1;
    made.dataset["bar"] = keyOf(bar);
    made.classList.toggle("fixed", !movable(bar));
    this.bars.set(made, bar);
    this.#lay(made, place);
    return made;
  }

  /** A Chinese name is never cut: where there is no place for it stands the surname, or the drawing alone. */
  #fitting(name: string, width: number): string {
    const wide = this.host.classList.contains("thumbs") ? 13 : 11;
    if (!/[\u4e00-\u9fff]/.test(name) || name.length * wide <= width) return name;
    return wide <= width ? name.slice(0, 1) : "";
  }

  roomOf(id: number): string {
    return this.calendar.rooms.find((room) => room.id === id)?.number ?? "";
  }

  describe(bar: Bar): string {
    return say(this.words["bar"]!, {
      name: bar.name,
      room: this.roomOf(bar.room) || this.words["noroom"]!,
      first: this.dayLabel(bar.arrival),
      last: this.dayLabel(bar.departure),
      state: bar.part === 1 ? this.words["move"]! : bar.goesOn ? `${this.words["on"]!}, ${this.words[bar.state]!}` : this.words[bar.state]!,
    });
  }

  /** Where the ghost stands: nights on a row. */
  haunt(row: Row, first: number, nights: number, text: string): void {
    const place = span(first, nights, this.day, this.calendar.days, first < 0);
    this.ghost.hidden = false;
    this.ghost.style.top = `${row.top + 1}px`;
    this.ghost.style.height = `${row.height - 2}px`;
    this.#lay(this.ghost, place);
    this.ghost.textContent = text;
  }

  lay(): void {
    this.ghost.hidden = true;
  }
}
