// Pictures, large: Escape closes, arrows go through those of the message. Films that play on a tap; quotes that lead to their message.
import { all, number, one } from "./page";

let row: HTMLAnchorElement[] = [];
let at = 0;

const frame = (): HTMLDialogElement | null => one<HTMLDialogElement>("#viewer");

function show(index: number): void {
  const dialog = frame();
  const link = row[index];
  const picture = dialog && one<HTMLImageElement>("img", dialog);
  if (!dialog || !link || !picture) return;
  at = index;
  picture.src = link.href;
  picture.alt = one<HTMLImageElement>("img", link)?.alt ?? "";
  const caption = one("[data-caption]", dialog);
  if (caption) caption.textContent = link.dataset.name ?? "";
  const of = one("[data-of]", dialog);
  if (of) of.textContent = row.length > 1 ? `${number(index + 1)} / ${number(row.length)}` : "";
  const keep = one<HTMLAnchorElement>("[data-keep]", dialog);
  if (keep) keep.href = link.href.replace(/\/show$/, "");
  for (const step of all<HTMLButtonElement>("[data-step]", dialog)) {
    const next = index + Number(step.dataset.step);
    step.hidden = row.length < 2;
    step.disabled = next < 0 || next >= row.length;
  }
}

function open(link: HTMLAnchorElement): void {
  row = all<HTMLAnchorElement>("[data-view]", link.closest(".album") ?? document);
  show(row.indexOf(link));
  frame()?.showModal();
}

const step = (by: number): void => {
  if (row[at + by]) show(at + by);
};

/** Films without controls: a tap plays, another one stops. */
function toggle(link: HTMLElement): void {
  const film = one<HTMLVideoElement>("video", link);
  if (!film) return;
  if (film.paused) void film.play().catch(() => undefined);
  else film.pause();
}

/** Shows the message that was answered, wherever it is on the timeline. */
function jump(link: HTMLAnchorElement): boolean {
  const entry = one(link.hash);
  entry?.scrollIntoView({ block: "center" });
  entry?.classList.add("found");
  window.setTimeout(() => entry?.classList.remove("found"), 1_600);
  return entry !== null;
}

export function startViewer(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = target.closest<HTMLAnchorElement>("a[data-view]");
    const answered = target.closest<HTMLAnchorElement>("a[data-jump]");
    const moving = target.closest<HTMLElement>("a[data-toggle]");
    if (link && frame()) open(link);
    else if (moving) toggle(moving);
    else if (!answered || !jump(answered)) return;
    event.preventDefault();
  });
  const dialog = frame();
  dialog?.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-step], [data-close], img, .tools");
    if (pressed?.dataset.step) step(Number(pressed.dataset.step));
    else if (!pressed || "close" in pressed.dataset) dialog.close();
  });
  dialog?.addEventListener("keydown", (event) => {
    const towards = document.documentElement.dir === "rtl" ? -1 : 1;
    if (event.code === "ArrowRight") step(towards);
    else if (event.code === "ArrowLeft") step(-towards);
    else if (event.code === "Home") show(0);
    else if (event.code === "End") show(row.length - 1);
    else return;
    event.preventDefault();
  });
  dialog?.addEventListener("close", () => {
    one<HTMLImageElement>("img", dialog)?.removeAttribute("src");
    row[at]?.focus({ preventScroll: true });
  });
}
