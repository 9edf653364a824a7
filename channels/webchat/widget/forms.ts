// What stands below the log: the composer, the form before the chat, the form outside hours, the survey.
import { h } from "./dom.ts";
import { face, icon } from "./pictures.ts";
import type { Question } from "./talk.ts";
import { moment } from "./words.ts";
import type { Eyes } from "./view.ts";

export interface Draft { text: string; }

/** The composer. `file` is handed every file that is chosen. */
export function composer(eyes: Eyes, draft: Draft, file: (file: File) => void): HTMLFormElement {
  const { talk, words } = eyes;
  let told = 0;
  let quiet = 0;
  const box = h("textarea", { rows: 1, dir: "auto", placeholder: words.write, "aria-label": words.message, maxlength: 6000, enterkeyhint: "send" });
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1, "aria-label": words.attach });
  const rows = () => { draft.text = box.value; box.dir = box.value ? "auto" : eyes.lang === "fa" ? "rtl" : "ltr"; box.rows = Math.min(5, box.value.split("\n").length); };
  const stop = () => { clearTimeout(quiet); if (told) { told = 0; talk.typing(false); } };
  const send = (event?: Event) => {
    event?.preventDefault();
    if (!box.value.trim()) return;
    talk.say(box.value.trim());
    box.value = "";
    rows();
    stop();
    box.focus();
  };
  box.value = draft.text;
  rows();
  box.addEventListener("input", () => {
    rows();
    if (Date.now() - told > 3e3 && box.value) { told = Date.now(); talk.typing(true); }
    clearTimeout(quiet);
    quiet = setTimeout(stop, 4e3);
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event); });
  picker.addEventListener("change", () => { for (const one of picker.files ?? []) file(one); picker.value = ""; });
  return h(
    "form", { submit: send },
    h("button", { type: "button", class: "tool", "aria-label": words.attach, title: words.attach, click: () => picker.click() }, icon("clip")), picker,
    box, h("button", { class: "main", "aria-label": words.send, title: words.send }, icon("send", "icon flip")),
  );
}

const KINDS: Record<string, { type: string; autocomplete: string; dir: string }> = {
  email: { type: "email", autocomplete: "email", dir: "ltr" }, phone: { type: "tel", autocomplete: "tel", dir: "ltr" }, name: { type: "text", autocomplete: "name", dir: "auto" },
};

/** The site's questions and the first message. `offline`: nobody is there now. */
export function questions(eyes: Eyes, asked: Question[], draft: Draft, offline: boolean): HTMLFormElement {
  const { talk, words } = eyes;
  const inputs = asked.map((one) => h("input", { name: one.name, required: one.required, maxlength: 300, ...(KINDS[one.name] ?? { type: "text", dir: "auto" }) }));
  const box = h("textarea", { rows: 3, dir: "auto", required: true, maxlength: 6000 });
  const problem = h("p", { class: "error", role: "alert" });
  box.value = draft.text;
  box.addEventListener("input", () => { draft.text = box.value; });
  const submit = (event: Event) => {
    event.preventDefault();
    const wrong = [...inputs, box].find((one) => !one.checkValidity() || (one.required && !one.value.trim()));
    if (wrong) {
      problem.textContent = wrong.validationMessage || words.need;
      wrong.setAttribute("aria-invalid", "true");
      return wrong.focus();
    }
    draft.text = "";
    const profile = Object.fromEntries(inputs.filter((one) => one.value.trim()).map((one) => [one.name, one.value.trim()]));
    talk.say(box.value.trim(), offline ? { profile, offline } : { profile });
  };
  const labels = asked.map((one, n) => h("label", {}, one.label, !one.required && h("span", {}, ` (${words.optional})`), inputs[n]));
  return h(
    "form", { class: "stack", submit, novalidate: true }, ...labels, h("label", {}, words.message, box), problem,
    h("button", { class: "main wide" }, offline ? words.keep : words.start),
  );
}

/** Why nobody answers at once, in the middle of the empty log. */
export function away(eyes: Eyes): HTMLElement {
  const { talk, words, lang } = eyes;
  const said = talk.site?.away || (talk.back ? words.leaveBy.replace("{}", moment(lang, words, talk.back)) : words.leave);
  return h("div", { class: "center" }, icon("moon"), h("p", { dir: "auto" }, said));
}

/** Three faces. One tap is enough. */
export function faces(eyes: Eyes, survey: string, skip: () => void): HTMLFormElement {
  const { talk, words } = eyes;
  const one = (score: "happy" | "neutral" | "sad") =>
    h("label", {}, h("input", { type: "radio", name: "face", value: score, change: () => talk.answer(survey, { score }) }), face(score), words[score]);
  return h(
    "form", { class: "stack", submit: (event: Event) => event.preventDefault() }, h("h2", { tabindex: -1 }, words.how),
    h("fieldset", { class: "three" }, h("legend", { class: "vh" }, words.how), one("happy"), one("neutral"), one("sad")),
    h("button", { type: "button", class: "ghost", click: skip }, words.skip),
  );
}

/** Reasons and words after a face that was not happy. */
export function why(eyes: Eyes, survey: string, done: () => void): HTMLFormElement {
  const { talk, words } = eyes;
  const boxes = talk.reasons.map((one) => h("input", { type: "checkbox", value: one.key }));
  const more = h("textarea", { rows: 2, dir: "auto", maxlength: 2000 });
  const submit = (event: Event) => {
    event.preventDefault();
    const reasons = boxes.filter((one) => one.checked).map((one) => one.value);
    if (reasons.length || more.value.trim()) talk.answer(survey, { reasons, words: more.value.trim() });
    done();
  };
  return h(
    "form", { class: "stack", submit },
    h("fieldset", { class: "ticks" }, h("legend", { tabindex: -1 }, words.why), ...boxes.map((box, n) => h("label", {}, box, talk.reasons[n]!.label))),
    h("label", {}, words.more, more), h("button", { class: "main wide" }, words.done),
  );
}
