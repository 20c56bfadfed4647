// Copying a text and printing a page: data-copy="#id" data-done="…", data-print.
import { closest, find } from "./dom";

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

export function watchPaper(): void {
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
