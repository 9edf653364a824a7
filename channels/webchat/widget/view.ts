// What people see of the conversation: the lines and what stands beside them.
import { h, prose } from "./dom.ts";
import { face, icon } from "./pictures.ts";
import type { File_, Line, Talk, Upload } from "./talk.ts";
import { clock, fill, type Lang, type Words } from "./words.ts";

export interface Eyes { talk: Talk; words: Words; lang: Lang; base: string; }

export function bubble(kind: string, ...inside: (Node | string | null | false)[]): HTMLElement {
  return h("div", { class: `entry ${kind}` }, h("div", { class: "bubble" }, ...inside));
}

function by(eyes: Eyes, name: string, robot: boolean): HTMLElement {
  return h("p", { class: "by" }, h("b", { dir: "auto" }, name || eyes.words.someone), robot && h("span", { class: "chip" }, eyes.words.robot));
}

function text(words: string): HTMLElement | null { return words ? h("p", { dir: "auto" }, ...prose(words)) : null; }

export function greeting(eyes: Eyes): HTMLElement | null {
  const site = eyes.talk.site;
  return site && site.greeting ? bubble("robot", by(eyes, site.team, true), text(site.greeting)) : null;
}

function file(eyes: Eyes, one: File_): HTMLElement {
  const href = eyes.base + one.url;
  const link = h("a", { href, target: "_blank", rel: "noopener", dir: "auto" }, one.name);
  const picture = one.type.startsWith("image/") && h("img", { class: "picture", src: href, alt: "", loading: "lazy", error: (event: Event) => (event.target as Element).remove() });
  return h("div", {}, picture, h("p", { class: "file" }, icon("clip"), link));
}

/** How far one of the visitor's own lines has come. */
function fate(eyes: Eyes, state: "waiting" | "sent" | "seen", at: number): HTMLElement {
  const mark = { waiting: "clock", sent: "check", seen: "checks" }[state];
  return h("p", { class: "meta" }, icon(mark), h("span", { class: "vh" }, eyes.words[state] + " "), h("time", { datetime: new Date(at).toISOString() }, clock(eyes.lang, at)));
}

export function entry(eyes: Eyes, line: Line): HTMLElement {
  const own = line.by === "visitor";
  if (line.survey) return felt(eyes, line);
  return bubble(
    line.by, !own && by(eyes, line.name ?? "", line.by === "robot"), own && h("span", { class: "vh" }, eyes.words.you), text(line.text),
    ...(line.files ?? []).map((one) => file(eyes, one)),
    own ? fate(eyes, line.seq <= eyes.talk.seen ? "seen" : "sent", line.at) : h("p", { class: "meta" }, h("time", {}, clock(eyes.lang, line.at))),
  );
}

function felt(eyes: Eyes, line: Line): HTMLElement {
  if (!line.score) return h("div", { hidden: true });
  const word = eyes.words[line.score as "happy" | "neutral" | "sad"];
  return h("div", { class: "entry visitor felt" }, h("span", { class: "vh" }, eyes.words.you + " "), face(line.score), h("span", { class: "vh" }, word), h("span", { class: "note" }, eyes.words.thanks));
}

export function waiting(eyes: Eyes, words: string, at: number): HTMLElement { return bubble("visitor", text(words), fate(eyes, "waiting", at)); }

export function transfer(eyes: Eyes, one: Upload): HTMLElement {
  const { words, talk } = eyes;
  const why: Record<string, string> = { large: fill(words.large, String(Math.floor((talk.site?.upload ?? 0) / 1048576))), kind: words.kind, failed: words.failed };
  const again = one.problem === "failed" && h("button", { type: "button", class: "ghost", click: () => talk.upload(one.file, one.cid) }, words.again);
  return bubble(
    "visitor", h("p", { class: "file" }, icon("clip"), h("span", { dir: "auto" }, one.file.name || words.attach)),
    one.problem ? h("p", { class: "meta bad" }, why[one.problem] ?? words.failed, again || null)
      : h("progress", { value: one.done, max: 1, "aria-label": words.waiting, "data-cid": one.cid }),
  );
}

export function writing(eyes: Eyes): HTMLElement {
  const who = eyes.talk.writing.trim() || eyes.words.someone;
  return h("p", { class: "note" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), fill(eyes.words.writes, who));
}
