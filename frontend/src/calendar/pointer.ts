// The hand: a mouse takes a bar up by moving it, a finger by resting on it; the edges of a bar make it longer or shorter.
import { closest } from "../islands/dom";
import type { Bar } from "./data";
import type { Grid } from "./grid";
import { Lift, type Mode } from "./lift";
import { rowAt } from "./layout";

const ENOUGH = 4; // px before a press is a drag
const REST = 350; // ms a finger rests before it takes a bar up
const EDGE = 7; // px at the end of a bar that resize it
const NEAR = 36; // px from the border where the grid begins to run

interface Held {
  pointer: number;
  bar: Bar;
  element: HTMLElement;
  mode: Mode;
  x: number;
  y: number;
  lift: Lift | null;
  timer: number;
}

export class Pointer {
  #held: Held | null = null;
  #at = { x: 0, y: 0 };
  #frame = 0;

  constructor(
    readonly grid: Grid,
    readonly drop: (lift: Lift) => void,
    readonly open: (bar: Bar) => void,
  ) {
    const { canvas } = grid;
    canvas.addEventListener("pointerdown", this.#down);
    canvas.addEventListener("click", this.#click);
    window.addEventListener("pointermove", this.#move);
    window.addEventListener("pointerup", this.#up);
    window.addEventListener("pointercancel", this.#cancel);
    // While a finger holds a bar the page must not scroll under it.
    canvas.addEventListener("touchmove", (event) => this.#held?.lift && event.preventDefault(), { passive: false });
    canvas.addEventListener("contextmenu", (event) => this.#held?.lift && event.preventDefault());
  }

  get busy(): boolean {
    return this.#held !== null;
  }

  leave(): void {
    window.removeEventListener("pointermove", this.#move);
    window.removeEventListener("pointerup", this.#up);
    window.removeEventListener("pointercancel", this.#cancel);
  }

  #down = (event: PointerEvent): void => {
    const element = closest(event.target, "[data-bar]");
    const bar = element && this.grid.bars.get(element);
    if (!element || !bar || event.button !== 0 || this.#held) return;
    const box = element.getBoundingClientRect();
    let mode: Mode = event.altKey ? "split" : "move";
    if (mode === "move" && event.pointerType === "mouse" && box.width > 3 * EDGE) {
      if (box.right - event.clientX <= EDGE) mode = "end";
      else if (event.clientX - box.left <= EDGE) mode = "start";
    }
    if (!Lift.possible(bar, mode)) mode = "move";
    if (!Lift.possible(bar, mode)) return;
    const held: Held = { pointer: event.pointerId, bar, element, mode, x: event.clientX, y: event.clientY, lift: null, timer: 0 };
    if (event.pointerType === "touch") held.timer = window.setTimeout(() => this.#begin(held), REST);
    this.#held = held;
    this.#at = { x: event.clientX, y: event.clientY };
  };

  #begin(held: Held): void {
    const from = this.grid.rows[this.#rowIndex(held.y)];
    if (!from || this.#held !== held) return;
    // The night that was grabbed is the first of the part that is split off.
    const night = Math.floor((held.x - this.#left() - this.grid.label) / this.grid.day - 0.5);
    const split = Math.min(Math.max(night, held.bar.first + 1), held.bar.first + held.bar.nights - 1);
    held.lift = new Lift(this.grid, held.bar, held.mode, from, split);
    held.element.classList.add("lifted");
    this.grid.host.classList.add("moving");
    this.grid.kept = held.element.dataset["bar"] ?? null;
    held.lift.show();
  }

  #left = (): number => this.grid.canvas.getBoundingClientRect().left;
  #rowIndex = (y: number): number => rowAt(this.grid.rows, y - this.grid.canvas.getBoundingClientRect().top);

  #move = (event: PointerEvent): void => {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointer) return;
    this.#at = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) > ENOUGH;
    if (!held.lift && far) {
      // A finger that moves before it rested scrolls.
      if (event.pointerType === "touch") return this.#end();
      this.#begin(held);
    }
    if (held.lift && !this.#frame) this.#frame = requestAnimationFrame(this.#follow);
  };

  #follow = (): void => {
    this.#frame = 0;
    const lift = this.#held?.lift;
    if (!this.#held || !lift) return;
    const shift = Math.round((this.#at.x - this.#held.x) / this.grid.day);
    const row = this.grid.rows[this.#rowIndex(this.#at.y)];
    if (row) lift.to(row, shift);
    if (this.#run()) this.#frame = requestAnimationFrame(this.#follow);
  };

  /** Near the border the grid runs on. */
  #run(): boolean {
    const { scroller, head } = this.grid;
    const box = scroller.getBoundingClientRect();
    const above = this.#at.y - (box.top + head.offsetHeight);
    const below = box.bottom - this.#at.y;
    const before = scroller.scrollTop;
    if (above < NEAR) scroller.scrollTop -= Math.min(NEAR - above, NEAR) / 3;
    else if (below < NEAR) scroller.scrollTop += Math.min(NEAR - below, NEAR) / 3;
    return scroller.scrollTop !== before;
  }

  #up = (event: PointerEvent): void => {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointer) return;
    if (held.lift) {
      this.#at = { x: event.clientX, y: event.clientY };
      this.#follow();
      const { lift } = held;
      this.#end();
      this.drop(lift);
    } else this.#end();
  };

  #cancel = (event: PointerEvent): void => {
    if (event.pointerId === this.#held?.pointer) this.#end();
  };

  /** Put back. */
  put(): boolean {
    const lifted = Boolean(this.#held?.lift);
    this.#end();
    return lifted;
  }

  #dropped = 0;
  #end(): void {
    const held = this.#held;
    if (!held) return;
    if (held.lift) this.#dropped = performance.now();
    window.clearTimeout(held.timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    held.element.classList.remove("lifted");
    this.grid.host.classList.remove("moving");
    this.grid.kept = null;
    this.grid.lay();
    this.#held = null;
  }

  #click = (event: MouseEvent): void => {
    const element = closest(event.target, "[data-bar]");
    const bar = element && this.grid.bars.get(element);
    // The press that ends a drag is no click.
    if (bar && performance.now() - this.#dropped > 50) {
      this.grid.stop(element);
      this.open(bar);
    }
  };
}

