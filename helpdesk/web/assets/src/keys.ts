// Shortcuts by the place of the key, so that they work with the Persian layout too.
import { send, suggest, turn } from "./composer";
import { copyNumber } from "./menus";
import { all, nextRow, one, ticket } from "./page";

const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;

function move(step: 1 | -1): void {
  const rows = all<HTMLAnchorElement>("#rows .row");
  const here = rows.findIndex((row) => row === document.activeElement);
  const current = here >= 0 ? here : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[current < 0 ? 0 : Math.min(Math.max(current + step, 0), rows.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const press = (name: string): void => one<HTMLButtonElement>(`[data-key="${name}"]`)?.click();

function open(selector: string): boolean {
  const menu = one<HTMLDetailsElement>(selector);
  if (!menu) return false;
  menu.open = true;
  one<HTMLButtonElement>(".pop button", menu)?.focus();
  return true;
}

let leaving: { url: string; next: HTMLAnchorElement | undefined } | null = null;

/** Resolves and goes on to the next, as "send and resolve" does. A ticket nobody has answered asks first. */
function resolve(): void {
  leaving = { url: ticket()?.dataset.url ?? "", next: nextRow() };
  if (!open("#end")) press("resolve");
}

function resolved(event: Event): void {
  const { successful, pathInfo } = (event as CustomEvent<{ successful: boolean; pathInfo?: { requestPath: string } }>).detail;
  if (!leaving || pathInfo?.requestPath !== `${leaving.url}/resolve`) return;
  const { next } = leaving;
  leaving = null;
  if (successful) next?.click();
}

function search(): void {
  const field = all<HTMLInputElement>("[data-search]").find((each) => each.offsetParent !== null);
  field?.focus();
  field?.select();
}

const PLAIN: Record<string, () => unknown> = {
  KeyJ: () => move(1),
  KeyK: () => move(-1),
  KeyR: () => turn("reply"),
  KeyN: () => turn("note"),
  KeyA: () => open("#give"),
  KeyT: () => press("take"),
  KeyE: resolve,
  Period: copyNumber,
  Slash: search,
};

function withControl(event: KeyboardEvent): boolean {
  if (event.code === "Enter" || event.code === "NumpadEnter") {
    if (!one("[data-composer]")?.contains(event.target as Node)) return false;
    send(event.shiftKey ? "resolve" : "");
    return true;
  }
  const digit = /^(?:Digit|Numpad)([123])$/.exec(event.code)?.[1];
  if (!digit || event.shiftKey || !one(".hintcard")) return false;
  suggest(Number(digit) - 1);
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (withControl(event)) event.preventDefault();
    return;
  }
  if (event.code === "Escape" && writing(event.target)) {
    (event.target as HTMLElement).blur();
    return;
  }
  if (writing(event.target) || one("dialog[open]")) return;
  if (event.code === "Slash" && event.shiftKey) {
    event.preventDefault();
    one<HTMLDialogElement>("#keys")?.showModal();
    return;
  }
  const act = event.shiftKey ? undefined : PLAIN[event.code];
  if (!act) return;
  event.preventDefault();
  act();
}

export function startKeys(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("htmx:afterRequest", resolved);
}
