// One tab stop for a grid of tiles or a list of rows; arrow keys move to the nearest in that direction.
import { closest, find, findAll, isShown, onContent } from "./dom";

const items = (group: Element): HTMLElement[] => findAll("[data-item]", group).filter(isShown);

function nearest(from: DOMRect, direction: string, candidates: HTMLElement[]): HTMLElement | null {
  let best: HTMLElement | null = null;
  let bestCost = Infinity;
  const x = from.left + from.width / 2;
  const y = from.top + from.height / 2;
  for (const candidate of candidates) {
    const box = candidate.getBoundingClientRect();
    const dx = box.left + box.width / 2 - x;
    const dy = box.top + box.height / 2 - y;
    const along = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[direction] ?? 0;
    if (along < 1) continue;
    const across = /Left|Right/.test(direction) ? Math.abs(dy) : Math.abs(dx);
    const cost = along + across * 6;
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  return best;
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const item = closest(event.target, "[data-item]");
  const group = closest(item, "[data-roving]");
  if (!item || !group || item !== event.target) return;
  const all = items(group);
  let next: HTMLElement | null | undefined = null;
  if (event.key.startsWith("Arrow")) next = nearest(item.getBoundingClientRect(), event.key, all);
  else if (event.key === "Home") next = all[0];
  else if (event.key === "End") next = all.at(-1);
  else return;
  event.preventDefault();
  if (!next) return;
  item.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

export function watchRoving(): void {
  onContent((root) => {
    for (const group of findAll("[data-roving]", root)) {
      const all = findAll("[data-item]", group);
      const stop = all.find((item) => item === document.activeElement) ?? find('[data-item][aria-current="true"]', group) ?? all[0];
      for (const item of all) item.tabIndex = item === stop ? 0 : -1;
    }
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const item = closest(event.target, "[data-item]");
    const group = closest(item, "[data-roving]");
    if (!item || !group || item !== event.target) return;
    for (const other of findAll('[data-item][tabindex="0"]', group)) other.tabIndex = -1;
    item.tabIndex = 0;
  });
}
