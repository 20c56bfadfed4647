// What every island needs: lookups, words from the server, instants, ids.

export const find = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);

export const findAll = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] =>
  Array.from(root.querySelectorAll<T>(selector));

export const closest = <T extends Element = HTMLElement>(target: EventTarget | null, selector: string): T | null =>
  target instanceof Element ? target.closest<T>(selector) : null;

/** Run for the elements there now and for those htmx brings later. */
export function onContent(run: (root: ParentNode) => void): void {
  run(document);
  document.addEventListener("htmx:after:swap", () => run(document));
}

/** A sentence from `<template id="bz-words" data-…>`, so that every visible word is translated on the server. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const text = find<HTMLTemplateElement>("#bz-words")?.dataset[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function plural(key: string, count: number): string {
  const rule = new Intl.PluralRules(document.documentElement.lang).select(count);
  return word(rule === "one" ? `${key}One` : `${key}Other`, { count });
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])"));

export const isShown = (element: Element): boolean => element.getClientRects().length > 0;

/** crypto.randomUUID exists only on HTTPS and localhost; a hotel's own network may have neither. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function cookie(name: string): string {
  const pair = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : "";
}

export const csrfToken = (): string => find<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

/** How far the server's clock is ahead of this machine's, in milliseconds. */
export const ahead = (() => {
  const sent = Date.parse(document.documentElement.dataset["now"] ?? "");
  return Number.isNaN(sent) ? 0 : sent - Date.now();
})();

export function debounce(delay: number, run: () => void): () => void {
  let timer = 0;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(run, delay);
  };
}

export function icon(name: string, extra = ""): SVGSVGElement {
  const sprite = find("#bz-words")?.dataset["sprite"] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `i ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
