// The icons and the three stickers, drawn by paths so that no page's policy can keep them out.
import { draw, type Attributes } from "./dom.ts";

const ICONS = {
  chat: "M12 4c5 0 9 3.3 9 7.5S17 19 12 19c-1 0-2-.1-2.9-.4L4.5 20.5l.9-3.9C3.9 15.2 3 13.5 3 11.5 3 7.3 7 4 12 4zM8.5 11.5h.01M12 11.5h.01M15.5 11.5h.01",
  send: "M20.5 12 4 4.5l2.5 7.5L4 19.5zM6.5 12H13",
  clip: "m19.5 11.5-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-7.9 7.9a1.5 1.5 0 0 1-2.2-2.2l7.2-7.2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m2 12.5 4.5 4.5L15 8M12 16l1 1 9-9",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2",
  moon: "M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2z",
  down: "m6.5 9.5 5.5 5.5 5.5-5.5",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  smile: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9 10h.01M15 10h.01M8.5 14c1.5 2.5 5.5 2.5 7 0",
};

export function icon(name: keyof typeof ICONS, kind = "icon"): SVGElement { return draw(24, kind, [{ d: ICONS[name] }]); }

const fill = (d: string, fill: string, transform?: string): Attributes => ({ d, fill, transform });
const pen = (d: string, stroke: string): Attributes => ({ d, fill: "none", stroke, "stroke-width": 28, "stroke-linecap": "round" });
const oval = (x: number, y: number, rx: number, ry: number): string => `M${x - rx} ${y}a${rx} ${ry} 0 1 1 0 1z`;
const pair = (x: number, y: number, rx: number, ry: number, colour: string): Attributes => fill(oval(x, y, rx, ry) + oval(512 - x, y, rx, ry), colour);

const CLOUD = "M140 416C76 416 34 374 34 318c0-50 34-88 80-98-2-82 58-142 136-142 62 0 112 36 132 92 56 4 96 52 96 112 0 76-52 134-122 134z";

export type Score = "happy" | "neutral" | "sad";

/** A sun, a pebble, a cloud. */
const FACES: Record<Score, () => Attributes[]> = {
  happy: () => [
    ...Array.from({ length: 12 }, (_, n) => fill("M256 22c18 30 46 46 50 92H206c4-46 32-62 50-92z", "#ef9426", `rotate(${n * 30} 256 256)`)), fill(oval(256, 256, 170, 170), "#ffcd55"),
    pair(148, 286, 34, 24, "#f7a158"), pen("M146 240c12-34 56-34 68 0M298 240c12-34 56-34 68 0", "#4b2812"),
    fill("M168 288c28 12 148 12 176 0 12-5 20 2 18 14-8 50-50 86-106 86s-98-36-106-86c-2-12 6-19 18-14z", "#4b2812"), fill("M196 348c14-20 38-30 60-30s46 10 60 30c-34 48-86 48-120 0z", "#f0605a"),
  ],
  neutral: () => [fill(oval(256, 256, 210, 210), "#9ad6cd"), pair(132, 296, 34, 22, "#dcb6a2"), pair(178, 240, 28, 34, "#143f44"), pen("M180 350c52 6 104 2 156-8", "#143f44")],
  sad: () => [
    fill(CLOUD, "#adbbee"), pair(132, 310, 32, 21, "#d8a3bf"), pair(184, 256, 28, 34, "#232c5e"), pen("M196 370c26-44 94-44 120 0", "#232c5e"),
    fill("M372 290c-20 30-28 42-28 56a28 28 0 0 0 56 0c0-14-8-26-28-56z", "#5fb4e6"),
  ],
};

export function face(score: Score): SVGElement { return draw(512, "face", FACES[score]()); }
