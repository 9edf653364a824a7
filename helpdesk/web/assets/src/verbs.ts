// What is done to messages: answering one of them, changing one in its place; and the way an answer goes.
import { fit, turn } from "./composer";
import { all, number, one } from "./page";

const QUOTED = 90;
const SIMPLE = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const TWICE = /[\^{}\\[~\]|€]/g;

const field = (): HTMLTextAreaElement | null => one<HTMLTextAreaElement>("[data-composer] textarea[name=text]");
const select = (): HTMLSelectElement | null => one<HTMLSelectElement>("[data-composer] select[name=via]");

/** How many text messages a text takes, and the places of one: Latin letters of old telephones are smaller. */
function parts(text: string): { used: number; room: number; parts: number } {
  const simple = SIMPLE.test(text);
  const used = text.length + (simple ? (text.match(TWICE)?.length ?? 0) : 0);
  const [single, several] = simple ? [160, 153] : [70, 67];
  return { used, room: single, parts: used <= single ? 1 : Math.ceil(used / several) };
}

function count(): void {
  const shown = one("[data-composer] [data-count]");
  const way = select()?.selectedOptions[0] ?? one("[data-composer] .to");
  if (!shown) return;
  const text = field()?.value.trim() ?? "";
  shown.hidden = way?.dataset.counted === undefined || text === "";
  if (shown.hidden) return;
  const told = parts(text);
  const words = (told.parts > 1 ? shown.dataset.many : shown.dataset.one) ?? "";
  shown.textContent = words.replace(/\{(used|room|parts)\}/g, (_, name: keyof typeof told) => number(told[name]));
}

function way(): void {
  const about = one("[data-composer] [data-about]");
  if (about) about.hidden = select()?.selectedOptions[0]?.dataset.subject === undefined;
  fit();
  count();
}

function answering(id: string, who: string, words: string): void {
  const chip = one("[data-answering]");
  const kept = one<HTMLInputElement>("[data-answering] input");
  if (!chip || !kept) return;
  kept.value = id;
  chip.hidden = id === "";
  for (const [name, said] of [["[data-who]", who], ["[data-words]", words]] as const) {
    const place = one(name, chip);
    if (place) place.textContent = said;
  }
  field()?.focus();
}

function answer(link: HTMLElement): void {
  const entry = link.closest(".entry");
  const words = (one(".say, .huge", entry ?? document)?.textContent ?? "").replace(/\s+/g, " ").trim();
  turn("reply");
  answering(link.dataset.answer ?? "", one(".by b", entry ?? document)?.textContent ?? "", words.slice(0, QUOTED));
}

function close(form: Element): void {
  const entry = form.closest(".entry");
  form.remove();
  one("details.verbs summary", entry ?? document)?.focus();
}

function clicked(event: MouseEvent): void {
  const target = event.target as Element;
  const link = target.closest<HTMLElement>("[data-answer]");
  const cancel = target.closest("[data-cancel]")?.closest("[data-busy]");
  const direct = target.closest<HTMLElement>("[data-way]");
  if ((link || cancel?.closest(".entry")) && !event.ctrlKey && !event.metaKey) event.preventDefault();
  if (link) answer(link);
  if (cancel?.closest(".entry")) close(cancel);
  if (target.closest("[data-unanswer]")) answering("", "", "");
  const choice = select();
  if (direct && choice) {
    choice.value = direct.dataset.way ?? "";
    way();
    field()?.focus();
  }
  if (link || target.closest(".verbs a")) for (const menu of all<HTMLDetailsElement>(".verbs[open]")) menu.open = false;
}

/** Buttons that stand outside of their form say who they are too; htmx knows only those within. */
function submitted(event: Event): void {
  const { parameters, triggeringEvent } = (event as CustomEvent<{ parameters: Record<string, string>; triggeringEvent?: Event }>).detail;
  const button = (triggeringEvent as SubmitEvent | undefined)?.submitter as HTMLButtonElement | null | undefined;
  if (button?.name && button.hasAttribute("form")) parameters[button.name] = button.value;
}

/** What opens below a message is seen whole. */
function seen(opened: Element): void {
  opened.scrollIntoView({ block: "nearest" });
}

function swapped(event: Event): void {
  const place = event.target as Element;
  const area = place.matches?.(".amend") ? one<HTMLTextAreaElement>("textarea", place) : null;
  if (!area) return way();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  seen(place);
}

export function startVerbs(): void {
  document.addEventListener("click", clicked);
  document.addEventListener("input", (event) => {
    if (event.target === field()) count();
  });
  document.addEventListener("change", (event) => {
    if (event.target === select()) way();
  });
  document.addEventListener("keydown", (event) => {
    const form = (event.target as Element).closest?.(".entry [data-busy]");
    if (!form) return;
    if (event.code === "Escape") close(form);
    if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) (form as HTMLFormElement).requestSubmit();
  });
  document.addEventListener("htmx:configRequest", submitted);
  document.addEventListener("htmx:afterSwap", swapped);
  document.addEventListener(
    "toggle",
    (event) => {
      const details = event.target as HTMLDetailsElement;
      if (details.open && details.closest(".verbs")) seen(details.closest(".bubble") ?? details);
    },
    true,
  );
  way();
}
