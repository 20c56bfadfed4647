// The roster filled by keys: a shift's letter plans the marked cells, Delete clears them, Shift and an arrow mark more.
// Each press shows at once and goes to the server in its turn; the board that comes back is what holds.
import { closest, find, findAll, onContent } from "./dom";
import htmx from "htmx.org";

interface Wish {
  url: string;
  staff: string[];
  days: string[];
  shift: string;
}

const queue: Wish[] = [];
let busy = false;
let anchor: HTMLElement | null = null;
let marking = false;

const board = (): HTMLElement | null => find("#roster[data-roster]");
const cells = (root: ParentNode): HTMLElement[] => findAll("a.ro-cell[data-staff]", root);

/** The rectangle between the cell where marking began and the one in focus. */
function marked(current: HTMLElement): HTMLElement[] {
  const root = board();
  if (!root || !anchor?.isConnected || anchor === current) return [current];
  const all = cells(root);
  const people = [...new Set(all.map((cell) => cell.dataset["staff"] ?? ""))];
  const [top, bottom] = [anchor, current].map((cell) => people.indexOf(cell.dataset["staff"] ?? "")).sort((a, b) => a - b);
  const [first, last] = [anchor, current].map((cell) => cell.dataset["day"] ?? "").sort();
  const rows = new Set(people.slice(top, (bottom ?? 0) + 1));
  return all.filter((cell) => rows.has(cell.dataset["staff"] ?? "") && cell.dataset["day"]! >= first! && cell.dataset["day"]! <= last!);
}

function paint(): void {
  const root = board();
  if (!root) return;
  const current = closest(document.activeElement, "a.ro-cell[data-staff]");
  const chosen = new Set(current ? marked(current) : []);
  for (const cell of cells(root)) cell.classList.toggle("sel", chosen.size > 1 && chosen.has(cell));
}

/** What the press means, before the server has said so. */
function foretell(cell: HTMLElement, legend: HTMLElement | null): void {
  const mark = document.createElement("span");
  if (legend) {
    mark.className = `ro-mark ${legend.dataset["tone"] ?? ""}`;
    const short = document.createElement("b");
    short.textContent = legend.dataset["short"] ?? "";
    const hours = document.createElement("span");
    hours.className = "h";
    hours.textContent = legend.dataset["hours"] ?? "";
    mark.append(short, hours);
  } else {
    mark.className = "ro-off";
    mark.textContent = board()?.dataset["off"] ?? "";
  }
  for (const old of findAll(".ro-mark, .ro-off", cell)) old.remove();
  cell.append(mark);
  cell.classList.add("wait");
}

const legendOf = (shift: string): HTMLElement | null => (shift ? find(`[data-shift="${CSS.escape(shift)}"]`, board() ?? document) : null);

const wanted = (wish: Wish): HTMLElement[] => {
  const root = board();
  return root ? cells(root).filter((cell) => wish.staff.includes(cell.dataset["staff"] ?? "") && wish.days.includes(cell.dataset["day"] ?? "")) : [];
};

async function send(): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    for (let wish = queue.shift(); wish; wish = queue.shift()) {
      await htmx.ajax("POST", wish.url, { target: "#roster", swap: "outerMorph", values: { staff: wish.staff.join(), day: wish.days.join(), shift: wish.shift } });
    }
  } finally {
    busy = false;
  }
}

function plan(current: HTMLElement, legend: HTMLElement | null): void {
  const chosen = marked(current);
  for (const cell of chosen) foretell(cell, legend);
  const all = (key: string): string[] => [...new Set(chosen.map((cell) => cell.dataset[key] ?? ""))];
  queue.push({ url: board()?.dataset["roster"] ?? "", staff: all("staff"), days: all("day"), shift: legend?.dataset["shift"] ?? "" });
  if (chosen.length === 1) {
    const every = cells(board()!);
    every[every.indexOf(current) + 1]?.focus();
  }
  void send();
}

function onKey(event: KeyboardEvent): void {
  const current = closest(event.target, "a.ro-cell[data-staff]");
  const root = board();
  if (!current || !root?.contains(current) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    marking = event.shiftKey;
    return;
  }
  if (event.repeat) return;
  const off = event.key === "Delete" || event.key === "Backspace";
  const legend = event.key.length === 1 ? legendOf(event.key.toLowerCase()) : null;
  if (!off && !legend) return;
  // Before the house's own keys of one letter.
  event.preventDefault();
  event.stopImmediatePropagation();
  plan(current, legend);
}

export function watchRoster(): void {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusin", (event) => {
    const current = closest(event.target, "a.ro-cell[data-staff]");
    if (!current) return;
    if (!marking) anchor = current;
    marking = false;
    paint();
  });
  // The board polled while presses wait would show what they change as it was.
  document.addEventListener("htmx:config:request", (event) => {
    if (event.detail.ctx.sourceElement.id === "roster" && /^GET$/i.test(event.detail.ctx.request.method) && (busy || queue.length)) event.preventDefault();
  });
  onContent(() => {
    // What came back does not know of the presses that still wait.
    for (const wish of queue) for (const cell of wanted(wish)) foretell(cell, legendOf(wish.shift));
    paint();
  });
}
