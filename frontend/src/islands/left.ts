// How long to or since a moment, going on by itself on the server's time: one timer for all of a page.
import { ahead } from "./dom";

const shown = new Set<Left>();
let timer = 0;

const two = (value: number): string => String(value).padStart(2, "0");

class Left extends HTMLElement {
  connectedCallback(): void {
    shown.add(this);
    this.tell();
    if (!timer) timer = window.setInterval(tick, 1000);
  }

  disconnectedCallback(): void {
    shown.delete(this);
    if (shown.size || !timer) return;
    window.clearInterval(timer);
    timer = 0;
  }

  tell(): void {
    const span = Date.parse(this.getAttribute("at") ?? "") - Date.now() - ahead;
    if (Number.isNaN(span)) return;
    const seconds = Math.trunc(Math.abs(span) / 1000);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const text = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    // `T−2:17:56` before the moment, `T+0:05` after it.
    const mark = this.getAttribute("mark");
    this.textContent = mark ? `${mark}${span < 0 ? "+" : "\u2212"}${text}` : text;
  }
}

function tick(): void {
  if (document.hidden) return;
  for (const one of shown) one.tell();
}

customElements.define("bz-left", Left);
