// The icons and the three stickers, drawn by shapes so that no page's policy can keep them out.
import { draw } from "./dom.ts";

const ICONS: Record<string, string> = {
  chat: "M12 4c5 0 9 3.3 9 7.5S17 19 12 19c-1 0-2-.1-2.9-.4L4.5 20.5l.9-3.9C3.9 15.2 3 13.5 3 11.5 3 7.3 7 4 12 4zM8.5 11.5h.01M12 11.5h.01M15.5 11.5h.01",
  close: "m6.5 6.5 11 11M17.5 6.5l-11 11",
  down: "m6.5 9.5 5.5 5.5 5.5-5.5",
  send: "M20.5 12 4 4.5l2.5 7.5L4 19.5zM6.5 12H13",
  clip: "m19.5 11.5-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-7.9 7.9a1.5 1.5 0 0 1-2.2-2.2l7.2-7.2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m2 12.5 4.5 4.5L15 8M12 16l1 1 9-9",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2",
  moon: "M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2z",
  sound: "M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9a4.2 4.2 0 0 1 0 6",
  mute: "M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l4.5 5M20.5 9.5 16 14.5",
};

export function icon(name: string, kind = "icon"): SVGElement { return draw(24, kind, [["path", { d: ICONS[name] }]]); }

type Shape = [string, Record<string, string | number>];
const white = (d: string, more = {}): Shape => ["path", { d, fill: "#fff", stroke: "#fff", "stroke-width": 30, "stroke-linejoin": "round", ...more }];
const fillIn = (d: string, fill: string, more = {}): Shape => ["path", { d, fill, ...more }];
const pen = (d: string, stroke: string, width: number): Shape => ["path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round" }];
const dot = (cx: number, cy: number, rx: number, ry: number, fill: string, more = {}): Shape => ["ellipse", { cx, cy, rx, ry, fill, ...more }];

const RAY = "M256 22c18 30 46 46 50 92H206c4-46 32-62 50-92z";
const CLOUD = "M140 416C76 416 34 374 34 318c0-50 34-88 80-98-2-82 58-142 136-142 62 0 112 36 132 92 56 4 96 52 96 112 0 76-52 134-122 134z";
const DROPS = "M186 436c-14 22-19 30-19 40a19 19 0 0 0 38 0c0-10-5-18-19-40zM326 436c-14 22-19 30-19 40a19 19 0 0 0 38 0c0-10-5-18-19-40z";
const rays = (ray: (turn: string) => Shape): Shape[] => Array.from({ length: 12 }, (_, n) => ray(`rotate(${n * 30} 256 256)`));

const FACES: Record<string, () => Shape[]> = {
  happy: () => [
    ...rays((transform) => white(RAY, { transform })), dot(256, 256, 185, 185, "#fff"),
    ...rays((transform) => fillIn(RAY, "#ef9426", { transform })), dot(256, 256, 170, 170, "#f8b638"), dot(248, 248, 160, 160, "#ffcd55"),
    dot(148, 286, 34, 24, "#f58a5b", { opacity: 0.75 }), dot(364, 286, 34, 24, "#f58a5b", { opacity: 0.75 }),
    pen("M146 240c12-34 56-34 68 0M298 240c12-34 56-34 68 0", "#4b2812", 30), pen("M138 176c22-18 58-20 86-4M374 176c-22-18-58-20-86-4", "#4b2812", 15),
    fillIn("M168 288c28 12 148 12 176 0 12-5 20 2 18 14-8 50-50 86-106 86s-98-36-106-86c-2-12 6-19 18-14z", "#4b2812"),
    fillIn("M196 348c14-20 38-30 60-30s46 10 60 30c-14 24-36 36-60 36s-46-12-60-36z", "#f0605a"),
    fillIn("M178 297c36 11 120 11 156 0-4 22-22 28-78 28s-74-6-78-28z", "#fffaf0"),
  ],
  neutral: () => [
    dot(256, 256, 226, 226, "#fff"), dot(256, 256, 210, 210, "#7fc6bf"), dot(246, 246, 199, 199, "#aadfd7"),
    dot(104, 190, 18, 18, "#8dd0c8"), dot(196, 88, 14, 14, "#8dd0c8"), dot(262, 420, 22, 22, "#8dd0c8"),
    dot(132, 296, 34, 22, "#f2a58c", { opacity: 0.7 }), dot(380, 296, 34, 22, "#f2a58c", { opacity: 0.7 }),
    dot(178, 240, 29, 36, "#143f44"), dot(334, 240, 29, 36, "#143f44"), dot(188, 226, 11, 11, "#fff"), dot(344, 226, 11, 11, "#fff"),
    pen("M132 174c26-12 58-12 86-2M380 162c-26-14-58-14-86-2", "#143f44", 15), pen("M180 350c52 6 104 2 156-8", "#143f44", 30),
  ],
  sad: () => [
    white(CLOUD), white(DROPS, { "stroke-width": 12 }), fillIn(DROPS, "#5fb4e6"), fillIn(CLOUD, "#8798da"),
    fillIn(CLOUD, "#adbbee", { transform: "translate(7 4) scale(.955 .93)" }),
    dot(132, 310, 32, 21, "#ec9aae", { opacity: 0.75 }), dot(380, 310, 32, 21, "#ec9aae", { opacity: 0.75 }),
    dot(184, 256, 28, 34, "#232c5e"), dot(328, 256, 28, 34, "#232c5e"), dot(178, 246, 9, 9, "#fff"), dot(318, 246, 9, 9, "#fff"),
    pen("M136 212c26-2 50-16 66-38M376 212c-26-2-50-16-66-38", "#232c5e", 16), pen("M196 370c26-44 94-44 120 0", "#232c5e", 30),
    fillIn("M372 290c-20 30-28 42-28 56a28 28 0 0 0 56 0c0-14-8-26-28-56z", "#e6f5ff", { stroke: "#5fb4e6", "stroke-width": 8 }),
  ],
};

export function face(score: string): SVGElement { return draw(512, "face", (FACES[score] ?? FACES.neutral!)()); }
