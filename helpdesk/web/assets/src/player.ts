// A small player of voice messages and recordings. What it shows lives in its shadow, so that the page can be brought up
// to date around it without stopping what plays. Without script the browser's own player stands there.
import { number, one } from "./page";

const SPEEDS = [1, 1.5, 2];
const LOOKS = `
  :host { display: flex; align-items: center; gap: .5rem; min-inline-size: 0; flex: 1; }
  button { font: inherit; color: inherit; border: 0; background: none; cursor: pointer; border-radius: 99px; }
  button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .play { flex: none; inline-size: 2.25rem; block-size: 2.25rem; display: grid; place-items: center; color: var(--on-accent); background: var(--accent); }
  .play:hover { background: var(--accent-hover); }
  svg { inline-size: 1.1rem; block-size: 1.1rem; fill: currentColor; }
  input { flex: 1; min-inline-size: 4rem; inline-size: 9rem; block-size: 1.5rem; margin: 0; appearance: none; background: none; cursor: pointer; }
  input::-webkit-slider-runnable-track { block-size: 4px; border-radius: 2px; background: var(--edge); }
  input::-moz-range-track { block-size: 4px; border-radius: 2px; background: var(--edge); }
  input::-moz-range-progress { block-size: 4px; border-radius: 2px; background: var(--accent); }
  input::-webkit-slider-thumb { appearance: none; inline-size: 14px; block-size: 14px; margin-block-start: -5px; border-radius: 50%; background: var(--accent); }
  input::-moz-range-thumb { inline-size: 14px; block-size: 14px; border: 0; border-radius: 50%; background: var(--accent); }
  .time { font-variant-numeric: tabular-nums; min-inline-size: 2.4rem; text-align: end; }
  .speed { min-inline-size: 2.25rem; min-block-size: 1.6rem; background: var(--well); color: var(--ink-2); }
  [hidden] { display: none; }`;
const PLAY = "M8 5.2v13.6L19 12z";
const PAUSE = "M7 5.5h3.6v13H7zM13.4 5.5H17v13h-3.6z";

let playing: HTMLAudioElement | null = null;
const look = new CSSStyleSheet();
look.replaceSync(LOOKS);

const said = (name: string): string => one("#viewer")?.dataset[name] ?? name;

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const rest = whole % 60;
  return `${number(Math.floor(whole / 60))}:${rest < 10 ? number(0) : ""}${number(rest)}`;
}

function drawing(path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(svg.namespaceURI as string, "path")).setAttribute("d", path);
  return svg;
}

function made<K extends keyof HTMLElementTagNameMap>(tag: K, kind: string, label = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = kind;
  if (label) element.setAttribute("aria-label", label);
  return element;
}

class SoundPlayer extends HTMLElement {
  private sound = new Audio();

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [look];
    const { sound } = this;
    sound.preload = "none";
    sound.src = this.dataset.src ?? "";
    const name = this.dataset.name ?? "";
    const play = made("button", "play", `${said("play")}: ${name}`);
    play.append(drawing(PLAY));
    const seek = made("input", "seek", `${said("seek")}: ${name}`);
    Object.assign(seek, { type: "range", min: "0", max: "1000", step: "1", value: "0" });
    const time = made("span", "time");
    const speed = made("button", "speed", said("speed"));
    speed.textContent = `${number(1)}×`;
    speed.hidden = true;
    shadow.append(play, seek, time, speed);

    const length = (): number => (Number.isFinite(sound.duration) ? sound.duration : Number(this.dataset.seconds ?? 0));
    const tell = (): void => {
      const whole = length();
      time.textContent = sound.currentTime || !sound.paused ? clock(sound.currentTime) : whole ? clock(whole) : "–:––";
      if (whole) seek.value = String(Math.round((1000 * sound.currentTime) / whole));
      seek.setAttribute("aria-valuetext", clock(sound.currentTime));
    };
    const state = (): void => {
      play.replaceChildren(drawing(sound.paused ? PLAY : PAUSE));
      play.setAttribute("aria-label", `${said(sound.paused ? "play" : "pause")}: ${name}`);
      speed.hidden = sound.paused && !sound.currentTime;
      tell();
    };
    play.addEventListener("click", () => {
      if (!sound.paused) return sound.pause();
      playing?.pause();
      playing = sound;
      void sound.play().catch(() => undefined);
    });
    seek.addEventListener("input", () => {
      const whole = length();
      if (whole) sound.currentTime = (Number(seek.value) / 1000) * whole;
    });
    speed.addEventListener("click", () => {
      const next = SPEEDS[(SPEEDS.indexOf(sound.playbackRate) + 1) % SPEEDS.length] ?? 1;
      sound.playbackRate = next;
      speed.textContent = `${number(next)}×`;
    });
    sound.addEventListener("play", state);
    sound.addEventListener("pause", state);
    sound.addEventListener("ended", () => {
      sound.currentTime = 0;
      state();
    });
    sound.addEventListener("timeupdate", tell);
    sound.addEventListener("loadedmetadata", tell);
    sound.addEventListener("error", () => {
      time.textContent = said("broken");
      play.disabled = seek.disabled = true;
    });
    tell();
  }

  disconnectedCallback(): void {
    this.sound.pause();
  }

  /** Whether taking it out of the page would stop something. */
  get busy(): boolean {
    return !this.sound.paused;
  }
}

/** Whether something plays within a part of the page. */
export const plays = (part: Element): boolean =>
  [...part.querySelectorAll("sound-player")].some((each) => each instanceof SoundPlayer && each.busy) ||
  [...part.querySelectorAll("video")].some((film) => !film.paused);

export function startPlayers(): void {
  if (!customElements.get("sound-player")) customElements.define("sound-player", SoundPlayer);
}
