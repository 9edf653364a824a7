// Writing: drafts kept on the server, suggestions, holes that block sending, files, and a stop
// when something new arrived meanwhile.
import { all, calm, nextRow, one, post, ticket } from "./page";
import { toast } from "./toasts";

const HOLE = /\{[^\s{}]{1,60}\}/g;

const composer = (): HTMLElement | null => one("[data-composer]");
const form = (): HTMLFormElement | null => one<HTMLFormElement>("[data-composer] form");
const field = (): HTMLTextAreaElement | null => one<HTMLTextAreaElement>("[data-composer] textarea[name=text]");
const holes = (text: string): string[] => [...new Set(text.match(HOLE) ?? [])];

function mirror(): void {
  const area = field();
  const shadow = one(".mirror");
  if (!area || !shadow) return;
  const parts: (Node | string)[] = [];
  let last = 0;
  for (const hole of area.value.matchAll(HOLE)) {
    const mark = document.createElement("mark");
    mark.textContent = hole[0];
    parts.push(area.value.slice(last, hole.index), mark);
    last = hole.index + hole[0].length;
  }
  shadow.replaceChildren(...parts, area.value.slice(last));
}

/** Shows what is missing. False: nothing may be sent yet. */
function complete(): boolean {
  const missing = holes(field()?.value ?? "");
  const hint = one("#hint");
  if (hint) {
    hint.hidden = missing.length === 0;
    const names = one("[data-missing]", hint);
    if (names) names.textContent = missing.map((hole) => hole.slice(1, -1).replaceAll("_", " ")).join("، ");
  }
  for (const button of all<HTMLButtonElement>("[data-composer] button[name=then]")) {
    button.setAttribute("aria-disabled", String(missing.length > 0));
    if (missing.length > 0) button.setAttribute("aria-describedby", "hint");
    else button.removeAttribute("aria-describedby");
  }
  return missing.length === 0;
}

async function keepDraft(): Promise<void> {
  const box = composer();
  const area = field();
  const address = form()?.dataset.draft;
  if (!box || !area || !address) return;
  const body = new URLSearchParams({ kind: box.dataset.tab ?? "reply", text: area.value });
  const answer = await post(address, body).catch(() => null);
  const saved = one("[data-saved]");
  if (saved) saved.hidden = !answer?.ok || area.value === "";
}

const later = calm(700, () => void keepDraft());
let told = 0;

function typed(): void {
  mirror();
  complete();
  later();
  const url = ticket()?.dataset.url;
  if (url && Date.now() - told > 15_000) {
    told = Date.now();
    const body = new URLSearchParams({ writing: "1", kind: composer()?.dataset.tab ?? "reply" });
    void post(`${url}/here`, body).catch(() => null);
  }
}

/** Shows what the way takes: no files with a text message, nothing at all where no message arrives. Notes take all. */
export function fit(): void {
  const box = composer();
  const area = field();
  if (!box || !area) return;
  const reply = box.dataset.tab === "reply";
  const way = one<HTMLSelectElement>("select[name=via]", box)?.selectedOptions[0] ?? one(".to", box);
  const clip = one("[data-attach]", box);
  const stuck = reply && box.dataset.stuck !== undefined;
  if (clip) clip.hidden = stuck || (reply && way?.dataset.fileless !== undefined);
  area.disabled = stuck;
  for (const button of all<HTMLButtonElement>("button[name=then]", box)) button.disabled = stuck;
}

/** Turns to the reply or the note; each keeps its own words. */
export function turn(tab: "reply" | "note"): void {
  const box = composer();
  const area = field();
  if (!box || !area) return;
  if (box.dataset.tab !== tab) {
    [area.value, area.dataset.other] = [area.dataset.other ?? "", area.value];
    [area.placeholder, area.dataset.placeholderNote] = [area.dataset.placeholderNote ?? "", area.placeholder];
    box.dataset.tab = tab;
  }
  for (const button of all("[data-tab]", box)) {
    button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  }
  for (const words of all("[data-say-reply]", box)) words.hidden = tab === "note";
  for (const words of all("[data-say-note]", box)) words.hidden = tab === "reply";
  mirror();
  complete();
  fit();
  area.focus();
}

/** Puts suggestion number `index` into the answer. */
export function suggest(index: number): void {
  const card = all("[data-composer] .hintcard")[index];
  const area = field();
  if (!card || !area) return;
  turn("reply");
  const words = card.dataset.text ?? "";
  if (area.value.trim() === "") area.value = words;
  else area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  const kept = one<HTMLInputElement>("input[name=suggestion]");
  if (kept) kept.value = card.dataset.article ?? "";
  const first = area.value.search(HOLE);
  if (first >= 0) area.setSelectionRange(first, first + (area.value.match(HOLE)?.[0].length ?? 0));
  typed();
}

/** The warning that something arrived, until its writer has seen it: the first attempt to send leads there instead. */
function unseen(): HTMLElement | undefined {
  return all("[data-composer] .stopper[data-collision]").find((each) => !each.hidden && each.dataset.collision === "");
}

/** Sends what is written; with "resolve" the next ticket of the list opens behind it. */
export function send(then: "" | "resolve"): void {
  const warning = unseen();
  if (warning) {
    warning.dataset.collision = "seen";
    warning.scrollIntoView({ block: "nearest" });
    one(".timeline .entry:last-of-type")?.scrollIntoView({ block: "nearest" });
    return;
  }
  const button = one<HTMLButtonElement>(`[data-composer] button[name=then][value="${then}"]`);
  if (then === "resolve" && button) {
    const next = nextRow();
    button.form?.addEventListener("htmx:afterRequest", (event) => sent(event, next), { once: true });
  }
  button?.click();
}

function sent(event: Event, next: HTMLElement | undefined): void {
  const { successful } = (event as CustomEvent<{ successful: boolean }>).detail;
  if (successful && field()?.value === "") next?.click();
}

/** Something new is on the timeline. If an answer is half written, say so before it can be sent. */
export function arrived(newest: number, messages: boolean): void {
  const seen = one<HTMLInputElement>("[data-composer] input[name=seen]");
  const stopper = one("#stopper");
  if (!seen || !stopper || newest <= Number(seen.value)) return;
  seen.value = String(newest);
  if (!messages || (field()?.value.trim() ?? "") === "") return;
  stopper.hidden = false;
  stopper.dataset.collision = "";
}

async function upload(files: Iterable<File>): Promise<void> {
  const address = form()?.dataset.upload;
  const list = one("[data-files]");
  const model = one<HTMLTemplateElement>("[data-file-template]");
  if (!address || !list || !model) return;
  for (const file of files) {
    const body = new FormData();
    body.append("upload", file, file.name);
    const answer = await post(address, body).catch(() => null);
    const kept = (await answer?.json().catch(() => null)) as { id?: number; name?: string; size?: string; error?: string } | null;
    if (!answer?.ok || !kept?.id) {
      toast(kept?.error ?? one("[data-lost]")?.textContent ?? "", "alert");
      continue;
    }
    const item = (model.content.cloneNode(true) as DocumentFragment).firstElementChild;
    if (!item) return;
    one<HTMLInputElement>("input", item)?.setAttribute("value", String(kept.id));
    const name = one("bdi", item);
    const size = one(".num", item);
    if (name) name.textContent = kept.name ?? file.name;
    if (size) size.textContent = kept.size ?? "";
    list.append(item);
  }
}

function clicked(event: Event): void {
  const target = event.target as Element;
  const tab = target.closest<HTMLElement>("button[data-tab]");
  if (tab) turn(tab.dataset.tab === "note" ? "note" : "reply");
  const card = target.closest<HTMLElement>(".hintcard");
  if (card) suggest(all("[data-composer] .hintcard").indexOf(card));
  const drop = target.closest("[data-drop]")?.closest("li");
  if (drop) {
    const id = one<HTMLInputElement>("input[name=file]", drop)?.value;
    const address = form()?.dataset.upload;
    if (id && address) void post(address, new URLSearchParams({ drop: id })).catch(() => null);
    drop.remove();
  }
}

function beforeRequest(event: Event): void {
  const box = composer();
  if (!box?.contains(event.target as Node) || complete()) return;
  event.preventDefault();
  field()?.focus();
}

function configRequest(event: Event): void {
  const box = composer();
  const detail = (event as CustomEvent<{ path: string }>).detail;
  const own = form();
  if (own && box?.dataset.tab === "note" && event.target === own) detail.path = own.dataset.note ?? detail.path;
}

export function startComposer(): void {
  document.addEventListener("click", clicked);
  document.addEventListener("input", (event) => {
    if (event.target === field()) typed();
  });
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:configRequest", configRequest);
  document.addEventListener("htmx:afterSwap", () => {
    mirror();
    complete();
    fit();
  });
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    if (input.name !== "upload" || !input.files?.length) return;
    void upload([...input.files]);
    input.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (event.target !== field() || files.length === 0) return;
    event.preventDefault();
    void upload(files);
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      const box = composer();
      if (!box?.contains(event.target as Node) || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      if (kind === "drop") void upload([...event.dataTransfer.files]);
    });
  }
  mirror();
  complete();
  fit();
}
