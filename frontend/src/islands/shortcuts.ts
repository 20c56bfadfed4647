// Keys: F2…F9 and Ctrl+K from anywhere, single letters when nothing is being typed, `?` shows what there is.
import { closest, find, findAll, isShown, isTyping } from "./dom";

const open = (): HTMLDialogElement | null => find<HTMLDialogElement>("dialog[open]");

/** The control a key stands for: in the open dialog, else in the side panel, else on the page, else in the rail. */
function bound(key: string): HTMLElement | null {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const dialog = open();
  if (dialog) return find(selector, dialog);
  const all = findAll(selector).filter((element) => element.getAttribute("aria-disabled") !== "true" && !element.matches(":disabled"));
  return (
    all.find((element) => element.closest("#side")) ??
    all.find((element) => element.closest("#main, .bz-toasts")) ??
    all.find((element) => isShown(element)) ??
    all[0] ??
    null
  );
}

function press(element: HTMLElement): void {
  if (element.matches("input, select, textarea")) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  } else element.click();
}

function submitPrimary(): boolean {
  const form = closest<HTMLFormElement>(document.activeElement, "form") ?? find<HTMLFormElement>("form[data-primary]", open() ?? document);
  if (!form) return false;
  form.requestSubmit(find<HTMLButtonElement>("button.pri[type=submit], button.pri:not([type])", form) ?? undefined);
  return true;
}

function listKeys(dialog: HTMLDialogElement): void {
  const here = find("[data-keys=page]", dialog);
  const house = find("[data-keys=house]", dialog);
  if (!here || !house) return;
  here.replaceChildren();
  house.replaceChildren();
  const seen = new Set<string>();
  for (const element of findAll("[data-key]")) {
    const key = element.dataset["key"] ?? "";
    if (seen.has(key) || element.closest("dialog")) continue;
    seen.add(key);
    const name = element.dataset["keyName"] ?? element.getAttribute("aria-label") ?? textWithoutKeys(element);
    const line = document.createElement("div");
    const term = document.createElement("dt");
    const cap = document.createElement("dd");
    const keycap = document.createElement("kbd");
    keycap.className = "bz-kbd";
    keycap.textContent = key;
    term.textContent = name;
    cap.append(keycap);
    line.append(term, cap);
    (/^F\d+$/.test(key) ? house : here).append(line);
  }
  for (const list of [here, house]) list.closest<HTMLElement>("section")!.hidden = list.childElementCount === 0;
  // F keys in order.
  house.append(...Array.from(house.children).sort((a, b) => (a.lastElementChild!.textContent! > b.lastElementChild!.textContent! ? 1 : -1)));
}

function textWithoutKeys(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const keycap of copy.querySelectorAll(".bz-kbd, .n, small")) keycap.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

export function showKeys(): void {
  const dialog = find<HTMLDialogElement>("#bz-keys");
  if (!dialog || dialog.open) return;
  listKeys(dialog);
  dialog.showModal();
}

function onKey(event: KeyboardEvent): void {
  // An input method at work owns the keyboard.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.repeat) return;
  const { key } = event;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || event.shiftKey) return;
    if (key.toLowerCase() === "k") {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("bz:palette"));
    } else if (key === "Enter" && submitPrimary()) event.preventDefault();
    return;
  }
  if (event.altKey) return;
  if (/^F\d{1,2}$/.test(key)) {
    const target = bound(key);
    if (target) {
      event.preventDefault();
      press(target);
    }
    return;
  }
  // Enter on the page itself goes to the field that waits for it; inside a form it keeps its own meaning.
  if (key === "Enter" && (event.target === document.body || event.target === find("#main"))) {
    const field = bound("Enter");
    if (field) {
      event.preventDefault();
      press(field);
    }
    return;
  }
  if (isTyping(event.target) || key.length !== 1) return;
  if (key === "?") {
    event.preventDefault();
    showKeys();
  } else if (key === "/") {
    event.preventDefault();
    const filter = find("[data-search]", find("#main") ?? document);
    if (filter && isShown(filter)) press(filter);
    else document.dispatchEvent(new CustomEvent("bz:palette"));
  } else {
    const target = bound(key.toUpperCase());
    if (target) {
      event.preventDefault();
      press(target);
    }
  }
}

export function watchShortcuts(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (closest(event.target, "[data-show-keys]")) {
      event.preventDefault();
      showKeys();
    }
  });
}
