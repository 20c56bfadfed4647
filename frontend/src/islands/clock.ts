// The hotel's clock, in the hotel's time zone and on the server's time.
import { ahead } from "./dom";

class Clock extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#tick();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.#timer);
  }

  #tick = (): void => {
    const now = new Date(Date.now() + ahead);
    this.textContent = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: this.getAttribute("zone") ?? "UTC",
    }).format(now);
    this.#timer = window.setTimeout(this.#tick, 60_000 - (now.getTime() % 60_000) + 20);
  };
}

customElements.define("bz-clock", Clock);
