// Answers that may be there already, while the first message is being written. They never stand in its way.
import { button, h, prose } from "./dom.ts";
import { icon } from "./pictures.ts";
import * as talk from "./talk.ts";
import * as words from "./words.ts";

const PAUSE = 400; // milliseconds after the last key

/** Watches a text box. `solved`: an article was the answer, the draft is not needed any more. */
export function articles(box: HTMLTextAreaElement, solved: () => void): HTMLElement {
  const place = h("div.help", { role: "status" });
  let timer = 0;
  let known = "";
  let enough = false; // they want to ask
  const show = (items: talk.Article[]) => {
    if (enough || !talk.empty() || !box.value) items = [];
    place.replaceChildren(...(items.length ? [h("p.note", {}, words.MAY_HELP)] : []), ...items.slice(0, 3).map(card));
  };
  const card = ({ id, title, text }: talk.Article) => {
    const helps = () => {
      talk.helped(id);
      box.value = "";
      solved();
      place.replaceChildren(h("p.note", {}, icon("check"), words.GLAD));
      box.focus();
    };
    const asks = () => { enough = true; show([]); box.focus(); };
    return h(
      "details", { name: "article" }, h("summary", { dir: "auto" }, title), prose(text),
      h("p.row", {}, button(".pill", false, helps, words.HELPED), button(".ghost", false, asks, words.STILL_ASK)),
    );
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    const text = box.value.trim();
    if (!text) show([]);
    if (enough || text === known || !talk.empty() || (text.length < 12 && text.split(/\s+/).length < 3)) return;
    timer = setTimeout(() => talk.suggest((known = text), show), PAUSE);
  });
  return place;
}
