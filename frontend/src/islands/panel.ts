// The side panel: focus goes in when it opens and back to its opener when it closes.
import { closest, find } from "./dom";

let opener: HTMLElement | null = null;

export function closePanel(): boolean {
  const side = find("#side");
  if (!side || side.childElementCount === 0) return false;
  const leave = find<HTMLAnchorElement>("a[data-close-side][href]", side);
  side.replaceChildren();
  if (leave) history.replaceState(history.state, "", leave.href);
  for (const marked of document.querySelectorAll('#main [aria-current="true"][hx-target="#side"]')) marked.removeAttribute("aria-current");
  const back = opener?.isConnected ? opener : opener?.id ? find(`#${CSS.escape(opener.id)}`) : null;
  back?.focus();
  opener = null;
  return true;
}

function enter(side: HTMLElement): void {
  // At a keyboard the field that comes first; a thumb is not shown half a screen of keys before it has read anything.
  const first = matchMedia("(pointer: fine)").matches ? find("[autofocus]", side) : null;
  const heading = find("h2", side);
  heading?.setAttribute("tabindex", "-1");
  (first ?? heading)?.focus();
  side.scrollTop = 0;
}

export function watchPanel(): void {
  // Opened by its own address, as a link does that was pressed before the scripts were there.
  const opened = find("#side");
  if (opened?.childElementCount && document.activeElement === document.body) enter(opened);
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const side = find("#side");
    if (!side || ctx?.target !== side || !side.childElementCount) return;
    const source = ctx.sourceElement as HTMLElement;
    if (!side.contains(source) && !source.hasAttribute("data-live")) {
      opener = source;
      for (const marked of document.querySelectorAll('#main [aria-current="true"][hx-target="#side"]')) marked.removeAttribute("aria-current");
      source.setAttribute("aria-current", "true");
      enter(side);
    }
  });
  document.addEventListener("click", (event) => {
    if (!closest(event.target, "[data-close-side]")) return;
    event.preventDefault();
    closePanel();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || find("dialog[open]")) return;
    if (find('[aria-expanded="true"][role="combobox"]')) return;
    if (closePanel()) event.preventDefault();
  });
}
