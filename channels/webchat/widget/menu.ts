// What else can be done: a person, the conversation by mail, on to Telegram, sound, the end.
import { button, h, type Child } from "./dom.ts";
import { field, form, trouble, wide, wrong } from "./forms.ts";
import { keep, kept } from "./keep.ts";
import { icon } from "./pictures.ts";
import * as talk from "./talk.ts";
import * as words from "./words.ts";

export type Asked = "" | "mail" | "link" | "end";

/** Something that folds out of a button: its content is made when it is wanted. Escape folds it in again. */
export function folding(kind: string, label: string, picture: "more" | "smile", content: () => Child[]): HTMLDetailsElement {
  const place = h("div");
  const summary = h("summary", { "aria-label": label, title: label }, icon(picture));
  const made: HTMLDetailsElement = h(`details${kind}`, {
    toggle: () => place.replaceChildren(...(made.open ? (content() as Node[]) : [])),
    keydown: (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !made.open) return;
      event.preventDefault();
      event.stopPropagation();
      made.open = false;
      summary.focus();
    },
    focusout: ({ relatedTarget: to }: FocusEvent) => { if (to && !made.contains(to as Node)) made.open = false; },
  }, summary, place) as HTMLDetailsElement;
  return made;
}

/** The items that make sense now. `person`, `ask`: what is chosen. */
export function items(person: (() => void) | false, ask: (what: Asked) => void): Child[] {
  const state = h("span.state");
  const sound = button("", false, () => {
    keep((kept) => { kept.sound = !kept.sound; });
    show();
  }, words.SOUND, state);
  const show = () => {
    const on = !!kept().sound;
    sound.setAttribute("aria-pressed", String(on));
    state.textContent = on ? words.ON : words.OFF;
  };
  const one = (label: string, what: Asked) => button("", false, () => ask(what), label);
  show();
  return [
    person && button("", false, person, words.PERSON), ...(talk.empty() ? [] : [one(words.MAIL, "mail"), talk.site!.telegram && one(words.TELEGRAM, "link"), one(words.END, "end")]), sound,
  ].filter((one) => one);
}

/** What an item of the menu asks back. `done`: with a word for the log, or without. */
export function asking(what: Asked, done: (said?: string) => void): HTMLFormElement {
  const problem = trouble();
  const mail = what === "mail";
  const input = field({ name: "email", required: mail });
  const place = h("p.note", { role: "status" }, words.JOINING);
  const submit = () => {
    if (wrong(problem, [input])) return;
    const email = input.value;
    if (mail) keep((kept) => { kept.email = email; });
    talk.ask(mail ? { t: "transcript", email } : { t: "wish", wish: "end" }, ({ t }) => {
      if (t === "err") problem.textContent = words.TROUBLE;
      else done(mail ? words.fill(words.MAILED, email) : words.ENDED);
    });
  };
  const link = what === "link";
  if (link) talk.ask({ t: "link" }, ({ url }) => place.replaceWith(/^https:/.test(url) ? h("a.main.wide", { href: url, target: "_blank", rel: "noopener noreferrer", click: () => done() }, words.TELEGRAM) : words.TROUBLE));
  const title = mail ? words.MAIL : link ? words.TELEGRAM : words.END;
  return form(
    ".stack", submit, h("h2", { tabindex: -1 }, title), mail ? h("label", {}, words.ADDRESS, input) : !link && h("p", {}, words.SURE),
    problem, link ? place : wide(mail ? words.SEND : words.END), button(".ghost", false, () => done(), words.CLOSE),
  );
}
