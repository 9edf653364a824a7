// Short words at the edge: what happened, how long it can be undone, what went wrong.
import { all, number, one } from "./page";

const iconSheet = (): string => one<SVGUseElement>("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";

/** The sentence of a refused form beside its field, until something else is typed there. */
function beside(field: HTMLInputElement | HTMLTextAreaElement, words: string): void {
  const id = `bad-${field.name}`;
  document.getElementById(id)?.remove();
  const item = document.createElement("p");
  item.className = "error small";
  item.id = id;
  item.setAttribute("role", "alert");
  item.textContent = words;
  (field.closest("label") ?? field).after(item);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
  field.focus();
  field.addEventListener("input", () => {
    item.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }, { once: true });
}

/** Says something for a few seconds. */
export function toast(words: string, symbol: "check" | "alert"): void {
  const box = one("#toasts");
  if (!box || !words) return;
  const item = document.createElement("div");
  item.className = symbol === "alert" ? "toast bad" : "toast";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${iconSheet()}#${symbol}`);
  svg.append(use);
  const text = document.createElement("span");
  text.dir = "auto";
  text.textContent = words;
  item.append(svg, text);
  box.append(item);
  window.setTimeout(() => item.remove(), symbol === "alert" ? 9_000 : 4_000);
}

function countDown(item: HTMLElement): void {
  const whole = Number(item.dataset.seconds);
  const end = performance.now() + whole * 1000;
  const arc = one("circle:last-of-type", item);
  const count = one("b", item);
  const timer = window.setInterval(() => {
    const left = (end - performance.now()) / 1000;
    if (left <= 0 || !item.isConnected) {
      clearInterval(timer);
      item.remove();
      return;
    }
    arc?.setAttribute("stroke-dasharray", `${(100 * left) / whole} 100`);
    if (count) count.textContent = number(Math.ceil(left));
  }, 250);
}

export function startToasts(): void {
  const box = one("#toasts");
  if (!box) return;
  const look = (): void => {
    for (const item of all(".toast[data-seconds]:not([data-counting])", box)) {
      item.dataset.counting = "";
      countDown(item);
    }
  };
  new MutationObserver(look).observe(box, { childList: true });
  look();
  box.addEventListener("htmx:afterRequest", (event) => (event.target as Element).closest(".toast")?.remove());
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, elt } = (event as CustomEvent<{ xhr: XMLHttpRequest; elt: Element }>).detail;
    const words = xhr.responseText.slice(0, 300);
    const field = elt.closest("form")?.elements.namedItem(xhr.getResponseHeader("X-Field") ?? "");
    if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== "hidden")) beside(field, words);
    else toast(words, "alert");
  });
  document.addEventListener("htmx:sendError", () => toast(one("[data-lost]")?.textContent ?? "", "alert"));
}
