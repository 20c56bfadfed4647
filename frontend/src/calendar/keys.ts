// The keyboard twin of every drag: arrows go from stay to stay, Alt and arrows take one up and carry it, Shift and
// arrows make it longer or shorter, S splits it, Enter drops, Escape puts back.
import { closest } from "../islands/dom";
import { keyOf, type Bar } from "./data";
import type { Grid } from "./grid";
import { Lift, type Mode } from "./lift";
import type { Row } from "./layout";

export class Keys {
  lift: Lift | null = null;
  #element: HTMLElement | null = null;

  constructor(
    readonly grid: Grid,
    readonly drop: (lift: Lift) => void,
    readonly open: (bar: Bar) => void,
    readonly tell: (text: string) => void,
  ) {
    grid.host.addEventListener("keydown", this.#key);
    grid.host.addEventListener("focusin", (event) => {
      const bar = closest(event.target, "[data-bar]");
      if (bar) this.grid.stop(bar);
      if (this.lift && bar !== this.#element) this.put();
    });
  }

  put(): boolean {
    const lifted = this.lift !== null;
    this.lift = null;
    this.grid.kept = null;
    this.#element?.classList.remove("lifted");
    this.#element = null;
    if (lifted) {
      this.grid.lay();
      this.tell(this.grid.words["put_back"]!);
    }
    return lifted;
  }

  #rowOf(element: HTMLElement): Row | undefined {
    const key = element.closest<HTMLElement>("[data-row]")?.dataset["row"];
    return this.grid.rows.find((row) => row.key === key);
  }

  #take(bar: Bar, element: HTMLElement, mode: Mode): Lift | null {
    if (this.lift && this.lift.mode === mode) return this.lift;
    const row = this.#rowOf(element);
    if (!row || !Lift.possible(bar, mode)) return null;
    this.put();
    const night = Math.max(bar.first + 1, Math.min(this.grid.calendar.today + 1, bar.first + bar.nights - 1));
    this.lift = new Lift(this.grid, bar, mode, row, night);
    this.#element = element;
    element.classList.add("lifted");
    this.grid.kept = keyOf(bar);
    return this.lift;
  }

  #key = (event: KeyboardEvent): void => {
    const element = closest(event.target, "[data-bar]");
    const bar = element && this.grid.bars.get(element);
    if (!element || !bar || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (this.#act(event, bar, element)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  #act(event: KeyboardEvent, bar: Bar, element: HTMLElement): boolean {
    const arrows: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = arrows[event.key];
    if (step && (event.altKey || event.shiftKey || this.lift)) {
      const mode: Mode = event.shiftKey && !this.lift ? "end" : (this.lift?.mode ?? (event.shiftKey ? "end" : "move"));
      const lift = this.#take(bar, element, mode);
      if (!lift) return true;
      lift.step(mode === "end" ? 0 : step[0], step[1]);
      this.tell(lift.describe());
      return true;
    }
    if (step) return this.#go(element, step);
    if (event.key === "Enter" || event.key === " ") {
      const { lift } = this;
      if (!lift) this.open(bar);
      else {
        this.lift = null;
        element.classList.remove("lifted");
        this.grid.lay();
        this.grid.kept = null;
        this.drop(lift);
      }
      return true;
    }
    if (event.key === "Escape") return this.put();
    if (event.key.toLowerCase() === "s" && !event.altKey && !event.shiftKey) {
      const lift = this.#take(bar, element, "split");
      lift?.show();
      if (lift) this.tell(lift.describe());
      return true;
    }
    return false;
  }

  /** To the next bar in the row, or the nearest in the next row that has one. */
  #go(element: HTMLElement, [down, right]: [number, number]): boolean {
    const bar = this.grid.bars.get(element);
    const row = this.#rowOf(element);
    if (!bar || !row || row.kind === "type") return true;
    if (right) {
      const at = row.bars.indexOf(bar) + right;
      return this.#land(row.bars[at]);
    }
    for (let at = this.grid.rows.indexOf(row) + down; this.grid.rows[at]; at += down) {
      const next = this.grid.rows[at]!;
      if (next.kind === "type" || !next.bars.length) continue;
      const near = next.bars.reduce((best, one) => (Math.abs(one.first - bar.first) < Math.abs(best.first - bar.first) ? one : best));
      const { scroller, head } = this.grid;
      scroller.scrollTop = Math.min(scroller.scrollTop, next.top);
      scroller.scrollTop = Math.max(scroller.scrollTop, next.top + next.height + head.offsetHeight - scroller.clientHeight);
      this.grid.paint();
      return this.#land(near);
    }
    return true;
  }

  #land(bar: Bar | undefined): boolean {
    if (bar) this.grid.focus(keyOf(bar));
    return true;
  }
}
