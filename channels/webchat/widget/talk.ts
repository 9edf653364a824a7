// The conversation: what was said, what is on its way, who is there. Knows nothing of looks.
import { Keep, type Pending } from "./keep.ts";
import { Wire, type Frame } from "./wire.ts";
import type { Lang } from "./words.ts";

export interface File_ { name: string; type: string; size: number; url: string; }
export interface Line {
  seq: number; by: "visitor" | "person" | "robot"; text: string; at: number; id?: string; cid?: string; name?: string; files?: File_[];
  survey?: string; faces?: { score: string }[]; score?: string; reasons?: string[]; words?: string;
}
export interface Question { name: string; label: string; required: boolean; }
export interface Site {
  team: string; greeting: string; promise: string; away: string; accent: string; accentDark: string; side: string;
  before: Question[]; offline: Question[]; upload: number; identity: string;
}
export interface Upload { cid: string; file: File; done: number; problem: string; }
export interface Identity { version?: number; user: string; email?: string; name?: string; expiry: number; signature: string; }

const id = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const SLOW = 3e3;

export class Talk {
  lines: Line[] = [];
  uploads: Upload[] = [];
  have = 0;
  read = 0; // the visitor has seen up to
  seen = 0; // the desk has
  site: Site | null = null;
  reasons: { key: string; label: string }[] = [];
  open = true;
  back: string | null = null;
  agent = "";
  known = false; // the website vouches for them, or a form was filled in
  writing = "";
  live = false;
  refused = 0;
  tried = false; // and did not come through
  slow = false;
  private owed: Frame[] = []; // answers to surveys that were not acknowledged
  private sid = "";
  private identity: Identity | undefined;
  private quiet = 0;
  private visitor = "";
  private wire: Wire;

  constructor(
    private base: string, private name: string, private lang: Lang, readonly keep: Keep,
    private changed: (what: string, line?: Line) => void,
  ) {
    this.wire = new Wire(base, () => this.hello(), () => this.have, (frame) => this.hear(frame), (live, code) => this.connected(live, code));
    addEventListener("storage", (event) => { if (event.key === null || event.newValue === null) { if (!this.keep.get().token && this.visitor) this.forget(); } });
  }

  connect(): void { this.wire.start(); }

  get unread(): number { return this.lines.filter((line) => line.by !== "visitor" && line.seq > this.read).length; }

  get pending(): Pending[] { return this.keep.get().pending; }

  say(text: string, more: Partial<Pending> = {}): void {
    const said: Pending = { cid: id(), text, at: Date.now(), ...more };
    this.keep.change((kept) => { kept.pending.push(said); kept.started = true; });
    if (more.profile) this.known = true;
    if (!this.refused) this.connect(); // another tab may have signed out meanwhile
    this.put(said);
    this.changed("said");
  }

  answer(survey: string, answer: { score?: string; reasons?: string[]; words?: string }): void {
    const line = this.lines.find((one) => one.survey === survey);
    if (line) Object.assign(line, answer);
    const frame = { t: "survey", cid: id(), survey, ...answer };
    this.owed.push(frame);
    this.wire.send(frame);
    this.changed("line");
  }

  typing(on: boolean): void { this.wire.send({ t: "typing", on }); }

  markRead(): void {
    if (this.have > this.read) {
      this.read = this.have;
      this.wire.send({ t: "read", seq: this.read });
      this.changed("read");
    }
  }

  identify(identity: Identity | undefined): void {
    this.identity = identity;
    if (this.refused || this.live) { this.refused = 0; this.wire.restart(); }
  }

  /** Sign-out: nothing of this visitor stays on this browser. */
  reset(): void { this.keep.forget(); this.identity = undefined; this.forget(); }

  upload(file: File, cid = id()): void {
    const known = this.uploads.find((one) => one.cid === cid);
    const one = known ?? { cid, file, done: 0, problem: "" };
    if (!known) this.uploads.push(one);
    one.problem = this.site && file.size > this.site.upload ? "large" : "";
    this.keep.change((kept) => { kept.started = true; });
    if (!one.problem && this.live) this.transfer(one);
    this.changed("said");
  }

  private transfer(one: Upload): void {
    const request = new XMLHttpRequest();
    request.open("POST", this.base + "upload");
    request.setRequestHeader("X-Session", this.sid);
    request.setRequestHeader("X-Cid", one.cid);
    request.setRequestHeader("X-Name", encodeURIComponent(one.file.name || "picture.png"));
    request.upload.onprogress = (event) => { one.done = event.loaded / (event.total || 1); this.changed("progress"); };
    request.onloadend = () => {
      if (request.status === 200) one.done = 1;
      else if (request.status === 413) one.problem = "large";
      else if (request.status === 415) one.problem = "kind";
      else one.problem = "failed";
      this.changed("said");
    };
    request.send(one.file);
  }

  private hello(): Frame {
    const page = { url: location.href.slice(0, 2000), title: document.title.slice(0, 300), referrer: document.referrer.slice(0, 2000) };
    return { t: "hello", v: 1, site: this.name, token: this.keep.get().token, have: this.have, lang: this.lang, page, identity: this.identity };
  }

  private put(said: Pending): void {
    const { at: _, ...frame } = said;
    this.wire.send({ t: "msg", ...frame });
  }

  private connected(live: boolean, code: number): void {
    this.live = live;
    if (code === 4403 || code === 4404 || code === 4400) this.refused = code;
    if (!live) { this.writing = ""; this.tried = true; }
    this.changed(code === 4403 ? "identify" : "status");
  }

  private forget(): void {
    Object.assign(this, { lines: [], uploads: [], have: 0, read: 0, seen: 0, agent: "", known: false, visitor: "", writing: "" });
    this.wire.stop();
    this.changed("reset");
  }

  private hear(frame: Frame): void {
    const what: Record<string, () => void> = {
      welcome: () => this.welcome(frame),
      msg: () => this.line(frame as unknown as Line),
      edit: () => this.edit(frame),
      del: () => { this.have = Math.max(this.have, frame.seq); this.lines = this.lines.filter((one) => one.id !== frame.id); },
      ack: () => this.acknowledged(frame),
      typing: () => this.writes(frame),
      read: () => { if (frame.by === "desk") this.seen = frame.seq; else this.read = Math.max(this.read, frame.seq); },
      status: () => this.status(frame),
      err: () => this.error(frame),
    };
    what[frame.t]?.();
    if (frame.t !== "msg") this.changed(frame.t);
  }

  private welcome(frame: Frame): void {
    if (this.visitor && this.visitor !== frame.visitor) { this.lines = []; this.have = 0; }
    if (frame.from > this.have || frame.last < this.have) { this.lines = []; this.have = frame.from; }
    this.visitor = frame.visitor;
    this.sid = frame.sid;
    this.site = frame.site as Site;
    this.reasons = frame.reasons;
    this.read = Math.max(this.read, frame.read);
    this.seen = frame.seen;
    this.known = this.known || frame.known || !!frame.name;
    this.refused = 0;
    this.status(frame);
    this.keep.change((kept) => {
      if (frame.token) kept.token = frame.token;
      kept.accent = this.site!.accent;
      kept.accentDark = this.site!.accentDark;
      if (frame.last) kept.started = true;
    });
    this.live = true;
    for (const said of this.pending) this.put(said);
    for (const frame of this.owed) this.wire.send(frame);
    if (this.read > frame.read) this.wire.send({ t: "read", seq: this.read });
    for (const one of this.uploads) if (one.done < 1 && (!one.problem || one.problem === "failed")) { one.problem = ""; this.transfer(one); }
  }

  private line(line: Line): void {
    if (line.seq <= this.have) return;
    this.have = line.seq;
    this.lines.push(line);
    this.uploads = this.uploads.filter((one) => one.cid !== line.cid);
    if (line.by === "visitor") this.settled(line.cid ?? "");
    else this.writing = "";
    this.changed("msg", line);
  }

  private edit(frame: Frame): void {
    if (frame.seq <= this.have) return;
    this.have = frame.seq;
    const line = this.lines.find((one) => one.id === frame.id);
    const { t: _t, seq: _s, cid: _c, id: _i, at: _a, ...news } = frame;
    if (line) Object.assign(line, news);
  }

  private acknowledged(frame: Frame): void {
    this.owed = this.owed.filter((one) => one.cid !== frame.cid);
    if (frame.cid && frame.seq <= this.have) this.settled(frame.cid);
  }

  private settled(cid: string): void {
    if (this.pending.some((one) => one.cid === cid)) this.keep.change((kept) => { kept.pending = kept.pending.filter((one) => one.cid !== cid); });
  }

  private writes(frame: Frame): void {
    this.writing = frame.on ? frame.name || this.agent || " " : "";
    clearTimeout(this.quiet);
    if (frame.on) this.quiet = setTimeout(() => { this.writing = ""; this.changed("typing"); }, 8e3);
  }

  private status(frame: Frame): void {
    this.open = frame.open;
    this.back = frame.back;
    this.agent = frame.agent ?? "";
  }

  private error(frame: Frame): void {
    if (frame.code === "identify") this.changed("identify");
    if (frame.code !== "slow") return;
    this.slow = true;
    setTimeout(() => {
      this.slow = false;
      const said = this.pending.find((one) => one.cid === frame.cid);
      if (said) this.put(said);
      this.changed("status");
    }, SLOW);
  }
}
