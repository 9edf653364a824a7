// The open window: header, log, and the right form below. Redraws only what changed, so that nothing is read out twice.
import { h } from "./dom.ts";
import { away, composer, faces, questions, why, type Draft } from "./forms.ts";
import { icon } from "./pictures.ts";
import type { Line } from "./talk.ts";
import { entry, greeting, transfer, waiting, writing, type Eyes } from "./view.ts";
import { fill, moment } from "./words.ts";

type Shown = [key: string, sign: string, make: () => HTMLElement];

export class Panel {
  readonly element: HTMLElement;
  private head = h("header");
  private log: HTMLElement;
  private foot = h("footer");
  private drawn = new Map<string, { sign: string; node: HTMLElement }>();
  private draft: Draft = { text: "" };
  private below = "";
  private skipped = new Set<string>();

  constructor(private eyes: Eyes, private close: () => void) {
    const { words } = eyes;
    this.log = h("div", { class: "log", role: "log", tabindex: 0, "aria-label": words.log });
    this.element = h("section", { class: "panel", role: "dialog", hidden: true }, this.head, this.log, this.foot);
    this.element.addEventListener("paste", (event) => this.files(event, event.clipboardData));
    this.element.addEventListener("dragover", (event) => { event.preventDefault(); this.element.classList.add("dropping"); });
    this.element.addEventListener("dragleave", () => this.element.classList.remove("dropping"));
    this.element.addEventListener("drop", (event) => { event.preventDefault(); this.element.classList.remove("dropping"); this.files(event, event.dataTransfer); });
    this.element.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  }

  get open(): boolean { return !this.element.hidden; }

  show(open: boolean): void {
    this.element.hidden = !open;
    if (open) { this.draw(); this.down(); this.focus(); }
  }

  focus(): void { (this.foot.querySelector<HTMLElement>("[tabindex='-1']:not([hidden]), textarea, input:not([hidden])") ?? this.log).focus(); }

  draw(): void {
    this.header();
    const near = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    this.lines();
    this.form();
    if (near) this.down();
  }

  progress(): void {
    for (const one of this.eyes.talk.uploads) {
      const bar = this.log.querySelector<HTMLProgressElement>(`progress[data-cid="${one.cid}"]`);
      if (bar) bar.value = one.done;
    }
  }

  down(): void { this.log.scrollTop = this.log.scrollHeight; }

  private files(event: Event, from: DataTransfer | null): void {
    const files = [...(from?.files ?? [])];
    if (!files.length || this.below !== "chat") return;
    event.preventDefault();
    for (const one of files) this.eyes.talk.upload(one);
  }

  private header(): void {
    const { talk, words, lang } = this.eyes;
    const { site, agent } = talk;
    const fresh = !talk.open && !agent;
    const name = fresh ? words.away : agent || site?.team || words.team;
    const line = talk.refused ? words.refused : !talk.live ? (talk.tried ? words.offline : words.joining)
      : talk.open ? [agent ? words.here : "", site?.promise].filter(Boolean).join("، ") : talk.back ? fill(words.back, moment(lang, words, talk.back)) : words.away;
    const sign = [name, line, talk.keep.get().sound, talk.live].join("|");
    if (this.head.dataset.sign === sign) return;
    this.head.dataset.sign = sign;
    this.element.setAttribute("aria-label", name);
    const sound = !!talk.keep.get().sound;
    const toggle = () => { talk.keep.change((kept) => { kept.sound = !sound; }); this.header(); this.head.querySelector("button")?.focus(); };
    this.head.replaceChildren(
      ...(fresh ? [] : [h("span", { class: talk.open && talk.live ? "avatar here" : "avatar", "aria-hidden": "true" }, agent ? (Array.from(agent)[0] ?? "") : icon("chat"))]),
      h("div", { class: "who" }, h("b", { dir: "auto" }, name), h("small", { role: "status" }, lang === "en" ? line.replace("،", ",") : line)),
      h("button", { type: "button", "aria-label": words.sound, "aria-pressed": String(sound), click: toggle }, icon(sound ? "sound" : "mute")),
      h("button", { type: "button", "aria-label": words.close, click: this.close }, icon("close")),
    );
  }

  private lines(): void {
    const { talk, words } = this.eyes;
    const shown: Shown[] = [];
    const hello = greeting(this.eyes);
    if (this.kind() === "offline") shown.push(["away", talk.back ?? "", () => away(this.eyes)]);
    else if (hello && talk.have === talk.lines.length) shown.push(["hello", talk.site!.greeting, () => hello]);
    for (const line of talk.lines) {
      const state = [line.score, line.text, line.by === "visitor" && line.seq <= talk.seen].join();
      shown.push([line.cid ?? `n${line.seq}`, `l${state}`, () => this.quietly(line)]);
    }
    const kept = new Set(talk.lines.map((line) => line.cid));
    for (const one of talk.pending) if (!kept.has(one.cid)) shown.push([one.cid, "p", () => waiting(this.eyes, one.text, one.at)]);
    for (const one of talk.uploads) shown.push([one.cid, `u${one.problem}`, () => transfer(this.eyes, one)]);
    const last = talk.lines.at(-1);
    if (last?.by === "robot" && !last.survey && !talk.pending.length) shown.push(["person", "", () => h("button", { type: "button", class: "pill", click: () => { talk.say(words.person, { person: true }); this.focus(); } }, words.person)]);
    if (last?.by === "visitor" && !talk.open && talk.live) shown.push(["kept", "", () => h("p", { class: "note" }, words.kept)]);
    if (talk.writing) shown.push(["writing", talk.writing, () => writing(this.eyes)]);
    if (talk.slow) shown.push(["slow", "", () => h("p", { class: "note" }, words.slow)]);
    this.place(shown);
  }

  /** Own words are not read out again when their state changes. */
  private quietly(line: Line): HTMLElement {
    const node = entry(this.eyes, line);
    if (line.by === "visitor") node.setAttribute("aria-live", "off");
    return node;
  }

  private place(shown: Shown[]): void {
    const wanted = new Set(shown.map(([key]) => key));
    for (const [key, { node }] of this.drawn) if (!wanted.has(key)) { node.remove(); this.drawn.delete(key); }
    let before: ChildNode | null = this.log.firstChild;
    for (const [key, sign, make] of shown) {
      let known = this.drawn.get(key);
      if (!known || known.sign !== sign) {
        const node = make();
        if (known) { if (before === known.node) before = node; known.node.replaceWith(node); }
        this.drawn.set(key, (known = { sign, node }));
      }
      if (known.node === before) before = before.nextSibling;
      else this.log.insertBefore(known.node, before);
    }
  }

  private kind(): string {
    const { talk } = this.eyes;
    if (talk.refused) return "none";
    const last = talk.lines.at(-1);
    if (last?.survey && !this.skipped.has(last.survey)) {
      if (!last.score) return `faces ${last.survey}`;
      if (last.score !== "happy" && !last.reasons && !last.words) return `why ${last.survey}`;
    }
    const nothing = !talk.lines.length && !talk.pending.length && !talk.uploads.length;
    if (!talk.site) return talk.tried || !nothing ? "chat" : "none";
    if (nothing && !talk.known && !talk.open) return "offline";
    if (nothing && !talk.known && talk.site.before.length) return "before";
    return "chat";
  }

  private form(): void {
    const kind = this.kind();
    if (kind === this.below) return;
    const { talk } = this.eyes;
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    const ours = !active || active === this.log || this.foot.contains(active);
    const [what, survey = ""] = kind.split(" ");
    const skip = () => { this.skipped.add(survey); this.draw(); this.focus(); };
    this.below = kind;
    const made = what === "chat" ? composer(this.eyes, this.draft, (file) => talk.upload(file))
      : what === "before" ? questions(this.eyes, talk.site!.before, this.draft, false)
      : what === "offline" ? questions(this.eyes, talk.site!.offline, this.draft, true)
      : what === "faces" ? faces(this.eyes, survey, skip)
      : what === "why" ? why(this.eyes, survey, skip) : null;
    this.foot.replaceChildren(...(made ? [made] : []));
    if (this.open && ours) this.focus();
  }
}
