// A wish goes to the server, which decides. What it asks is asked here, and what it refuses is said with its reason.
import { csrfToken, find, findAll, newToken } from "../islands/dom";
import type { Wish } from "./lift";
import type { Words } from "./grid";

interface Refused {
  code: string;
  text: string;
  asks: string;
  total: string;
  priced?: boolean;
}

const toast = (text: string): void => {
  document.dispatchEvent(new CustomEvent("bz:toast", { detail: { text, state: "late" } }));
};

/** Toasts as the server wrote them, with their undo. */
export function shelve(html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  // Z takes back what was done last: the toasts before it keep their button and lose the key.
  for (const older of findAll(".bz-toast [data-key=Z]")) {
    older.removeAttribute("data-key");
    older.querySelector("kbd")?.remove();
  }
  for (const loose of page.querySelectorAll("template[data-toast]")) document.body.append(loose);
  document.dispatchEvent(new CustomEvent("bz:toasts"));
}

async function post(url: string, body: Record<string, string>): Promise<Response> {
  const form = new URLSearchParams({ ...body, idempotency_key: newToken() });
  const answer = await fetch(url, { method: "POST", body: form, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/login")) location.assign(answer.url);
  return answer;
}

/** The dialog of the page: the server's sentence, a line for a reason or a choice of price where one is asked. Null when
 * taken back. */
function ask({ text, asks, priced }: Refused): Promise<string | null> {
  const wantsReason = asks === "reason";
  const wantsPrice = asks === "type_price";
  const dialog = find<HTMLDialogElement>("#cal-ask");
  if (!dialog) return Promise.resolve(null);
  find("[data-text]", dialog)!.textContent = text;
  const reason = find<HTMLInputElement>("input[name=reason]", dialog)!;
  find("[data-reason]", dialog)!.hidden = !wantsReason;
  const price = find("[data-price]", dialog)!;
  price.hidden = !wantsPrice;
  find("[data-asked]", price)!.hidden = !priced;
  find<HTMLInputElement>("input[value=keep]", price)!.checked = true;
  reason.value = "";
  reason.required = wantsReason;
  dialog.returnValue = "no";
  // Enter in a line presses the first button of its form, which here is the one that takes back.
  reason.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (reason.reportValidity()) dialog.close("yes");
  };
  dialog.showModal();
  if (wantsReason) reason.focus();
  else if (wantsPrice) find<HTMLInputElement>("input[value=keep]", price)?.focus();
  else find<HTMLButtonElement>("button.pri", dialog)?.focus();
  const given = (): string => (wantsPrice ? find<HTMLInputElement>("input:checked", price)!.value : reason.value.trim());
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? given() : null), { once: true });
  });
}

/** The new version when it is done, else nothing. Asks what it must and sends again, until it is done, refused or taken back. */
export async function send(url: string, wish: Wish, words: Words): Promise<number | null> {
  const body = { ...wish.body };
  // Each question is asked once: answered and asked again, it is a refusal.
  const asked = new Set<string>();
  for (;;) {
    let answer: Response;
    try {
      answer = await post(url, body);
    } catch {
      toast(words["offline"]!);
      return null;
    }
    if (answer.ok) {
      const told = (await answer.json()) as { toasts: string; version: number };
      shelve(told.toasts);
      return told.version;
    }
    const refused = answer.headers.get("Content-Type")?.includes("json") ? ((await answer.json()) as Refused) : null;
    if (!refused?.asks || asked.has(refused.asks)) {
      toast(refused?.text ?? words["offline"]!);
      return null;
    }
    asked.add(refused.asks);
    const given = await ask(refused);
    if (given === null) return null;
    if (refused.asks === "type_price") body["expected_total"] = refused.total;
    const answers: Record<string, string> = { reason: given, type_price: given, expected_total: refused.total };
    body[refused.asks] = answers[refused.asks] ?? "on";
  }
}

/** The undo of a toast that came from here, without leaving the page. */
export async function undo(form: HTMLFormElement): Promise<void> {
  const answer = await post(form.action, {});
  form.closest(".bz-toast")?.remove();
  const told = (await answer.json()) as { toasts?: string; text?: string };
  if (answer.ok) shelve(told.toasts ?? "");
  else toast(told.text ?? "");
}
