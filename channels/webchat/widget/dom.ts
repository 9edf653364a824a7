// Making elements without strings of markup: nothing here can become HTML by accident.
export type Child = Node | string | null | undefined | false | 0;
export type Attributes = Record<string, string | number | boolean | undefined | ((event: any) => void)>;
type Tag<S> = S extends `${infer T}.${string}` ? T : S;
type Made<S> = Tag<S> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag<S>] : never;

/** An element, `tag.class`; attributes that are functions listen, those that are false are left out. */
export function h<S extends string>(what: S, attributes: Attributes = {}, ...children: Child[]): Made<S> {
  const [tag, ...kinds] = what.split(".");
  return dress(document.createElement(tag!), { class: kinds.join(" ") || false, ...attributes }, children) as Made<S>;
}

/** A button that is named by `label`, or by what stands in it. */
export function button(kind: string, label: string | false, click: (event: Event) => void, ...children: Child[]): HTMLButtonElement {
  return h(`button${kind}`, { type: "button", "aria-label": label, title: label, click }, ...children) as HTMLButtonElement;
}

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...(children.filter((one) => one) as (Node | string)[]));
  return element;
}

/** A drawing of paths. */
export function draw(box: number, kind: string, paths: Attributes[]): SVGElement {
  const make = (tag: string, attributes: Attributes, children: Child[]) => dress(document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement, attributes, children);
  return make("svg", { viewBox: `0 0 ${box} ${box}`, class: kind, "aria-hidden": "true" }, paths.map((one) => make("path", one, [])));
}

const LINK = /\bhttps?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?؟،؛)\]]/g;

/** A person's words, addresses as links. */
export function prose(text: string): HTMLElement {
  const made = h("p", { dir: "auto" });
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    made.append(text.slice(from, found.index), h("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, found[0]));
    from = found.index + found[0].length;
  }
  made.append(text.slice(from));
  return made;
}
