// The one script of a page: a launcher, nothing asked of the desk before it is opened, and `window.Pasokh`.
import css from "./looks.css";
import { h } from "./dom.ts";
import { Keep } from "./keep.ts";
import { Panel } from "./panel.ts";
import { icon } from "./pictures.ts";
import { Talk, type Identity } from "./talk.ts";
import type { Eyes } from "./view.ts";
import { number, texts, type Lang } from "./words.ts";

type Listener = (detail?: unknown) => void;

const script = document.currentScript as HTMLScriptElement | null;
const COLOUR = /^#[0-9a-f]{6}$/i;

function contrast(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => { const part = parseInt(colour.slice(at, at + 2), 16) / 255; return part <= 0.04 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.3 ? "#04282a" : "#fff";
}

function start(script: HTMLScriptElement): void {
  const { site = "main", lang: asked, theme = "auto" } = script.dataset;
  const page = asked || document.documentElement.lang || (document.dir === "rtl" ? "fa" : "en");
  const lang: Lang = page.startsWith("fa") ? "fa" : "en";
  const base = new URL(".", script.src).href;
  const words = texts[lang];
  const keep = new Keep(`pasokh:${site}`);
  const listeners = new Map<string, Set<Listener>>();
  const tell = (event: string, detail?: unknown) => { for (const one of listeners.get(event) ?? []) try { one(detail); } catch (error) { console.error(error); } };

  const host = h("div", { lang, dir: lang === "fa" ? "rtl" : "ltr" });
  const root = host.attachShadow({ mode: "open" });
  const looks = new CSSStyleSheet();
  const colours = new CSSStyleSheet();
  looks.replaceSync(css);
  root.adoptedStyleSheets = [looks, colours];

  const talk = new Talk(base, site, lang, keep, (what, line) => changed(what, line));
  const eyes: Eyes = { talk, words, lang, base };
  const badge = h("span", { class: "badge", hidden: true });
  const launch = h("button", { type: "button", class: "launch", "aria-expanded": "false", "aria-label": words.open, click: () => open() }, icon("chat"), badge);
  const panel = new Panel(eyes, () => close());
  const all = h("div", { class: "all", lang, dir: lang === "fa" ? "rtl" : "ltr" }, launch, panel.element);
  root.append(all);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  function dress(): void {
    host.toggleAttribute("data-dark", theme === "dark" || (theme === "auto" && dark.matches));
    const { accent, accentDark } = { accent: script.dataset.accent, ...keep.get() };
    const rule = (where: string, colour?: string) => colour && COLOUR.test(colour) ? `${where}{--accent:${colour};--on-accent:${contrast(colour)}}` : "";
    colours.replaceSync(rule(":host", accent) + rule(":host([data-dark])", accentDark));
    all.classList.toggle("start", (talk.site?.side ?? script.dataset.side) === "start");
  }
  dark.addEventListener("change", dress);

  function open(): void {
    if (panel.open) return;
    talk.connect();
    launch.hidden = true;
    panel.show(true);
    seen();
    tell("open");
  }

  function close(): void {
    if (!panel.open) return;
    panel.show(false);
    launch.hidden = false;
    launch.focus();
    tell("close");
  }

  function seen(): void { if (panel.open && !document.hidden) talk.markRead(); }
  document.addEventListener("visibilitychange", seen);

  let told = 0;
  function count(): void {
    const unread = talk.unread;
    badge.hidden = !unread;
    badge.textContent = number(lang, unread);
    launch.setAttribute("aria-label", unread ? `${words.open}، ${number(lang, unread)} ${words.unread}` : words.open);
    if (unread !== told) tell("unread", (told = unread));
  }

  function beep(): void {
    if (!keep.get().sound) return;
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.3);
    tone.frequency.value = 660;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.3);
    tone.onended = () => void audio.close();
  }

  function changed(what: string, line?: { by: string; text: string; seq: number }): void {
    if (what === "progress") return panel.progress();
    if (what === "welcome") dress();
    if (what === "identify" || what === "reset") tell(what);
    if (panel.open) panel.draw();
    if (what === "said") panel.down();
    if (line) {
      seen();
      if (line.by !== "visitor" && line.seq > talk.read - (panel.open ? 1 : 0)) { if (talk.live) beep(); tell("message", { text: line.text, by: line.by }); }
    }
    count();
  }

  const api = {
    open, close,
    identify: (identity?: Identity) => talk.identify(identity),
    reset: () => { close(); talk.reset(); },
    on: (event: string, listener: Listener) => {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event)!.add(listener);
      return () => listeners.get(event)!.delete(listener);
    },
  };
  (window as unknown as { Pasokh: typeof api }).Pasokh = api;

  dress();
  const show = () => { document.body.append(host); if (keep.get().started) talk.connect(); document.dispatchEvent(new CustomEvent("pasokh:ready")); };
  if (document.body) show();
  else addEventListener("DOMContentLoaded", show);
}

if (script && !(window as { Pasokh?: unknown }).Pasokh) start(script);
