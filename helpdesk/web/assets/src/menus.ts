// Menus are details elements; here they close when one would expect it.
import { all, number, one, ticket } from "./page";
import { toast } from "./toasts";

/** Copies the open ticket's number. */
export function copyNumber(): void {
  const copied = ticket()?.dataset.number;
  if (!copied) return;
  void navigator.clipboard?.writeText(copied).then(() => toast(`#${number(Number(copied))}`, "check"));
}

function closeOthers(target: Node, which = "details.menu[open]"): void {
  for (const menu of all<HTMLDetailsElement>(which)) {
    if (!menu.contains(target)) menu.open = false;
  }
}

// The sandboxed letter is loaded when somebody wants to see it, and its pictures when they ask for them.
function letter(details: HTMLDetailsElement): void {
  const frame = one<HTMLIFrameElement>("iframe[data-src]", details);
  if (frame && details.open && !frame.src) frame.src = frame.dataset.src ?? "";
}

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    closeOthers(target);
    if (target.closest("[data-copy]")) copyNumber();
    const pictures = target.closest<HTMLAnchorElement>("[data-pictures]");
    if (pictures) {
      event.preventDefault();
      const frame = one<HTMLIFrameElement>("iframe", pictures.parentElement ?? document);
      if (frame) frame.src = pictures.href;
      pictures.remove();
    }
  });
  // Those that stand among the messages would move what is being clicked at: they wait for the click.
  document.addEventListener("focusin", (event) => closeOthers(event.target as Node, "details.menu[open]:not(.verbs)"));
  document.addEventListener("keydown", (event) => {
    if (event.code !== "Escape") return;
    const open = one<HTMLDetailsElement>("details.menu[open]");
    if (!open) return;
    open.open = false;
    one("summary", open)?.focus();
    event.preventDefault();
  });
  document.addEventListener("toggle", (event) => letter(event.target as HTMLDetailsElement), true);
}
