// A thin line at the top while something is fetched for longer than a glance.
class Progress extends HTMLElement {
  #running = 0;
  #timer = 0;

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    document.addEventListener("htmx:before:request", (event) => {
      if (event.detail.ctx.sourceElement.hasAttribute("data-live")) return;
      this.#running += 1;
      this.#timer = window.setTimeout(() => this.toggleAttribute("on", this.#running > 0), 250);
    });
    document.addEventListener("htmx:finally:request", (event) => {
      if (event.detail.ctx.sourceElement.hasAttribute("data-live")) return;
      this.#running = Math.max(0, this.#running - 1);
      if (this.#running === 0) {
        window.clearTimeout(this.#timer);
        this.removeAttribute("on");
      }
    });
  }
}

customElements.define("bz-progress", Progress);
