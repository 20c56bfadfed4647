// Small services to a page: data-copy="#id" data-done="…", data-print, and data-keep-chosen, a list that scrolls to what
// is chosen in it.
import { closest, find, findAll, onContent } from "./dom";

async function copy(source: HTMLTextAreaElement): Promise<boolean> {
  // The clipboard needs HTTPS; a hotel's own network may have none.
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(source.value);
      return true;
    } catch {
      // Refused: the old way below still works.
    }
  }
  source.focus();
  source.select();
  return document.execCommand("copy");
}

function showChosen(list: HTMLElement): void {
  const chosen = find("input:checked", list)?.closest("tr, li");
  const frame = find(".bz-scroll", list);
  if (!chosen || !frame) return;
  const [row, box] = [chosen.getBoundingClientRect(), frame.getBoundingClientRect()];
  if (row.bottom > box.bottom || row.top < box.top) frame.scrollTop += row.top - box.top - box.height / 2;
}

export function watchPaper(): void {
  onContent((root) => findAll("[data-keep-chosen]", root).forEach(showChosen));
  document.addEventListener("click", (event) => {
    if (closest(event.target, "[data-print]")) {
      event.preventDefault();
      window.print();
      return;
    }
    const button = closest(event.target, "[data-copy]");
    const source = button && find<HTMLTextAreaElement>(button.dataset["copy"] ?? "");
    if (!button || !source) return;
    void copy(source).then((done) => {
      if (!done) return;
      document.dispatchEvent(new CustomEvent("bz:toast", { detail: { text: button.dataset["done"] ?? "", state: "ok" } }));
    });
  });
}
