// <bz-sign>: a field to sign on with pen, finger or mouse. What is drawn goes as whole numbers into the hidden field, on
// a sheet of 600 × 200 whatever its size on the screen; the form's button waits until there is something to send.
import { find } from "./dom";

const WIDTH = 600;
const HEIGHT = 200;
const MOST_POINTS = 5500;
const NEAR = 2;
const FEWEST = 4;
const SVG = "http://www.w3.org/2000/svg";

type Point = [number, number];

class Sign extends HTMLElement {
  #strokes: Point[][] = [];
  #line: SVGPolylineElement | null = null;
  #points = 0;

  connectedCallback(): void {
    const sheet = find<SVGSVGElement>("svg", this);
    if (!sheet) return;
    sheet.addEventListener("pointerdown", (event) => this.#begin(sheet, event));
    sheet.addEventListener("pointermove", (event) => this.#draw(sheet, event));
    for (const end of ["pointerup", "pointercancel"] as const) sheet.addEventListener(end, () => (this.#line = null));
    find<HTMLButtonElement>("[data-sign-clear]", this)?.addEventListener("click", () => this.#clear(sheet));
    this.#keep();
  }

  #at(sheet: SVGSVGElement, event: PointerEvent): Point {
    const box = sheet.getBoundingClientRect();
    const whole = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
    return [
      whole(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
      whole(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
    ];
  }

  #begin(sheet: SVGSVGElement, event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    this.#line = document.createElementNS(SVG, "polyline");
    sheet.append(this.#line);
    this.#strokes.push([]);
    this.#add(this.#at(sheet, event));
  }

  #draw(sheet: SVGSVGElement, event: PointerEvent): void {
    if (!this.#line) return;
    const [x, y] = this.#at(sheet, event);
    const last = this.#strokes.at(-1)?.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < NEAR) return;
    this.#add([x, y]);
  }

  #add(point: Point): void {
    if (this.#points >= MOST_POINTS) return;
    this.#points += 1;
    const stroke = this.#strokes.at(-1);
    stroke?.push(point);
    this.#line?.setAttribute("points", (stroke ?? []).map((one) => one.join(",")).join(" "));
    this.#keep();
  }

  #clear(sheet: SVGSVGElement): void {
    this.#strokes = [];
    this.#points = 0;
    sheet.querySelectorAll("polyline").forEach((line) => line.remove());
    this.#keep();
  }

  #keep(): void {
    const field = find<HTMLInputElement>("input[name=signature]", this);
    if (field) field.value = this.#points ? JSON.stringify(this.#strokes) : "";
    const button = find<HTMLButtonElement>("[data-sign-send]", this.closest("form") ?? this);
    if (button) button.disabled = this.#points < FEWEST;
  }
}

customElements.define("bz-sign", Sign);
