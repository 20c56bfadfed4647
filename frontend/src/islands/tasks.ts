// One press on a live board: what it changed shows at once instead of at the next beat.
import { closest } from "./dom";

export function lookAfterPress(): void {
  document.addEventListener("htmx:finally:request", (event) => {
    const form = closest(event.detail.ctx.sourceElement, "[data-then-look]");
    const part = form?.closest("[data-live]");
    if (part && event.detail.ctx.response) part.dispatchEvent(new CustomEvent("bz:look", { bubbles: false }));
  });
}
