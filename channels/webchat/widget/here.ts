// Where this script stands: its tag, the desk it came from, the language of the page.
export const script = document.currentScript as HTMLScriptElement | null;
export const tag: DOMStringMap = script ? script.dataset : {};
export const site = tag.site || "main";
export const base = script ? new URL(".", script.src).href : "";
export const fa = (tag.lang || document.documentElement.lang || (document.dir === "rtl" ? "fa" : "en")).startsWith("fa");
export const lang = fa ? "fa" : "en";
export const dir = fa ? "rtl" : "ltr";

let ahead = 0; // milliseconds the desk's clock is ahead of this one

export function now(): number { return Date.now() + ahead; }

export function sync(desk: number): void { ahead = desk - Date.now(); }
