// The grid of rates by keys: Shift and an arrow (or the mouse drawn across) mark a rectangle of nights and rows; a digit
// begins its price, Enter asks for everything. What is typed is painted only when the panel's effect has been seen.
import { closest, find, findAll, onContent } from "./dom";
import htmx from "htmx.org";

let anchor: HTMLElement | null = null;
let end: HTMLElement | null = null;
let marking = false;
let drawing = false;
/** What is typed while the panel is on its way; null when none is asked for. */
let typing: string | null = null;

const board = (): HTMLElement | null => find("#rates[data-rates]:not([data-rates=''])");
const cells = (root: ParentNode): HTMLElement[] => findAll("a.rg-cell[data-day]", root);
const rowOf = (cell: HTMLElement): string => `${cell.dataset["type"] ?? ""} ${cell.dataset["plan"] ?? ""}`;

/** The rectangle between where marking began and where it is now. */
function marked(): HTMLElement[] {
  const root = board();
  if (!root || !end) return [];
  if (!anchor?.isConnected || anchor === end) return [end];
  const all = cells(root);
  const rows = [...new Set(all.map(rowOf))];
  const [top, bottom] = [anchor, end].map((cell) => rows.indexOf(rowOf(cell))).sort((a, b) => a - b);
  const [first, last] = [anchor, end].map((cell) => cell.dataset["day"] ?? "").sort();
  const within = new Set(rows.slice(top, (bottom ?? 0) + 1));
  return all.filter((cell) => within.has(rowOf(cell)) && cell.dataset["day"]! >= first! && cell.dataset["day"]! <= last!);
}

function paint(): void {
  const root = board();
  if (!root) return;
  const chosen = new Set(marked());
  for (const cell of cells(root)) cell.classList.toggle("sel", chosen.size > 1 && chosen.has(cell));
}

async function ask(typed: string): Promise<void> {
  const root = board();
  const chosen = marked();
  if (!root || !chosen.length) return;
  const days = chosen.map((cell) => cell.dataset["day"] ?? "").sort();
  const query = new URLSearchParams(root.dataset["here"]?.split("?")[1] ?? "");
  query.set("first", days[0] ?? "");
  query.set("last", days.at(-1) ?? "");
  for (const type of new Set(chosen.map((cell) => cell.dataset["type"] ?? ""))) query.append("type", type);
  for (const plan of new Set(chosen.map((cell) => cell.dataset["plan"] ?? ""))) if (plan) query.append("rate", plan);
  typing = typed;
  try {
    await htmx.ajax("GET", `${root.dataset["rates"]}?${query}`, { source: end ?? root, target: "#side", swap: "innerHTML" });
  } finally {
    typed = typing ?? "";
    typing = null;
  }
  const field = find<HTMLInputElement>(query.has("rate") ? "#side [name=price]" : "#side [name=overbooking]");
  if (!field) return;
  field.focus();
  if (!typed) return;
  field.value = typed;
  field.setSelectionRange(typed.length, typed.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function onKey(event: KeyboardEvent): void {
  if (typing !== null && /^[0-9.]$/.test(event.key)) {
    typing += event.key;
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const current = closest(event.target, "a.rg-cell[data-day]");
  const root = board();
  if (!current || !root?.contains(current) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    marking = event.shiftKey;
    return;
  }
  if (event.repeat || !(event.key === "Enter" || /^[0-9]$/.test(event.key))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void ask(event.key === "Enter" ? "" : event.key);
}

export function watchRates(): void {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusin", (event) => {
    const current = closest(event.target, "a.rg-cell[data-day]");
    if (!current) return;
    if (!marking) anchor = current;
    end = current;
    marking = false;
    paint();
  });
  document.addEventListener("pointerdown", (event) => {
    const current = closest(event.target, "a.rg-cell[data-day]");
    if (!current || event.button !== 0 || event.pointerType !== "mouse") return;
    event.preventDefault();
    drawing = true;
    marking = event.shiftKey;
    current.focus();
  });
  document.addEventListener("pointerover", (event) => {
    const current = drawing ? closest(event.target, "a.rg-cell[data-day]") : null;
    if (!current || current === end) return;
    marking = true;
    current.focus();
  });
  document.addEventListener("pointerup", () => {
    if (drawing && marked().length > 1) void ask("");
    drawing = false;
  });
  document.addEventListener("click", (event) => {
    const current = closest(event.target, "a.rg-cell[data-day]");
    if (!current || !board()?.contains(current) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (marked().length === 1) void ask("");
  });
  onContent(paint);
}
