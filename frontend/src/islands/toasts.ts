// What was done, for a moment, with its undo. Hovering or focusing keeps it; a failure stays until it is closed.
import { closest, find, findAll, icon, word } from "./dom";

const STAY = 7000;
const started = new WeakSet<Element>();

function start(toast: HTMLElement): void {
  if (started.has(toast)) return;
  started.add(toast);
  if (toast.classList.contains("late") || toast.classList.contains("soon")) return;
  let timer = 0;
  const run = (): void => {
    timer = window.setTimeout(() => toast.remove(), STAY);
  };
  const hold = (): void => window.clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", run);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", run);
  run();
}

export function show(text: string, state = "ok"): void {
  const shelf = find(".bz-toasts");
  if (!shelf) return;
  const same = findAll(".bz-toast", shelf).find((toast) => find(".words", toast)?.textContent === text);
  same?.remove();
  const toast = document.createElement("div");
  toast.className = `bz-toast ${state}`;
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.setAttribute("aria-label", word("close"));
  close.append(icon("close", "s"));
  toast.append(icon(state === "ok" ? "check-circle" : "alert"), words, close);
  shelf.append(toast);
  start(toast);
}

export function watchToasts(): void {
  const wake = (): void => {
    for (const toast of findAll(".bz-toast")) start(toast);
    // Messages that came with a part of the page move to the shelf.
    const shelf = find(".bz-toasts");
    for (const loose of findAll("template[data-toast]")) {
      const copy = (loose as HTMLTemplateElement).content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
      if (copy && shelf) {
        shelf.append(copy);
        start(copy);
      }
      loose.remove();
    }
  };
  wake();
  document.addEventListener("htmx:after:swap", wake);
  document.addEventListener("bz:toasts", wake);
  document.addEventListener("bz:toast", (event) => show(event.detail.text, event.detail.state ?? "ok"));
  document.addEventListener("click", (event) => {
    if (closest(event.target, ".bz-toast .close")) closest(event.target, ".bz-toast")?.remove();
  });
}
