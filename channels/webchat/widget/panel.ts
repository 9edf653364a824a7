// The open window: header, log, and the right form below. Redraws only what changed, so that nothing is read out twice.
import { button, h } from "./dom.ts";
import { away, clear, composer, faces, questions, stage, why } from "./forms.ts";
import { asking, folding, items, type Asked } from "./menu.ts";
import { icon, type Score } from "./pictures.ts";
import * as talk from "./talk.ts";
import { entry, greeting, note, transfer, waiting, writing } from "./view.ts";
import * as words from "./words.ts";
import { fill, moment } from "./words.ts";

type Shown = [key: string, sign: unknown, make: () => HTMLElement];

const drawn = new Map<string, { sign: string; node: HTMLElement }>();
const skipped = new Set<string>();
let below = "";
let asked: Asked = "";
let changing: string | undefined; // the survey whose answer is being changed
let picking = false; // and the new face was not chosen yet
let said = ""; // what came of a wish
let then = 0; // and how many lines there were
let close: () => void;

const log = h("div.log", { role: "log", tabindex: 0, "aria-label": words.LOG });
const foot = h("footer");
const avatar = h("span", { "aria-hidden": "true" });
const name = h("b", { dir: "auto" });
const state = h("small", { role: "status" });
const more = folding(".menu", words.MENU, "more", () => items((below === "chat" || !talk.empty()) && person, (what) => { asked = what; draw(); focus(); }));
const head = h("header", {}, avatar, h("div.who", {}, name, state), more, button("", words.CLOSE, () => close(), icon("down")));
export const element = h("section.panel", {
  role: "dialog", hidden: true,
  paste: (event: ClipboardEvent) => take(event, event.clipboardData),
  dragover: (event: Event) => { event.preventDefault(); dropping(true); },
  dragleave: () => dropping(false),
  drop: (event: DragEvent) => { event.preventDefault(); dropping(false); take(event, event.dataTransfer); },
  keydown: (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // the browser's own way back must not close it as well
    event.stopPropagation();
    asked ? back() : close();
  },
}, head, log, foot);

/** `closed` is called when they want it closed. */
export function begin(closed: () => void): void { close = closed; }

export function show(open: boolean): void {
  element.hidden = !open;
  more.open = false;
  if (!open) return;
  draw();
  down();
  focus();
}

/** Another visitor sits here now. */
export function reset(): void {
  below = asked = said = "";
  clear();
}

/** To what comes next; where a finger points, not to a field: the keyboard that rises by itself would hide the window. */
function focus(): void {
  const next = "[tabindex='-1']:not([hidden])" + (matchMedia("(pointer: coarse)").matches ? "" : ", textarea, input:not([hidden])");
  (foot.querySelector<HTMLElement>(next) ?? log).focus();
}

export function draw(): void {
  header();
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  lines();
  form();
  if (near) down();
}

export function progress(): void {
  for (const one of talk.uploads) {
    const bar = log.querySelector<HTMLProgressElement>(`[data-cid="${one.cid}"]`);
    if (bar) bar.value = one.done;
  }
}

export function down(): void { log.scrollTop = log.scrollHeight; }

function dropping(on: boolean): void { element.classList.toggle("dropping", on); }

function take(event: Event, from: DataTransfer | null): void {
  const files = [...(from?.files ?? [])];
  if (!files.length || below !== "chat") return;
  event.preventDefault();
  stage(files);
}

function put(node: Element, text: string): void { if (node.textContent !== text) node.textContent = text; }

function header(): void {
  const fresh = !talk.open && !talk.agent;
  put(name, fresh ? words.AWAY : talk.agent || talk.site?.team || words.TEAM);
  put(state, talk.refused ? words.REFUSED : !talk.live ? (talk.tried ? words.OFFLINE : words.JOINING)
    : talk.open ? [talk.agent && words.HERE, talk.site?.promise].filter(Boolean).join(words.COMMA) : talk.back ? fill(words.BACK, moment(talk.back)) : words.AWAY);
  element.setAttribute("aria-label", name.textContent!);
  avatar.className = talk.open && talk.live ? "avatar here" : "avatar";
  avatar.hidden = fresh;
  if (talk.agent || !avatar.firstChild) avatar.replaceChildren(talk.agent ? [...talk.agent][0]! : icon("chat"));
  more.hidden = !talk.site || !!talk.refused;
}

function back(word?: string): void {
  asked = "";
  if (word) { said = word; then = talk.lines.length; }
  draw();
  down();
  focus();
}

function person(): void {
  if (talk.empty()) talk.say(words.PERSON, { person: true });
  else talk.ask({ t: "wish", wish: "person" }, ({ t }) => back(t === "err" ? words.TROUBLE : words.CALLED));
  focus();
}

function lines(): void {
  const shown: Shown[] = [];
  const begun = talk.lines;
  const last = begun.at(-1);
  if (begun.length !== then) said = "";
  const on = (want: unknown, ...one: Shown) => { if (want) shown.push(one); };
  if (kind() === "offline") shown.push(["away", talk.back, away]);
  else on(talk.site?.greeting && (begun[0]?.seq ?? 1) === 1, "hello", 0, greeting);
  begun.forEach((line, n) => {
    const own = line.by === "visitor";
    const before = begun[n - 1];
    const same = before?.by === line.by && before.name === line.name && !before.survey;
    shown.push([line.cid ?? `n${line.seq}`, [line.score, line.text, line.edited, line.gone, own && line.seq <= talk.seen], () => {
      const node = entry(line, same, () => { changing = line.survey!; picking = true; skipped.delete(changing); draw(); focus(); });
      if (own) node.setAttribute("aria-live", "off"); // own words are not read out again when their state changes
      return node;
    }]);
  });
  for (const one of talk.pending()) shown.push([one.cid, "p", () => waiting(one.text, one.at)]);
  for (const one of talk.uploads) shown.push([one.cid, ["u", one.problem], () => transfer(one)]);
  on(last?.by === "robot" && !last.survey && !talk.pending().length && !said, "person", 0, () => button(".pill", false, person, words.PERSON));
  on(last?.by === "visitor" && !talk.open && talk.live, "kept", 0, () => note(words.KEPT));
  on(said, "said", said, () => note(icon("check"), said));
  on(talk.writing, "writing", talk.writing, writing);
  on(talk.slow, "slow", 0, () => note(words.SLOW));
  place(shown.map(([key, sign, make]) => [key, String(sign), make]));
}

function place(shown: [string, string, () => HTMLElement][]): void {
  const wanted = new Set(shown.map(([key]) => key));
  for (const [key, { node }] of drawn) if (!wanted.has(key)) { node.remove(); drawn.delete(key); }
  let before: ChildNode | null = log.firstChild;
  for (const [key, sign, make] of shown) {
    let known = drawn.get(key);
    if (!known || known.sign !== sign) {
      const node = make();
      if (known) { if (before === known.node) before = node; known.node.replaceWith(node); }
      drawn.set(key, (known = { sign, node }));
    }
    if (known.node === before) before = before.nextSibling;
    else log.insertBefore(known.node, before);
  }
}

function kind(): string {
  if (talk.refused) return "none";
  if (asked) return asked;
  const last = talk.lines.find((line) => changing && line.survey === changing) ?? talk.lines.at(-1);
  if (last?.survey && !skipped.has(last.survey)) {
    if (!last.score || picking) return `faces ${last.survey}`;
    if (last.score !== "happy" && !last.reasons && !last.words) return `why ${last.survey}`;
  }
  const fresh = talk.empty() && !talk.known;
  if (!talk.site) return talk.tried || !talk.empty() ? "chat" : "none";
  return fresh && !talk.open ? "offline" : fresh && talk.site.before.length ? "before" : "chat";
}

function form(): void {
  const wanted = kind();
  if (wanted === below) return;
  const active = (element.getRootNode() as ShadowRoot).activeElement;
  const ours = !active || active === log || foot.contains(active);
  const [what, survey = ""] = wanted.split(" ");
  const skip = () => { skipped.add(survey); changing = undefined; picking = false; draw(); focus(); };
  const rate = (score: Score) => { picking = false; talk.answer(survey, { score }); };
  below = wanted;
  const made = what === "chat" ? composer()
    : what === "before" || what === "offline" ? questions(talk.site![what], what === "offline")
    : what === "faces" ? faces(rate, skip) : what === "why" ? why(survey, skip) : what === "none" ? null : asking(asked, back);
  foot.replaceChildren(...(made ? [made] : []));
  if (!element.hidden && ours) focus();
}
