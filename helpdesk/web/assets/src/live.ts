// One stream tells which tickets changed; the page asks for what it shows of them and merges it in.
import htmx from "htmx.org";
import { arrived } from "./composer";
import { merge } from "./merge";
import { all, calm, markOpen, number, one, ticket } from "./page";
import { showVisitor, watchVisitors } from "./visitor";

const EVERY = 30_000; // clocks are told in minutes

let waiting: Document | null = null; // what is kept back while the pointer rests on the list

const listQuery = (): string => document.body.dataset.query ?? "";
const resting = (): Element | null => {
  if (!matchMedia("(hover: hover)").matches) return null;
  const list = one(".rows:hover");
  return list && (one("li:hover", list) ?? one("li", list));
};

/** Asks for the list and the open ticket, and merges them into the page. */
export async function refresh(): Promise<void> {
  const open = ticket()?.dataset.number;
  const shown = all("#rows > li[id^=t]").length;
  const query = `${listQuery()}&upto=${shown}${open ? `&open=${open}` : ""}`;
  const answer = await fetch(`/inbox/live${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (one("#rows", fresh)?.dataset.query !== listQuery()) return; // another list was opened meanwhile
  apply(fresh, resting());
}

function apply(fresh: Document, pinned: Element | null): void {
  if (fresh.title) document.title = fresh.title.trim();
  rows(fresh, pinned);
  const views = one("#views");
  const newViews = one("#views", fresh);
  if (views && newViews) merge(views, newViews);
  timeline(fresh);
  showVisitor();
  markOpen();
}

function rows(fresh: Document, pinned: Element | null): void {
  const list = one("#rows");
  const wanted = one("#rows", fresh);
  if (!list || !wanted) return;
  waiting = pinned ? (fresh.cloneNode(true) as Document) : null;
  const { held } = merge(list, wanted, pinned);
  const button = one("#fresh");
  if (!button) return;
  button.hidden = held === 0;
  const count = one(".num", button);
  if (count) count.textContent = number(held);
}

function release(): void {
  if (waiting) rows(waiting, null);
  markOpen();
}

function timeline(fresh: Document): void {
  const article = ticket();
  const list = one("#timeline");
  const wanted = one<HTMLElement>("#timeline", fresh);
  if (!article || !list || !wanted) return;
  const head = one("#head");
  const newHead = one("#head", fresh);
  if (head && newHead && !one("details[open]", head) && head.innerHTML !== newHead.innerHTML) {
    head.replaceChildren(...newHead.childNodes);
    htmx.process(head);
  }
  const { added } = merge(list, wanted);
  list.dataset.newest = wanted.dataset.newest ?? "";
  arrived(Number(wanted.dataset.newest), added.some((item) => item.classList.contains("entry")));
}

function connection(): void {
  const banner = one("#lost");
  const address = document.body.dataset.live;
  if (!banner || !address) return;
  const soon = calm(120, () => void refresh());
  const source = new EventSource(address);
  let lost = 0;
  source.addEventListener("changed", soon);
  watchVisitors(source);
  source.addEventListener("open", () => {
    clearTimeout(lost);
    lost = 0;
    if (!banner.hidden) tell(banner, true);
    soon();
  });
  source.addEventListener("error", () => {
    lost ||= window.setTimeout(() => tell(banner, false), 2_000);
  });
  addEventListener("beforeunload", () => source.close());
}

function tell(banner: HTMLElement, back: boolean): void {
  banner.hidden = false;
  banner.classList.toggle("back", back);
  for (const words of all("[data-lost]", banner)) words.hidden = back;
  for (const words of all("[data-back]", banner)) words.hidden = !back;
  if (back) window.setTimeout(() => (banner.hidden = true), 3_000);
}

export function startLive(): void {
  if (!one("#rows")) return;
  connection();
  window.setInterval(() => {
    if (document.visibilityState === "visible") void refresh();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refresh();
  });
  one("#fresh")?.addEventListener("click", () => {
    release();
    one(".rows")?.scrollTo({ top: 0 });
  });
  one(".rows")?.addEventListener("mouseleave", release);
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element).id !== "pane") return;
    markOpen();
    showVisitor();
  });
}
