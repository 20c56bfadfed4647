// One press, one effect: a form in flight cannot be sent again, and carries a token under which the server answers a
// repeat with the first result.
import { find, newToken } from "./dom";

const FIELD = "idempotency_key";
const inFlight = new WeakSet<Element>();

function mark(form: Element, submitter: HTMLElement | null | undefined, busy: boolean): void {
  form.toggleAttribute("aria-busy", busy);
  const button = submitter ?? find<HTMLElement>("button[type=submit], button:not([type])", form);
  button?.classList.toggle("busy", busy);
  if (busy) button?.setAttribute("aria-disabled", "true");
  else button?.removeAttribute("aria-disabled");
}

/** A field or a part that asks something while the form is being filled in is not the form being sent. */
const holderOf = (ctx: { sourceElement: Element; request: { form?: HTMLFormElement | null } }): Element =>
  ctx.sourceElement.matches("button:not([type=button])") ? (ctx.request.form ?? ctx.sourceElement) : ctx.sourceElement;

const release = (form: Element, submitter?: HTMLElement | null): void => {
  inFlight.delete(form);
  mark(form, submitter, false);
};

export function guardForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented || isHtmx(form, event.submitter)) return;
    if (inFlight.has(form)) {
      event.preventDefault();
      return;
    }
    inFlight.add(form);
    // After the browser has read the form: a disabled button would not be sent.
    window.setTimeout(() => mark(form, event.submitter, true));
  });

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (/^(GET|HEAD)$/i.test(ctx.request.method)) return;
    const holder = holderOf(ctx);
    if (inFlight.has(holder)) {
      event.preventDefault();
      return;
    }
    if (ctx.request.body && !ctx.request.body.has(FIELD)) ctx.request.body.set(FIELD, newToken());
  });
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (/^(GET|HEAD)$/i.test(ctx.request.method)) return;
    const holder = holderOf(ctx);
    inFlight.add(holder);
    mark(holder, ctx.request.submitter ?? (ctx.sourceElement as HTMLElement), true);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    const holder = holderOf(ctx);
    if (!inFlight.has(holder)) return;
    release(holder, ctx.request.submitter ?? (ctx.sourceElement as HTMLElement));
    // An answer came: what is sent next from a form that stayed on the page is a new request.
    const kept = ctx.response ? find<HTMLInputElement>(`input[name=${FIELD}]`, holder) : null;
    if (kept?.isConnected) kept.value = newToken();
  });
  // The page shown again from the back-forward cache.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) release(form);
  });
}

function isHtmx(form: Element, submitter: Element | null): boolean {
  return [form, submitter].some((element) =>
    element?.matches("[hx-post],[hx-put],[hx-patch],[hx-delete],[hx-get],[data-hx-post],[data-hx-get]"),
  );
}
