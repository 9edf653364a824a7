// What a visitor of the website does right now: writes, looks at a page, has gone. Told by the stream, kept per ticket.
import { all, one, ticket } from "./page";

interface Told {
  ticket: number;
  typing?: boolean;
  online?: boolean;
  page?: string | null;
}

const WRITES = 8_000; // milliseconds for which "is typing" counts
const known = new Map<number, Told & { until: number }>();
let timer = 0;

/** Shows what is known of the open ticket's visitor; the page may just have been brought up to date. */
export function showVisitor(): void {
  const state = known.get(Number(ticket()?.dataset.number));
  const typing = one("#typing");
  const writes = state !== undefined && state.typing === true && state.until > Date.now();
  if (typing) typing.hidden = !writes;
  clearTimeout(timer);
  if (writes) timer = window.setTimeout(showVisitor, state.until - Date.now() + 50);
  const bar = one("#visitor");
  if (!bar || !state) return;
  const here = one("[data-here]", bar);
  if (here && state.online !== undefined) {
    here.hidden = false;
    here.classList.toggle("good", state.online);
    for (const words of all("[data-on]", here)) words.hidden = !state.online;
    for (const words of all("[data-off]", here)) words.hidden = state.online;
  }
  const link = one<HTMLAnchorElement>("[data-page]", bar);
  if (link && state.page && /^https?:\/\//i.test(state.page) && link.href !== state.page) {
    link.href = link.title = state.page;
    link.hidden = false;
    const words = one("bdi", link);
    if (words) words.textContent = state.page;
  }
}

function heard(event: MessageEvent<string>): void {
  let told: Told;
  try {
    told = JSON.parse(event.data) as Told;
  } catch {
    return;
  }
  const until = told.typing ? Date.now() + WRITES : 0;
  known.set(told.ticket, { ...known.get(told.ticket), ...told, until: told.typing === undefined ? (known.get(told.ticket)?.until ?? 0) : until });
  if (told.ticket === Number(ticket()?.dataset.number)) showVisitor();
}

export const watchVisitors = (source: EventSource): void => source.addEventListener("visitor", heard as EventListener);
