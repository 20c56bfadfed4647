// Tables: tick all, count and sum what is ticked, choose columns, and a click on a row follows its link.
import { closest, find, findAll, onContent, plural, word } from "./dom";

const ticks = (table: Element): HTMLInputElement[] => findAll<HTMLInputElement>("tbody input.bz-check[name]", table).filter((box) => !box.disabled);

function count(table: Element): void {
  const all = ticks(table);
  const on = all.filter((box) => box.checked);
  const master = find<HTMLInputElement>("input[data-tick-all]", table);
  if (master) {
    master.checked = on.length > 0 && on.length === all.length;
    master.indeterminate = on.length > 0 && on.length < all.length;
  }
  const card = table.closest(".bz-card, form") ?? document;
  const said = find("[data-ticked]", card);
  if (said) said.textContent = plural("ticked", on.length);
  const sum = find("[data-ticked-sum]", card);
  if (sum) {
    const cents = on.reduce((total, box) => total + Math.round(Number(box.dataset["amount"] ?? 0) * 100), 0);
    sum.textContent = (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
  }
  for (const button of findAll<HTMLButtonElement>("[data-needs-ticked]", card)) {
    const need = Number(button.dataset["needsTicked"] || 1);
    button.toggleAttribute("disabled", on.length < need);
  }
}

const kept = (table: HTMLElement): string => `bz-columns:${table.dataset["columns"]}`;

function applyColumns(table: HTMLElement): void {
  let hidden: string[] = [];
  try {
    hidden = JSON.parse(localStorage.getItem(kept(table)) ?? "[]") as string[];
  } catch {
    hidden = [];
  }
  for (const cell of findAll("[data-col]", table)) cell.hidden = hidden.includes(cell.dataset["col"] ?? "");
  const menu = find(`[data-columns-for="${CSS.escape(table.dataset["columns"] ?? "")}"] .pop`);
  if (!menu || menu.childElementCount) return;
  for (const head of findAll("thead [data-col]", table)) {
    const label = document.createElement("label");
    label.className = "bz-item";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "bz-check";
    box.checked = !head.hidden;
    box.addEventListener("change", () => {
      const off = findAll<HTMLInputElement>("input", menu).filter((other) => !other.checked).map((other) => other.value);
      localStorage.setItem(kept(table), JSON.stringify(off));
      applyColumns(table);
    });
    box.value = head.dataset["col"] ?? "";
    label.append(box, (head.textContent ?? "").trim() || word("column"));
    menu.append(label);
  }
}

export function watchRows(): void {
  onContent((root) => {
    for (const table of findAll("table[data-columns]", root)) applyColumns(table);
    for (const table of findAll("table:has(input[data-tick-all])", root)) count(table);
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches("input.bz-check")) return;
    const table = box.closest("table");
    if (!table) return;
    if (box.hasAttribute("data-tick-all")) for (const other of ticks(table)) other.checked = box.checked;
    count(table);
  });
  document.addEventListener("click", (event) => {
    const row = closest<HTMLTableRowElement>(event.target, "tr[data-follow]");
    if (!row || closest(event.target, "a, button, input, label, select, summary") || event.defaultPrevented) return;
    if (document.getSelection()?.isCollapsed === false) return;
    find<HTMLAnchorElement>("a.name, a", row)?.click();
  });
  // Filters of a list are sent as they change; empty ones stay out of the address bar.
  document.addEventListener("change", (event) => {
    const form = closest<HTMLFormElement>(event.target, "form[data-filters]");
    if (form && (event.target as HTMLElement).matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
  document.addEventListener("formdata", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-filters]")) return;
    for (const [name, value] of Array.from(event.formData.entries())) if (value === "") event.formData.delete(name);
  });
}
