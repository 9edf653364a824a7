// Brings a list up to date by the ids of its items: what is the same stays untouched, so that focus,
// selection and scrolling stay where they are.
import htmx from "htmx.org";
import { plays } from "./player";

export interface Merged {
  held: number; // new items kept back
  added: Element[];
}

// what somebody reads, writes, or has just asked for and is not there yet
const BUSY = "[data-busy], .htmx-request, details.formatted[open]";

function carryOpen(from: Element, to: Element): void {
  const before = from.querySelectorAll("details");
  to.querySelectorAll("details").forEach((details, index) => {
    if (before[index]?.open) details.open = true;
  });
}

/**
 * Makes `list` like `fresh`. With a `pinned` item (under the pointer) nothing before or at it moves: items change
 * in place, new ones wait, others fade; what comes after it may come and go.
 */
export function merge(list: Element, fresh: Element, pinned: Element | null = null): Merged {
  const merged: Merged = { held: 0, added: [] };
  const hold = pinned !== null;
  let behind = !hold;
  const wanted = new Set([...fresh.children].map((item) => item.id));
  for (const item of [...list.children]) {
    if (wanted.has(item.id)) item.classList.remove("gone");
    else if (hold) item.classList.add("gone");
    else item.remove();
  }
  let place: Element | null = list.firstElementChild;
  for (const item of [...fresh.children]) {
    const known = item.id ? list.querySelector(`:scope > #${CSS.escape(item.id)}`) : null;
    if (known === null) {
      if (!behind) {
        merged.held += 1;
        continue;
      }
      item.classList.add("arrived");
      list.insertBefore(item, place);
      htmx.process(item);
      merged.added.push(item);
      continue;
    }
    if (known === place || hold) place = known.nextElementSibling;
    else list.insertBefore(known, place);
    behind ||= known === pinned;
    known.classList.remove("arrived");
    if (known.isEqualNode(item) || plays(known) || known.querySelector(BUSY)) continue;
    if (known.contains(document.activeElement) && known.querySelector("details[open]")) continue;
    carryOpen(known, item);
    const focused = known.contains(document.activeElement);
    if (place === known) place = known.nextElementSibling;
    known.replaceWith(item);
    htmx.process(item);
    if (focused) item.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  }
  return merged;
}
