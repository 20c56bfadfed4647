// Ctrl K: one box for guests, rooms, reservations and commands. Without script the same address is a page.
import { closest, find, word } from "./dom";
import { Combobox } from "./combobox";

function start(): void {
  const dialog = find<HTMLDialogElement>("#bz-palette");
  const input = dialog && find<HTMLInputElement>("input[type=search]", dialog);
  const list = dialog && find(".hits", dialog);
  if (!dialog || !input || !list) return;
  const said = find("[data-count]", dialog);
  const box = new Combobox({
    input,
    list,
    delay: 90,
    source: () => dialog.dataset["src"] ?? "",
    loaded: (count) => {
      if (said) said.textContent = word("hits", { count });
    },
    choose: (option, event) => {
      const link = option instanceof HTMLAnchorElement ? option : find<HTMLAnchorElement>("a", option);
      if (!link) return;
      if (event.type === "click") return;
      link.click();
    },
  });
  const open = (): void => {
    if (dialog.open) return;
    find<HTMLDialogElement>("dialog[open]")?.close();
    dialog.showModal();
    input.select();
    box.ask(true);
  };
  document.addEventListener("bz:palette", open);
  document.addEventListener("click", (event) => {
    if (!closest(event.target, "[data-palette]")) return;
    event.preventDefault();
    open();
  });
}

start();
