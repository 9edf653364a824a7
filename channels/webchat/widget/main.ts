// The one script of a page: a launcher, nothing asked of the desk before it is opened, and `window.Pasokh`.
import css from "./looks.css";
import { button, h } from "./dom.ts";
import { dir, lang, script, tag } from "./here.ts";
import { kept } from "./keep.ts";
import * as panel from "./panel.ts";
import { icon } from "./pictures.ts";
import * as talk from "./talk.ts";
import { fill, number, OPEN, UNREAD } from "./words.ts";

type Listener = (detail?: unknown) => void;
declare const CloseWatcher: (new () => { onclose: (() => void) | null; destroy(): void }) | undefined;

const COLOUR = /^#[0-9a-f]{6}$/i;
const events = new EventTarget();
const looks = new CSSStyleSheet();
const colours = new CSSStyleSheet();
const keyboard = new CSSStyleSheet();
const dark = matchMedia("(prefers-color-scheme: dark)");
const small = matchMedia("(max-width: 480px)");
const badge = h("span.badge", { hidden: true });
const launch = button(".launch", OPEN, open, icon("chat"), badge);
const all = h("div.all", { lang, dir }, launch, panel.element);
const host = h("div", { lang, dir });
let shown = false;
let told = 0;
let flash = "";
let watcher: { destroy(): void } | undefined;

function tell(event: string, detail?: unknown): void { events.dispatchEvent(new CustomEvent(event, { detail })); }

/** Dark or white on it, whatever is read better. */
function on(colour: string): string {
  const [r, g, b] = colour.match(/\w\w/g)!.map((part) => parseInt(part, 16) ** 2.2);
  return 3 * r! + 10 * g! + b! > 82e4 ? "#04282a" : "#fff";
}

function dress(): void {
  const { accent = tag.accent, accentDark } = kept();
  const rule = (where: string, colour?: string) => colour && COLOUR.test(colour) ? `${where}{--accent:${colour};--on-accent:${on(colour)}}` : "";
  host.toggleAttribute("data-dark", tag.theme === "dark" || (tag.theme !== "light" && dark.matches));
  colours.replaceSync(rule(":host", accent) + rule(":host([data-dark])", accentDark));
  all.classList.toggle("start", (talk.site?.side ?? tag.side) === "start");
}

/** On a phone the window ends above the keyboard, and the way back closes it. */
function fit(): void {
  const view = visualViewport;
  keyboard.replaceSync(shown && view && small.matches ? `.all .panel{top:${view.offsetTop}px;height:${view.height}px}` : "");
}

function open(): void {
  if (shown) return;
  shown = launch.hidden = true;
  talk.connect();
  if (small.matches && typeof CloseWatcher === "function") {
    const made = (watcher = new CloseWatcher());
    made.onclose = close;
  }
  fit();
  panel.show(true);
  seen();
  tell("open");
}

function close(): void {
  if (!shown) return;
  shown = launch.hidden = false;
  watcher?.destroy();
  watcher = undefined;
  panel.show(false);
  launch.focus();
  tell("close");
}

function seen(): void { if (shown && !document.hidden) { talk.markRead(); count(); } }

function count(): void {
  const unread = talk.unread();
  badge.hidden = !unread;
  badge.textContent = number(unread);
  launch.setAttribute("aria-label", OPEN + (unread ? fill(UNREAD, number(unread)) : ""));
  if (unread !== told) tell("unread", (told = unread));
  if (document.title.startsWith(flash)) document.title = document.title.slice(flash.length);
  flash = unread && document.hidden ? `(${number(unread)}) ` : "";
  if (flash) document.title = flash + document.title;
}

function beep(): void {
  if (!kept().sound) return;
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 660 });
  tone.connect(new GainNode(audio, { gain: 0.06 })).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
  tone.onended = () => void audio.close();
}

function changed(what: string, line?: talk.Line): void {
  if (what === "progress") return panel.progress();
  if (what === "welcome") dress();
  if (what === "identify" || what === "reset") tell(what);
  if (what === "reset") panel.reset();
  if (shown) panel.draw();
  if (what === "said") panel.down();
  if (line) {
    seen();
    if (line.by !== "visitor" && line.seq > talk.read - (shown ? 1 : 0)) { if (talk.live) beep(); tell("message", { text: line.text, by: line.by }); }
  }
  count();
}

const api = {
  open, close, identify: talk.identify,
  reset: () => { close(); talk.reset(); },
  on: (event: string, listener: Listener) => {
    const heard = (told: Event) => listener((told as CustomEvent).detail);
    events.addEventListener(event, heard);
    return () => events.removeEventListener(event, heard);
  },
};

function start(): void {
  (window as unknown as { Pasokh: typeof api }).Pasokh = api;
  looks.replaceSync(css);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [looks, colours, keyboard];
  root.append(all);
  panel.begin(close);
  talk.begin(changed);
  dark.addEventListener("change", dress);
  document.addEventListener("visibilitychange", () => { seen(); count(); });
  for (const one of ["resize", "scroll"]) visualViewport?.addEventListener(one, fit);
  dress();
  const show = () => { document.body.append(host); if (kept().started) talk.connect(); document.dispatchEvent(new CustomEvent("pasokh:ready")); };
  if (document.body) show();
  else addEventListener("DOMContentLoaded", show);
}

if (script && !(window as { Pasokh?: unknown }).Pasokh) start();
