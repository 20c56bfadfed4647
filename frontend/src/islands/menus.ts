// <details class="bz-menu">: closes when one looks elsewhere, gives the focus back on Escape, opens the rail's flyouts once.
import { closest, find, findAll } from "./dom";

export function watchMenus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of findAll<HTMLDetailsElement>("details.bz-menu[open]")) {
      if (!menu.contains(event.target as Node) || closest(event.target, ".pop a, .pop button[type=submit]")) menu.open = false;
    }
    if (closest(event.target, "[data-close-dialog]")) closest<HTMLDialogElement>(event.target, "dialog")?.close();
    const dialog = event.target instanceof HTMLDialogElement ? event.target : null;
    if (dialog?.classList.contains("bz-dialog") && dialog.open) {
      const box = dialog.getBoundingClientRect();
      const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
      if (outside) dialog.close();
    }
    const opener = closest(event.target, "[data-dialog]");
    if (opener) {
      event.preventDefault();
      find<HTMLDialogElement>(`#${CSS.escape(opener.dataset["dialog"] ?? "")}`)?.showModal();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = find<HTMLDetailsElement>("details.bz-menu[open]");
    if (menu) {
      menu.open = false;
      find("summary", menu)?.focus();
      event.preventDefault();
      return;
    }
    const rail = find(".bz-rail");
    if (rail?.matches(":has(.bz-fly:focus-within), :focus-within")) rail.classList.add("shut");
  });
  const rail = find(".bz-rail");
  for (const kind of ["pointerleave", "focusout"]) rail?.addEventListener(kind, () => rail.classList.remove("shut"));
  rail?.addEventListener("click", () => rail.classList.add("shut"));
}
