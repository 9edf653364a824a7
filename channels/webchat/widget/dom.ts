// Making elements without strings of markup: nothing here can become HTML by accident.
type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: any) => void) | undefined>;
const SVG = "http://www.w3.org/2000/svg";

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...(children.filter((one) => one !== null && one !== undefined && one !== false) as (Node | string)[]));
  return element;
}

/** A drawing: each shape is `tag` and its attributes. */
export function draw(box: number, kind: string, shapes: [string, Attributes][]): SVGElement {
  const make = (tag: string, attributes: Attributes, children: Node[] = []) => dress(document.createElementNS(SVG, tag), attributes, children);
  return make("svg", { viewBox: `0 0 ${box} ${box}`, class: kind, "aria-hidden": "true" }, shapes.map(([tag, attributes]) => make(tag, attributes))) as SVGElement;
}

const LINK = /\bhttps?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?؟،؛)\]]/g;

/** A person's words: each line its own, addresses as links. */
export function prose(text: string): Node[] {
  const made: Node[] = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    made.push(document.createTextNode(text.slice(from, found.index)));
    made.push(h("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, found[0]));
    from = found.index + found[0].length;
  }
  made.push(document.createTextNode(text.slice(from)));
  return made;
}
