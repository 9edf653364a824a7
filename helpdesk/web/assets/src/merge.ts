// Brings a list up to date by the ids of its items: what is the same stays untouched, so that focus,
// selection and scrolling stay where they are.
import htmx from "htmx.org";

export interface Merged {
  held: number; // new items kept back
  added: Element[];
}

function carryOpen(from: Element, to: Element): void {
  const before = from.querySelectorAll("details");
  to.querySelectorAll("details").forEach((details, index) => {
    if (before[index]?.open) details.open = true;
  });
}

/** Makes `list` like `fresh`. With `hold` nothing moves: items change in place, new ones wait, others fade. */
export function merge(list: Element, fresh: Element, hold = false): Merged {
  const merged: Merged = { held: 0, added: [] };
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
      if (hold) {
        merged.held += 1;
        continue;
      }
      item.classList.add("arrived");
      list.insertBefore(item, place);
      htmx.process(item);
      merged.added.push(item);
      continue;
    }
    if (known === place) place = known.nextElementSibling;
    else if (!hold) list.insertBefore(known, place);
    known.classList.remove("arrived");
    if (known.isEqualNode(item)) continue;
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
