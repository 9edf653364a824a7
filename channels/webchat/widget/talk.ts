// The conversation: what was said, what is on its way, who is there. Knows nothing of looks.
import { base, lang, now, site as name, sync } from "./here.ts";
import { forget as forgetKept, keep, kept, type Pending } from "./keep.ts";
import type { Score } from "./pictures.ts";
import * as wire from "./wire.ts";
import type { Frame } from "./wire.ts";

export interface File_ { name: string; type: string; size: number; url: string; }
export interface Line {
  seq: number; by: "visitor" | "person" | "robot"; text: string; at: number; id?: string; cid?: string; name?: string; files?: File_[];
  survey?: string; score?: Score; reasons?: string[]; words?: string; edited?: boolean | number; gone?: boolean;
}
export interface Question { name: string; label: string; required: boolean; }
export interface Site {
  team: string; greeting: string; promise: string; away: string; accent: string; accentDark: string; side: string;
  before: Question[]; offline: Question[]; upload: number; telegram?: boolean;
}
export interface Upload { cid: string; file: File; done: number; problem: "" | "large" | "kind" | "failed"; }
export interface Identity { version?: number; user: string; email?: string; name?: string; expiry: number; signature: string; }
export interface Article { id: string; title: string; text: string; }
export type Answer = (frame: Frame) => void;

const id = (): string => crypto.getRandomValues(new Uint8Array(12)).reduce((all, byte) => all + byte.toString(16).padStart(2, "0"), "");

export let lines: Line[] = [];
export let uploads: Upload[] = [];
export let have = 0;
export let read = 0; // the visitor has seen up to
export let seen = 0; // the desk has
export let site: Site | null = null;
export let reasons: { key: string; label: string }[] = [];
export let open = true;
export let back: string | null = null;
export let agent = "";
export let known = false; // the website vouches for them, or a form was filled in
export let writing = "";
export let live = false;
export let refused = 0;
export let tried = false; // and did not come through
export let slow = false;
let owed: { frame: Frame; then?: Answer | undefined }[] = []; // not acknowledged yet
let sid = "";
let identity: Identity | undefined;
let quiet = 0;
let visitor = "";
let asked = 0;
let where = "";
let suggested: (items: Article[]) => void;
let changed: (what: string, line?: Line) => void;

/** `listener` is told what changed, and the new line when there is one. */
export function begin(listener: typeof changed): void {
  changed = listener;
  wire.tie(hello, () => have, () => (location.href === where ? {} : { page: page() }), hear, connected);
  addEventListener("storage", (event) => { if (event.newValue === null && !kept().token && visitor) forget(); });
}

export const connect = wire.start;

export function unread(): number { return lines.filter((line) => line.by !== "visitor" && line.seq > read).length; }

/** What waits to be sent by whoever is here now: nobody's words move to somebody else who signs in on this browser. */
export function pending(): Pending[] { return kept().pending.filter((one) => one.user === identity?.user); }

export function empty(): boolean { return !lines.length && !pending().length && !uploads.length; }

export function say(text: string, more: Partial<Pending> = {}): void {
  const said: Pending = { cid: id(), text, at: now(), user: identity?.user, ...more };
  keep((kept) => {
    kept.pending.push(said);
    kept.started = true;
    if (more.profile?.email) kept.email = more.profile.email;
  });
  if (more.profile) known = true;
  if (!refused) connect(); // another tab may have signed out meanwhile
  put(said);
  changed("said");
}

/** Something that must come through: sent again after every welcome until it is answered. */
export function ask(frame: Frame, then?: Answer): void {
  frame.cid = id();
  owed.push({ frame, then });
  wire.send(frame);
}

export function answer(survey: string, answer: { score?: Score; reasons?: string[]; words?: string }): void {
  const line = lines.find((one) => one.survey === survey);
  if (line) rated(line, answer);
  ask({ t: "survey", survey, ...answer });
  changed("line");
}

/** Another face takes the reasons of the one before with it. */
function rated(line: Line, news: Partial<Line>): void {
  if (news.score) { delete line.reasons; delete line.words; }
  Object.assign(line, news);
}

/** Articles that may answer what is being written. Only the newest question is answered. */
export function suggest(text: string, then: typeof suggested): void {
  suggested = then;
  wire.send({ t: "suggest", n: ++asked, text });
}

export function helped(id: string): void { wire.send({ t: "helped", id }); }

export function typing(on: boolean): void { wire.send({ t: "typing", on }); }

export function markRead(): void {
  if (have > read) {
    read = have;
    wire.send({ t: "read", seq: read });
    changed("read");
  }
}

export function identify(whom: Identity | undefined): void {
  if (whom?.user !== identity?.user) {
    lines = [];
    have = read = seen = 0;
    if (identity) uploads = owed = [];
    keep((kept) => {
      delete kept.email;
      if (!identity) for (const one of kept.pending) one.user ??= whom?.user; // begun before signing in: it goes along
    });
  }
  identity = whom;
  if (refused || wire.wanted) { refused = 0; wire.restart(); }
}

/** Sign-out: nothing of this visitor stays on this browser. */
export function reset(): void { forgetKept(); identity = undefined; forget(); }

export function upload(file: File, known?: Upload): void {
  const one: Upload = known ?? { cid: id(), file, done: 0, problem: "" };
  if (!known) uploads.push(one);
  one.problem = site && file.size > site.upload ? "large" : "";
  keep((kept) => { kept.started = true; });
  if (!one.problem && live) transfer(one);
  changed("said");
}

/** A file that can't be sent is taken back. */
export function discard(cid: string | undefined): void {
  uploads = uploads.filter((one) => one.cid !== cid);
  changed("status");
}

function transfer(one: Upload): void {
  const request = new XMLHttpRequest();
  request.open("POST", base + "upload");
  request.setRequestHeader("X-Session", sid);
  request.setRequestHeader("X-Cid", one.cid);
  request.setRequestHeader("X-Name", encodeURIComponent(one.file.name || "picture.png"));
  request.upload.onprogress = (event) => { one.done = event.loaded / (event.total || 1); changed("progress"); };
  request.onloadend = () => {
    const { status } = request;
    if (status === 200) one.done = 1;
    else one.problem = status === 413 ? "large" : status === 415 ? "kind" : "failed";
    changed("status");
  };
  request.send(one.file);
}

function hello(): Frame {
  return { t: "hello", v: 1, site: name, token: kept().token, have, lang, page: page(), identity };
}

/** Where the visitor is; told again when a page without reloads went on to another. */
function page(): Record<string, string> {
  where = location.href;
  return { url: where.slice(0, 2e3), title: document.title.slice(0, 300), referrer: document.referrer.slice(0, 2e3) };
}

function put(said: Pending): void {
  const { at: _, user: _u, ...frame } = said;
  wire.send({ t: "msg", ...frame });
}

function connected(on: boolean, code: number): void {
  live = on;
  if (code === 4403 || code === 4404 || code === 4400) refused = code;
  if (!on) { writing = ""; tried = true; }
  changed(code === 4403 ? "identify" : "status");
}

function forget(): void {
  lines = [];
  uploads = [];
  owed = [];
  have = read = seen = 0;
  agent = visitor = writing = "";
  known = false;
  wire.stop();
  changed("reset");
}

function hear(frame: Frame): void {
  const { t, cid, seq } = frame;
  if (t === "msg") return heard(frame as unknown as Line);
  if (t === "welcome") welcome(frame);
  else if (t === "edit" || t === "del") amended(frame);
  else if (t === "typing") writes(frame);
  else if (t === "read") { if (frame.by === "desk") seen = seq; else read = Math.max(read, seq); }
  else if (t === "status") status(frame);
  else if (t === "suggest") { if (frame.n === asked) suggested(frame.items); }
  else if (t === "err" && frame.code === "slow") again(cid);
  else if (cid) {
    const one = owed.find((one) => one.frame.cid === cid);
    owed = owed.filter((other) => other !== one);
    one?.then?.(frame);
    if (t === "ack" && seq <= have) settled(cid);
  }
  changed(t === "err" && frame.code === "identify" ? "identify" : t);
}

function welcome(frame: Frame): void {
  if (visitor && visitor !== frame.visitor) { lines = []; have = 0; }
  if (frame.from > have || frame.last < have) { lines = []; have = frame.from; }
  sync(frame.now);
  visitor = frame.visitor;
  sid = frame.sid;
  site = frame.site as Site;
  reasons = frame.reasons;
  read = Math.max(read, frame.read);
  seen = frame.seen;
  known ||= frame.known || !!frame.name;
  refused = 0;
  status(frame);
  keep((kept) => {
    if (frame.token) kept.token = frame.token;
    kept.accent = site!.accent;
    kept.accentDark = site!.accentDark;
    if (frame.last) kept.started = true;
  });
  live = true;
  pending().forEach(put);
  for (const one of owed) wire.send(one.frame);
  if (read > frame.read) wire.send({ t: "read", seq: read });
  for (const one of uploads) if (one.done < 1 && (!one.problem || one.problem === "failed")) { one.problem = ""; transfer(one); }
}

function heard(line: Line): void {
  if (line.seq <= have) return;
  have = line.seq;
  lines.push(line);
  uploads = uploads.filter((one) => one.cid !== line.cid);
  if (line.by === "visitor") settled(line.cid);
  else writing = "";
  changed("msg", line);
}

function amended({ t, seq, id, cid: _c, at: _a, ...news }: Frame): void {
  if (seq <= have) return;
  have = seq;
  const line = lines.find((one) => one.id === id);
  if (!line) return;
  rated(line, news);
  if (t === "del") line.gone = true;
  else if (news.text !== undefined) line.edited = true;
}

function settled(cid: string | undefined): void {
  if (kept().pending.some((one) => one.cid === cid)) keep((kept) => { kept.pending = kept.pending.filter((one) => one.cid !== cid); });
}

function writes(frame: Frame): void {
  writing = frame.on ? frame.name || agent || " " : "";
  clearTimeout(quiet);
  if (writing) quiet = setTimeout(() => { writing = ""; changed("typing"); }, 8e3);
}

function status(frame: Frame): void {
  open = frame.open;
  back = frame.back;
  agent = frame.agent ?? "";
}

function again(cid: string): void {
  slow = true;
  setTimeout(() => {
    slow = false;
    for (const said of pending()) if (said.cid === cid) put(said);
    for (const { frame } of owed) if (frame.cid === cid) wire.send(frame);
    changed("status");
  }, 3e3);
}
