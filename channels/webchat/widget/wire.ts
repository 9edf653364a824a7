// The line to the desk: a socket, long polling after three failed handshakes; comes back by itself.
import { base } from "./here.ts";

export type Frame = { t: string; [key: string]: any };

const PING = 25e3;
const PATIENCE = 10e3;

export let live = false;
let socket: WebSocket | null = null;
export let wanted = false;
let fails = 0; // tries since it was live
let handshakes = 0; // sockets that never came through
let retry = 0;
let beat = 0;
let deaf = 0;
let sid = "";
let turn = 0;
let polling = false;
let hello: () => Frame;
let have: () => number;
let news: () => Partial<Frame>;
let hear: (frame: Frame) => void;
let changed: (live: boolean, code: number) => void;

/** Who speaks over the line, and who listens. */
export function tie(...ends: [typeof hello, typeof have, typeof news, typeof hear, typeof changed]): void {
  [hello, have, news, hear, changed] = ends;
  const back = () => { if (wanted) live ? ping(5e3) : now(); };
  const cut = () => drop(0);
  addEventListener("online", back);
  addEventListener("pageshow", back);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
  addEventListener("offline", cut);
  addEventListener("pagehide", cut);
}

export function start(): void { if (!wanted) { wanted = true; connect(); } }

export function stop(): void { wanted = false; drop(0); }

/** Say hello anew: another identity, a fresh visitor. */
export function restart(): void { wanted = true; drop(0); now(); }

export function send(frame: Frame): void {
  if (!live) return;
  if (polling) void poll([frame]);
  else socket?.send(JSON.stringify(frame));
}

function now(): void { fails = 0; connect(); }

function connect(): void {
  clearTimeout(retry);
  if (!wanted || socket || live) return;
  if (navigator.onLine === false) return later(0);
  polling = handshakes > 2;
  if (polling) { sid = ""; void poll([hello()]); return; }
  let opened = false;
  let made: WebSocket;
  try { made = socket = new WebSocket(base.replace(/^http/, "ws") + "socket"); } catch { handshakes = 3; return later(0); }
  listen(PATIENCE);
  made.onopen = () => { opened = true; made.send(JSON.stringify(hello())); };
  made.onmessage = (event) => { if (socket === made) take(JSON.parse(event.data as string) as Frame); };
  made.onclose = (event) => { if (!opened) handshakes++; if (socket === made) drop(event.code); };
}

function take(frame: Frame): void {
  const welcome = frame.t === "welcome";
  heard();
  if (welcome) {
    live = true;
    fails = 0;
    clearInterval(beat);
    if (!polling) { handshakes = 0; beat = setInterval(() => ping(PATIENCE), PING); }
  }
  hear(frame);
  if (welcome) changed(true, 0);
}

function ping(patience: number): void { if (!polling) { send({ t: "ping", n: 1, ...news() }); listen(patience); } }

function listen(patience: number): void { deaf ||= setTimeout(() => drop(0), patience); }

function heard(): void { clearTimeout(deaf); deaf = 0; }

function drop(code: number): void {
  const was = socket;
  socket = null;
  live = false;
  turn++;
  clearInterval(beat);
  heard();
  was?.close();
  if ([4400, 4403, 4404].includes(code)) wanted = false; // trying again would not help
  changed(false, code);
  later(code);
}

function later(code: number): void {
  clearTimeout(retry);
  if (!wanted) return;
  const most = Math.min(30e3, 500 * 2 ** fails++);
  retry = setTimeout(connect, (code === 4429 ? 15e3 : 0) + (most / 2) * (1 + Math.random()));
}

async function poll(frames: Frame[]): Promise<void> {
  const mine = ++turn; // a newer request makes the desk answer the older one at once
  try {
    const answer = await fetch(base + "poll", { method: "POST", credentials: "omit", body: JSON.stringify({ sid: sid || undefined, have: have(), frames }) });
    if (!answer.ok) throw 0;
    const told = (await answer.json()) as { sid?: string; close?: number; frames: Frame[] };
    if (!wanted || !polling) return;
    sid = told.sid || sid;
    told.frames.forEach(take);
    if (told.close) sid = "";
    if (mine === turn) told.close ? drop(told.close) : void poll([]);
  } catch {
    if (mine === turn) { handshakes = 1; drop(0); }
  }
}
