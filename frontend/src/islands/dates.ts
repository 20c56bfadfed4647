// Dates and numbers: the weekday stands beside a date, a stay counts its nights, departure follows arrival.
import { closest, find, findAll, onContent, plural } from "./dom";

const DAY = 86_400_000;
const parse = (text: string): number | null => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : null);
const format = (day: number): string => new Date(day).toISOString().slice(0, 10);

export function weekday(day: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" }).format(day);
}

function showWeekday(input: HTMLInputElement): void {
  const said = find(".wd", input.parentElement ?? document);
  if (!said) return;
  const day = parse(input.value);
  said.textContent = day === null ? "" : weekday(day);
  // A hotel's weekend: the nights of Friday and Saturday.
  said.classList.toggle("we", day !== null && [5, 6].includes(new Date(day).getUTCDay()));
}

class Stay extends HTMLElement {
  #nights = 1;

  connectedCallback(): void {
    this.addEventListener("change", this.#onChange);
    this.#follow(null);
  }

  get #arrival(): HTMLInputElement | null {
    return find<HTMLInputElement>("input[data-stay=arrival], input[name$=arrival]", this);
  }

  get #departure(): HTMLInputElement | null {
    return find<HTMLInputElement>("input[data-stay=departure], input[name$=departure]", this);
  }

  #onChange = (event: Event): void => this.#follow(event.target);

  #follow(changed: EventTarget | null): void {
    const [arrival, departure] = [this.#arrival, this.#departure];
    const from = parse(arrival?.value ?? "");
    let to = parse(departure?.value ?? "");
    if (arrival && departure && from !== null) {
      departure.min = format(from + DAY);
      if (changed === arrival && (to === null || to <= from || this.#nights > 0)) {
        const moved = from + this.#nights * DAY;
        if (to !== moved) {
          to = moved;
          departure.value = format(moved);
          showWeekday(departure);
          departure.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
    }
    const nights = from !== null && to !== null ? Math.round((to - from) / DAY) : 0;
    if (nights > 0) this.#nights = nights;
    for (const said of findAll("[data-nights]", this)) said.textContent = nights > 0 ? plural("nights", nights) : "";
  }
}

export function watchDates(): void {
  customElements.define("bz-stay", Stay);
  onContent((root) => {
    for (const input of findAll<HTMLInputElement>("input[type=date]", root)) showWeekday(input);
  });
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === "date") showWeekday(event.target);
    });
  }
  document.addEventListener("click", (event) => {
    const step = closest<HTMLButtonElement>(event.target, "button[data-step]");
    const input = step && find<HTMLInputElement>("input", step.parentElement!);
    if (!step || !input) return;
    if (Number(step.dataset["step"]) > 0) input.stepUp();
    else input.stepDown();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // A wheel over a focused number must scroll the page, not change the price.
  document.addEventListener(
    "wheel",
    (event) => {
      const focused = document.activeElement;
      if (focused instanceof HTMLInputElement && focused.type === "number" && event.target === focused) focused.blur();
    },
    { passive: true },
  );
}
