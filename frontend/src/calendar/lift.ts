// A bar taken up, by hand or by keys: where it would stand, and what that asks of the server.
import { dayAt, inHouse, movable, type Bar } from "./data";
import { say, type Grid } from "./grid";
import type { Row } from "./layout";

export type Mode = "move" | "start" | "end" | "split";

export interface Wish {
  what: "place" | "split";
  stay: number;
  body: Record<string, string>;
  bar: Bar;
  room: number;
  first: number;
  nights: number;
  arrival: number;
  departure: number;
}

export class Lift {
  row: Row;
  first: number;
  nights: number;

  constructor(readonly grid: Grid, readonly bar: Bar, readonly mode: Mode, from: Row, night = 0) {
    this.row = from;
    this.first = mode === "split" ? night : bar.first;
    this.nights = mode === "split" ? bar.first + bar.nights - night : bar.nights;
  }

  /** Whether this may be begun at all; the server has the last word on all else. */
  static possible(bar: Bar, mode: Mode): boolean {
    if (!movable(bar)) return false;
    if (mode === "start") return !inHouse(bar) && bar.part === 0 && bar.first === bar.arrival;
    if (mode === "end") return bar.first + bar.nights === bar.departure && bar.nights > 0;
    if (mode === "split") return bar.room !== 0 && bar.nights > 1;
    return true;
  }

  #target(row: Row): Row {
    return row.kind === "type" ? this.row : row;
  }

  /** To a row and so many nights away from where the bar was taken up. */
  to(row: Row, shift: number): void {
    const { bar } = this;
    if (this.mode === "move") {
      this.row = this.#target(row);
      this.first = inHouse(bar) || bar.part ? bar.first : bar.first + shift;
    } else if (this.mode === "split") {
      this.row = this.#target(row);
    } else if (this.mode === "end") this.nights = Math.max(bar.nights + shift, inHouse(bar) ? 0 : 1);
    else {
      this.first = Math.min(bar.first + shift, bar.first + bar.nights - 1);
      this.nights = bar.first + bar.nights - this.first;
    }
    this.show();
  }

  /** By keys: a row up or down, a night left or right. */
  step(rows: number, nights: number): void {
    const all = this.grid.rows;
    if (rows) {
      let at = all.indexOf(this.row) + rows;
      while (all[at]?.kind === "type") at += rows;
      if (all[at]) this.row = all[at]!;
      this.grid.scroller.scrollTop = Math.min(this.grid.scroller.scrollTop, this.row.top);
      const below = this.row.top + this.row.height + this.grid.head.offsetHeight - this.grid.scroller.clientHeight;
      this.grid.scroller.scrollTop = Math.max(this.grid.scroller.scrollTop, below);
    }
    if (nights && this.mode === "split") {
      const last = this.bar.first + this.bar.nights;
      this.first = Math.min(Math.max(this.first + nights, this.bar.first + 1), last - 1);
      this.nights = last - this.first;
      this.show();
    } else if (nights) this.to(this.row, (this.mode === "end" ? this.nights - this.bar.nights : this.first - this.bar.first) + nights);
    else this.show();
  }

  get room(): number {
    return this.row.kind === "room" ? this.row.room.id : this.row.kind === "lane" ? 0 : this.bar.room;
  }

  get #arrival(): number {
    return this.mode === "start" ? this.first : this.bar.arrival + (this.mode === "move" ? this.first - this.bar.first : 0);
  }

  get #departure(): number {
    if (this.mode === "end") return this.first + this.nights;
    return this.bar.departure + (this.mode === "move" ? this.first - this.bar.first : 0);
  }

  show(): void {
    const name = this.bar.name;
    this.grid.haunt(this.row, this.first, this.nights, name);
  }

  describe(): string {
    const number = this.row.kind === "room" ? this.row.room.number : this.grid.words["noroom"]!;
    return say(this.grid.words["lifted"]!, {
      name: this.bar.name,
      room: number,
      first: this.grid.dayLabel(this.mode === "split" ? this.first : this.#arrival),
      last: this.grid.dayLabel(this.#departure),
    });
  }

  /** What is to be asked; nothing when the bar stands where it was. */
  wish(): Wish | null {
    const { bar, grid } = this;
    const day = (offset: number): string => dayAt(grid.calendar.first, offset);
    const version = String(bar.version);
    const common = { stay: bar.id, bar, room: this.room, first: this.first, nights: this.nights, arrival: this.#arrival, departure: this.#departure };
    const changed = this.room !== bar.room;
    // A later part of a stay over several rooms, or the end of one: only those nights move.
    if (this.mode === "split" || (this.mode === "move" && bar.part === 2)) {
      if (!changed || this.room === 0) return null;
      return { ...common, what: "split", body: { night: day(this.first), split_room: grid.roomOf(this.room), version } };
    }
    const same = this.#arrival === bar.arrival && this.#departure === bar.departure;
    if (!changed && same && bar.part !== 1) return null;
    const room = this.mode === "move" ? this.room : bar.part === 2 ? this.#firstRoom() : bar.room;
    const body = { room: grid.roomOf(room), arrival: day(this.#arrival), departure: day(this.#departure), version };
    return { ...common, what: "place", body };
  }

  /** The room a stay begins in or is in: what a change of its end leaves alone. */
  #firstRoom(): number {
    return this.grid.calendar.bars.find((bar) => bar.id === this.bar.id && bar.part === 0)?.room ?? this.bar.room;
  }
}
