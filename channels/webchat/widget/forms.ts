// What stands below the log: the composer, the form before the chat, the form outside hours, the survey.
import { articles } from "./articles.ts";
import { button, h, type Child } from "./dom.ts";
import { kept } from "./keep.ts";
import { folding } from "./menu.ts";
import { face, icon, type Score } from "./pictures.ts";
import * as talk from "./talk.ts";
import * as words from "./words.ts";
import { hidden, preview } from "./view.ts";

const draft: { text: string; files: File[] } = { text: "", files: [] };
let staged: () => void = () => {};

/** Files wait above the composer until they are sent. */
export function stage(files: Iterable<File>): void { draft.files.push(...files); staged(); }

/** Nothing of what was begun is left. */
export function clear(): void { draft.text = ""; draft.files = []; }

/** A form that stays on its page. */
export function form(kind: string, submit: () => void, ...inside: Child[]): HTMLFormElement {
  return h(`form${kind}`, { novalidate: true, submit: (event: Event) => { event.preventDefault(); submit(); } }, ...inside) as HTMLFormElement;
}

export function wide(label: string): HTMLElement { return h("button.main.wide", {}, label); }

function writer(rows: number, more = {}): HTMLTextAreaElement {
  const box = h("textarea", { rows, dir: "auto", maxlength: 6000, ...more });
  box.value = draft.text;
  box.addEventListener("input", () => { draft.text = box.value; });
  return box;
}

export function composer(): HTMLFormElement {
  let told = 0;
  let quiet = 0;
  const box = writer(1, { placeholder: words.WRITE, "aria-label": words.MESSAGE, enterkeyhint: "send" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1, "aria-label": words.ATTACH, change: () => { stage(picker.files!); picker.value = ""; } });
  const waiting = h("div.staged");
  const rows = () => { draft.text = box.value; box.rows = Math.min(5, box.value.split("\n").length); };
  const stop = () => { clearTimeout(quiet); if (told) { told = 0; talk.typing(false); } };
  const send = () => {
    const text = box.value.trim();
    for (const one of draft.files.splice(0)) talk.upload(one);
    if (text) talk.say(text);
    box.value = "";
    box.dispatchEvent(new Event("input"));
    staged();
    stop();
    box.focus();
  };
  staged = () => {
    waiting.replaceChildren(...draft.files.map((one, at) => h(
      "span.file", {}, preview(one), h("bdi", {}, one.name || words.ATTACH),
      button(".tool", words.REMOVE, () => { draft.files.splice(at, 1); staged(); box.focus(); }, "×"),
    )));
    if (draft.files.length) box.focus();
  };
  box.addEventListener("input", () => {
    rows();
    if (Date.now() - told > 3e3 && box.value) { told = Date.now(); talk.typing(true); }
    clearTimeout(quiet);
    quiet = setTimeout(stop, 4e3);
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } });
  const type = (one: string) => {
    box.setRangeText(one, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input"));
  };
  const smileys = folding(".emoji", words.EMOJI, "smile", () => [...EMOJI].map((one) => button("", false, () => type(one), one)));
  rows();
  staged();
  return form(
    ".composer", send, talk.empty() && articles(box, rows), waiting,
    h(
      "div.box", {}, box, picker, smileys,
      button(".tool", words.ATTACH, () => picker.click(), icon("clip")), h("button.main", { "aria-label": words.SEND, title: words.SEND }, icon("send", "icon flip")),
    ),
  );
}

const EMOJI = "😀😂😊😍😘🥰😎🤔😅😢😭😡👍👎👏🙏💪👌💚🔥🎉🌹✨✅";
const KINDS: Record<string, [type: string, dir: string]> = { email: ["email", "ltr"], phone: ["tel", "ltr"] };

/** One field of a form. */
export function field({ name, required }: { name: string; required: boolean }): HTMLInputElement {
  const [type, dir] = KINDS[name] ?? ["text", "auto"];
  return h("input", { name, required, type, dir, autocomplete: type === "text" ? name : type, maxlength: 300, value: name === "email" && kept().email });
}

/** Says what is wrong with the first field that is; none: false. */
export function wrong(problem: HTMLElement, inputs: (HTMLInputElement | HTMLTextAreaElement)[]): boolean {
  for (const one of inputs) one.value = one.value.trim();
  const found = inputs.find((one) => !one.checkValidity());
  problem.textContent = found?.validationMessage ?? "";
  found?.setAttribute("aria-invalid", "true");
  found?.focus();
  return !!found;
}

export function trouble(): HTMLElement { return h("p.error", { role: "alert" }); }

/** The site's questions and the first message. `offline`: nobody is there now. */
export function questions(asked: talk.Question[], offline: boolean): HTMLFormElement {
  const inputs = asked.map(field);
  const box = writer(3, { required: true });
  const problem = trouble();
  const submit = () => {
    if (wrong(problem, [...inputs, box])) return;
    draft.text = "";
    const profile = Object.fromEntries(inputs.map((one) => [one.name, one.value]).filter(([, value]) => value)) as Record<string, string>;
    talk.say(box.value, offline ? { profile, offline } : { profile });
  };
  return form(
    ".stack", submit, ...asked.map((one, n) => h("label", {}, one.label, !one.required && h("span", {}, words.OPTIONAL), inputs[n])),
    h("label", {}, words.MESSAGE, box), articles(box, () => { draft.text = ""; }), problem, wide(words.SEND),
  );
}

/** Why nobody answers at once, in the middle of the empty log. */
export function away(): HTMLElement {
  return h("div.center", {}, icon("moon"), h("p", { dir: "auto" }, talk.site!.away || words.LEAVE));
}

/** Three faces. One tap is enough. */
export function faces(rate: (score: Score) => void, skip: () => void): HTMLFormElement {
  const one = (score: Score) => h("label", {}, h("input", { type: "radio", name: "face", value: score, change: () => rate(score) }), face(score), words.FACES[score]);
  return form(
    ".stack", () => {}, h("h2", { tabindex: -1 }, words.HOW), h("fieldset.three", {}, h("legend", {}, hidden(words.HOW)), one("happy"), one("neutral"), one("sad")),
    button(".ghost", false, skip, words.SKIP),
  );
}

/** Reasons and words after a face that was not happy; who was sad and left no address is asked for one. */
export function why(survey: string, done: () => void): HTMLFormElement {
  const boxes = talk.reasons.map((one) => h("input", { type: "checkbox", value: one.key }));
  const more = h("textarea", { rows: 2, dir: "auto", maxlength: 2000 });
  const sad = !talk.known && talk.lines.some((line) => line.survey === survey && line.score === "sad");
  const reach = h("input", { dir: "auto", maxlength: 100 });
  const submit = () => {
    const reasons = boxes.filter((one) => one.checked).map((one) => one.value);
    const said = `${more.value.trim()}\n${reach.value.trim()}`.trim();
    if (reasons.length || said) talk.answer(survey, { reasons, words: said });
    done();
  };
  return form(
    ".stack", submit, h("fieldset.ticks", {}, h("legend", { tabindex: -1 }, words.WHY), ...boxes.map((box, n) => h("label", {}, box, talk.reasons[n]!.label))),
    h("label", {}, words.ELSE, more), sad && h("label", {}, words.REACH, reach), wide(words.DONE),
  );
}
