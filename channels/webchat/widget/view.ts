// What people see of the conversation: the lines and what stands beside them.
import { button, h, prose, type Child } from "./dom.ts";
import { base, now } from "./here.ts";
import { face, icon } from "./pictures.ts";
import * as talk from "./talk.ts";
import type { File_, Line, Upload } from "./talk.ts";
import * as words from "./words.ts";
import { clock, fill, moment, number } from "./words.ts";

export function bubble(kind: string, ...inside: Child[]): HTMLElement {
  return h(`div.entry.${kind}`, {}, h("div.bubble", {}, ...inside)) as HTMLElement;
}

/** Read out, not shown. */
export function hidden(text: string): HTMLElement { return h("span.vh", {}, text); }

export function note(...inside: Child[]): HTMLElement { return h("p.note", {}, ...inside); }

function by(name: string, robot: boolean): HTMLElement {
  return h("p.by", {}, h("b", { dir: "auto" }, name || words.TEAM), robot && h("span.chip", {}, words.ROBOT));
}

/** When it was said; the day too when it was not today. */
function time(at: number): HTMLElement { return h("time", {}, now() - at > 72e6 ? moment(at) : clock(at)); }

export function greeting(): HTMLElement { return bubble("robot", by(talk.site!.team, true), prose(talk.site!.greeting)); }

function file(one: File_): HTMLElement {
  const href = base + one.url;
  const link = { href, target: "_blank", rel: "noopener" };
  const picture = one.type.startsWith("image/") && h("a", link, h("img.picture", { src: href, alt: one.name, loading: "lazy", error: () => picture && picture.remove() }));
  return h("div", {}, picture, h("p.file", {}, icon("clip"), h("a", { ...link, dir: "auto" }, one.name)));
}

/** How far one of the visitor's own lines has come. */
function fate(mark: "clock" | "check" | "checks", word: string, at: number, ...more: Child[]): HTMLElement {
  return h("p.meta", {}, icon(mark), h(mark === "clock" ? "span.late" : "span.vh", {}, word + " "), time(at), ...more);
}

/** A line; the survey's answer when it is one. `same`: by whom the one before is. */
export function entry(line: Line, same: boolean, change: () => void): HTMLElement {
  const own = line.by === "visitor";
  const edited = line.edited && h("span", {}, words.EDITED);
  if (line.survey) return felt(line, change);
  if (line.gone) return bubble(`${line.by}.gone`, own ? hidden(words.YOU) : by(line.name ?? "", false), h("p", {}, words.GONE));
  return bubble(
    line.by, own ? hidden(words.YOU) : !same && by(line.name ?? "", line.by === "robot"), line.text && prose(line.text), ...(line.files ?? []).map(file),
    !own ? h("p.meta", {}, time(line.at), edited)
      : line.seq <= talk.seen ? fate("checks", words.SEEN, line.at, edited) : fate("check", words.SENT, line.at, edited),
  );
}

function felt({ score }: Line, change: () => void): HTMLElement {
  if (!score) return h("div", { hidden: true });
  return h("div.entry.visitor.felt", {}, hidden(words.YOU), face(score), hidden(words.FACES[score]), note(words.THANKS, button(".ghost", false, change, words.CHANGE)));
}

export function waiting(text: string, at: number): HTMLElement { return bubble("visitor", prose(text), fate("clock", words.WAITING, at)); }

/** A picture that is not sent yet; drawn, since a page's policy may forbid addresses of blobs. */
export function preview(file: File): Element {
  const drawn = h("canvas.picture");
  if (!file.type.startsWith("image/")) return icon("clip");
  createImageBitmap(file).then((picture) => {
    const scale = Math.min(1, 480 / picture.width);
    drawn.width = picture.width * scale;
    drawn.height = picture.height * scale;
    drawn.getContext("2d")!.drawImage(picture, 0, 0, drawn.width, drawn.height);
  }, () => drawn.replaceWith(icon("clip")));
  return drawn;
}

export function transfer(one: Upload): HTMLElement {
  const { cid, file, problem, done } = one;
  const why = { large: fill(words.LARGE, number(Math.floor((talk.site?.upload ?? 0) / 1048576))), kind: words.KIND, failed: words.FAILED };
  return bubble(
    "visitor", preview(file), h("p", { dir: "auto" }, file.name || words.ATTACH),
    problem ? h("p.meta.bad", {}, why[problem], problem === "failed" && button(".ghost", false, () => talk.upload(file, one), words.AGAIN), button(".ghost", false, () => talk.discard(cid), words.REMOVE))
      : h("progress", { value: done, max: 1, "aria-label": words.WAITING, "data-cid": cid }),
  );
}

export function writing(): HTMLElement {
  return note(h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), fill(words.WRITES, talk.writing.trim() || words.TEAM));
}
