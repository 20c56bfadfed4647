// Every htmx request: the CSRF header out, sign-in and whole error pages kept out of a small part of the page,
// and polling that never takes the page from under somebody's hands.
import { closest, csrfToken, isTyping, word } from "./dom";
import { hears } from "./live";

const SELDOM = 15_000;
const looked = new Map<string, number>();

const say = (text: string, state = "late"): void => {
  document.dispatchEvent(new CustomEvent("bz:toast", { detail: { text, state } }));
};

/** True while a polled part must stay as it is: its user is typing, choosing, reading a menu or marking text in it. */
function inUse(part: Element): boolean {
  const focused = document.activeElement;
  if (focused && part.contains(focused) && (isTyping(focused) || focused.closest("details[open], dialog[open]"))) return true;
  if (part.querySelector("details[open], dialog[open], [aria-expanded=true][role=combobox]")) return true;
  if (part.querySelector("input.bz-check:checked")) return true;
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

/** While changes are heard of, a part looks when it is called, and once in a while all the same: a clock may have moved on. */
function called(event: Event | undefined, part: Element): boolean {
  const now = Date.now();
  if (event?.type !== "bz:look" && now - (looked.get(part.id) ?? 0) < SELDOM) return false;
  looked.set(part.id, now);
  return true;
}

export function watchRequests(): void {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = csrfToken();
    const polled = closest(ctx.sourceElement, "[data-live]");
    if (polled !== ctx.sourceElement || !polled) return;
    if (document.hidden || inUse(ctx.target ?? polled) || (hears() && !called(ctx.sourceEvent, polled))) event.preventDefault();
  });

  document.addEventListener("htmx:after:request", (event) => {
    const { response, sourceElement } = event.detail.ctx;
    if (!response) return;
    const text = event.detail.ctx.text ?? "";
    const whole = /^\s*<!doctype/i.test(text);
    if (response.raw.redirected && new URL(response.raw.url).pathname.startsWith("/accounts/login")) {
      event.preventDefault();
      location.assign(response.raw.url);
    } else if (whole && response.status >= 400) {
      event.preventDefault();
      const page = new DOMParser().parseFromString(text, "text/html");
      if (sourceElement.closest("[data-live]") === sourceElement) return;
      say(page.querySelector<HTMLMetaElement>('meta[name="bz-error"]')?.content || word("failed"));
    } else if (response.status >= 500) {
      event.preventDefault();
      say(word("failed"));
    }
  });

  document.addEventListener("htmx:error", (event) => {
    const { sourceElement } = event.detail.ctx ?? {};
    if (sourceElement?.closest("[data-live]") !== sourceElement) say(word("offline"));
  });

  // Back at the screen after a while: what is live is fetched at once instead of at the next beat.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-live]")) part.dispatchEvent(new CustomEvent("bz:look", { bubbles: false }));
  });
}
