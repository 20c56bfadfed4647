// Asks before what cannot be taken back: data-confirm on a form, a button or a link; hx-confirm on htmx elements.
import { closest, find, word } from "./dom";

let allowed: Element | null = null;

function ask(text: string, from: HTMLElement): Promise<boolean> {
  const dialog = find<HTMLDialogElement>("#bz-confirm");
  if (!dialog) return Promise.resolve(window.confirm(text));
  const yes = find<HTMLButtonElement>("[value=yes]", dialog)!;
  find("[data-text]", dialog)!.textContent = text;
  find("[data-title]", dialog)!.textContent = from.dataset["confirmTitle"] || word("confirmTitle");
  yes.textContent = from.dataset["confirmYes"] || word("confirmYes");
  yes.className = `bz-btn ${from.hasAttribute("data-danger") ? "dan" : "pri"}`;
  dialog.returnValue = "";
  dialog.showModal();
  // What destroys is never one blind Enter away.
  (from.hasAttribute("data-danger") ? find<HTMLButtonElement>("[value=no]", dialog)! : yes).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function watchConfirm(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      const submitter = event.submitter as HTMLElement | null;
      const source = submitter?.dataset["confirm"] ? submitter : form;
      const text = source.dataset["confirm"];
      if (!text || allowed === form) {
        allowed = null;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      void ask(text, source).then((sure) => {
        if (!sure) return;
        allowed = form;
        form.requestSubmit(submitter instanceof HTMLButtonElement && submitter.form === form ? submitter : undefined);
      });
    },
    { capture: true },
  );
  document.addEventListener("click", (event) => {
    const link = closest<HTMLAnchorElement>(event.target, "a[data-confirm]");
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    void ask(link.dataset["confirm"]!, link).then((sure) => sure && location.assign(link.href));
  });
  document.addEventListener("htmx:confirm", (event) => {
    event.preventDefault();
    const { ctx } = event.detail;
    const source = ctx.sourceElement as HTMLElement;
    void ask(ctx.confirm ?? "", source).then((sure) => {
      if (sure) event.detail.issueRequest();
      else event.detail.dropRequest();
    });
  });
}
