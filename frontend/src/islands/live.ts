// What others do appears by itself: one stream for all tabs of a browser, each live part fetched when something it shows
// may have changed. Without the stream the parts look by themselves, as their hx-trigger says.
import { findAll } from "./dom";

interface Change {
  topic: string;
  subject: string;
  id: number;
}

const CALM = 400; // ms: many changes at once are one look
const SPREAD = 250; // ms: not every screen of the house at the same moment
const BACK_OFF = [1_000, 30_000] as const;
const LOCK = "binzhi-live";

let hearing = false;
const due = new Map<Element, number>();

/** Is the stream open, so that nobody need look in between? */
export const hears = (): boolean => hearing;

function look(part: Element): void {
  if (due.has(part)) return;
  due.set(
    part,
    window.setTimeout(
      () => {
        due.delete(part);
        if (part.isConnected) part.dispatchEvent(new CustomEvent("bz:look", { bubbles: false }));
      },
      CALM / 2 + Math.random() * SPREAD,
    ),
  );
}

/** `data-live="task run"` names the subjects a part shows; an empty one shows everything. */
function concerns(part: HTMLElement, change: Change): boolean {
  const subjects = (part.dataset.live ?? "").split(" ").filter(Boolean);
  return subjects.length === 0 || subjects.includes(change.subject);
}

function heard(change: Change | null): void {
  for (const part of findAll("[data-live]")) if (!change || concerns(part, change)) look(part);
}

export function hearChanges(): void {
  const place = document.body.dataset.liveAt;
  if (!place || !("BroadcastChannel" in window)) return;
  const tabs = new BroadcastChannel(`${LOCK} ${place}`);
  tabs.addEventListener("message", ({ data }: MessageEvent<{ open: boolean; change?: Change | null }>) => {
    hearing = data.open;
    if (data.change !== undefined) heard(data.change);
  });
  const tell = (open: boolean, change?: Change | null): void => {
    hearing = open;
    tabs.postMessage({ open, change });
    if (change !== undefined) heard(change);
  };
  const lead = (): Promise<never> => new Promise(() => listen(place, tell));
  // The tab that holds the lock listens for all; when it closes, another gets it.
  if (navigator.locks) void navigator.locks.request(`${LOCK} ${place}`, lead);
  else void lead();
}

function listen(place: string, tell: (open: boolean, change?: Change | null) => void): void {
  let pause: number = BACK_OFF[0];
  const open = (): void => {
    const stream = new EventSource(place, { withCredentials: true });
    stream.addEventListener("open", () => {
      pause = BACK_OFF[0];
      tell(true, null);
    });
    stream.addEventListener("look", () => tell(true, null));
    stream.addEventListener("change", (event) => tell(true, JSON.parse((event as MessageEvent<string>).data) as Change));
    stream.addEventListener("error", () => {
      tell(false);
      // The browser tries again by itself after a cut, but gives up on a refusal.
      if (stream.readyState !== EventSource.CLOSED) return;
      window.setTimeout(open, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, BACK_OFF[1]);
    });
  };
  open();
}
