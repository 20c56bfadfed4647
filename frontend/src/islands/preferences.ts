// Theme without a reload; the server keeps it in a cookie and writes it into the next page. Language reloads by itself.
import { find } from "./dom";

export function watchPreferences(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-theme-form]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const root = document.documentElement;
    const next = root.dataset["theme"] === "dark" ? "light" : "dark";
    const body = new FormData(form);
    body.set("theme", next);
    void fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    root.dataset["theme"] = next;
    root.dataset["bsTheme"] = next;
    const meta = find<HTMLMetaElement>('meta[name="theme-color"]');
    if (meta) meta.content = getComputedStyle(root).getPropertyValue("--bz-surface").trim();
  }, { capture: true });
}
