// What we read of htmx 4's events.
interface HtmxContext {
  sourceElement: Element;
  sourceEvent?: Event;
  target: Element | null;
  confirm: string | null;
  text?: string;
  request: {
    action: string;
    method: string;
    headers: Record<string, string>;
    body: FormData | URLSearchParams | null;
    form: HTMLFormElement | null;
    submitter?: HTMLElement | null;
  };
  response?: { raw: Response; status: number; headers: Headers };
}

interface HtmxDetail {
  ctx: HtmxContext;
  issueRequest(): void;
  dropRequest(): void;
}

interface DocumentEventMap {
  "htmx:config:request": CustomEvent<HtmxDetail>;
  "htmx:before:request": CustomEvent<HtmxDetail>;
  "htmx:after:request": CustomEvent<HtmxDetail>;
  "htmx:finally:request": CustomEvent<HtmxDetail>;
  "htmx:confirm": CustomEvent<HtmxDetail>;
  "htmx:error": CustomEvent<HtmxDetail>;
  "htmx:after:swap": CustomEvent<HtmxDetail>;
  "bz:toast": CustomEvent<{ text: string; state?: string }>;
}
