// The line to the desk: a socket, long polling after three failed handshakes; comes back by itself.
export type Frame = { t: string; [key: string]: any };

const PING = 25e3;
const PATIENCE = 10e3;

export class Wire {
  live = false;
  private socket: WebSocket | null = null;
  private wanted = false;
  private fails = 0; // tries since it was live
  private handshakes = 0; // sockets that never came through
  private retry = 0;
  private beat = 0;
  private deaf = 0;
  private sid = "";
  private turn = 0;
  private polling = false;

  constructor(
    private base: string,
    private hello: () => Frame,
    private have: () => number,
    private hear: (frame: Frame) => void,
    private changed: (live: boolean, code: number) => void,
  ) {
    const back = () => { if (this.wanted) this.live ? this.ping(5e3) : this.now(); };
    addEventListener("online", back);
    addEventListener("pageshow", back);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
    addEventListener("offline", () => this.drop(0));
    addEventListener("pagehide", () => this.drop(0));
  }

  start(): void { if (!this.wanted) { this.wanted = true; this.connect(); } }

  stop(): void { this.wanted = false; this.drop(0); }

  /** Say hello anew: another identity, a fresh visitor. */
  restart(): void { this.wanted = true; this.drop(0); this.now(); }

  send(frame: Frame): void {
    if (!this.live) return;
    if (this.polling) void this.poll([frame]);
    else this.socket?.send(JSON.stringify(frame));
  }

  private now(): void { clearTimeout(this.retry); this.fails = 0; this.connect(); }

  private connect(): void {
    clearTimeout(this.retry);
    if (!this.wanted || this.socket || this.live) return;
    if (navigator.onLine === false) return this.later(0);
    if (this.handshakes >= 3) { this.polling = true; this.sid = ""; void this.poll([this.hello()]); return; }
    this.polling = false;
    let opened = false;
    let socket: WebSocket;
    try { socket = new WebSocket(this.base.replace(/^http/, "ws") + "socket"); } catch { this.handshakes = 3; return this.later(0); }
    this.socket = socket;
    this.listen(PATIENCE);
    socket.onopen = () => { opened = true; socket.send(JSON.stringify(this.hello())); };
    socket.onmessage = (event) => { if (this.socket === socket) this.take(JSON.parse(event.data as string) as Frame); };
    socket.onclose = (event) => { if (!opened) this.handshakes++; if (this.socket === socket) this.drop(event.code); };
  }

  private take(frame: Frame): void {
    clearTimeout(this.deaf);
    this.deaf = 0;
    if (frame.t === "welcome") {
      this.live = true;
      this.fails = 0;
      if (!this.polling) this.handshakes = 0;
      clearInterval(this.beat);
      if (!this.polling) this.beat = setInterval(() => this.ping(PATIENCE), PING);
    }
    this.hear(frame);
    if (frame.t === "welcome") this.changed(true, 0);
  }

  private ping(patience: number): void { if (!this.polling) { this.send({ t: "ping", n: 1 }); this.listen(patience); } }

  private listen(patience: number): void { if (!this.deaf) this.deaf = setTimeout(() => this.drop(0), patience); }

  private drop(code: number): void {
    const socket = this.socket;
    this.socket = null;
    this.live = false;
    this.turn++;
    clearInterval(this.beat);
    clearTimeout(this.deaf);
    this.deaf = 0;
    socket?.close();
    if ([4400, 4403, 4404].includes(code)) this.wanted = false; // trying again would not help
    this.changed(false, code);
    this.later(code);
  }

  private later(code: number): void {
    clearTimeout(this.retry);
    if (!this.wanted) return;
    const most = Math.min(30e3, 500 * 2 ** this.fails++);
    const wait = code === 4429 ? 15e3 : 0;
    this.retry = setTimeout(() => this.connect(), wait + most / 2 + (Math.random() * most) / 2);
  }

  private async poll(frames: Frame[]): Promise<void> {
    const mine = ++this.turn; // a newer request makes the desk answer the older one at once
    try {
      const answer = await fetch(this.base + "poll", {
        method: "POST", credentials: "omit", body: JSON.stringify({ sid: this.sid || undefined, have: this.have(), frames }),
      });
      if (!answer.ok) throw new Error();
      const told = (await answer.json()) as { sid?: string; close?: number; frames: Frame[] };
      if (!this.wanted || !this.polling) return;
      if (told.sid) this.sid = told.sid;
      for (const frame of told.frames) this.take(frame);
      if (told.close) { this.sid = ""; if (mine === this.turn) this.drop(told.close); }
      else if (mine === this.turn) void this.poll([]);
    } catch {
      if (mine === this.turn) { this.handshakes = 1; this.drop(0); }
    }
  }
}
