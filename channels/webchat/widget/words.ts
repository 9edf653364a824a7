// What the widget says by itself, in both languages. What a site says comes from its settings.
export type Lang = "fa" | "en";

const fa = {
  open: "گفت‌وگو با ما", unread: "پیام نخوانده", close: "بستن", log: "پیام‌ها", write: "بنویسید…", message: "پیام", send: "بفرست",
  attach: "پیوست فایل", here: "حاضر", team: "پشتیبانی", joining: "در حال اتصال…", offline: "اتصال نیست؛ پیام‌ها نگه داشته می‌شوند",
  away: "الان نیستیم", back: "{} برمی‌گردیم", leave: "پیامتان را بگذارید. یک انسان جواب می‌دهد؛ همین‌جا یا با ایمیل.",
  leaveBy: "پیامتان را بگذارید. یک انسان {} جواب می‌دهد؛ همین‌جا یا با ایمیل.", keep: "پیام را بگذار", start: "شروع گفت‌وگو",
  robot: "خودکار", writes: "{} می‌نویسد", someone: "پشتیبان", you: "شما", waiting: "در راه", sent: "رسید", seen: "خوانده شد",
  failed: "نرفت", again: "دوباره", person: "با یک انسان حرف می‌زنم", how: "چطور بود؟", happy: "خوب", neutral: "معمولی", sad: "بد",
  why: "چه چیزی خوب نبود؟", more: "چیز دیگری هست؟", done: "ثبت", skip: "ادامهٔ گفت‌وگو", thanks: "ممنون از نظرتان", large: "این فایل بزرگ است (تا {} مگابایت)",
  kind: "این نوع فایل پذیرفته نمی‌شود", slow: "کمی آرام‌تر؛ خودش دوباره می‌رود", refused: "گفت‌وگو در این صفحه در دسترس نیست", need: "لازم است",
  sound: "صدا", at: "{} ساعت {}", kept: "پیامتان ماند. همین‌جا جواب می‌دهیم.", optional: "اختیاری",
};
const en: typeof fa = {
  open: "Chat with us", unread: "unread", close: "Close", log: "Messages", write: "Write…", message: "Message", send: "Send",
  attach: "Attach a file", here: "Here", team: "Support", joining: "Connecting…", offline: "No connection; messages are kept",
  away: "We are away", back: "Back {}", leave: "Leave your message. A person answers, here or by email.",
  leaveBy: "Leave your message. A person answers {}, here or by email.", keep: "Leave the message", start: "Start the chat",
  robot: "Automatic", writes: "{} is writing", someone: "Support", you: "You", waiting: "On its way", sent: "Arrived", seen: "Read",
  failed: "Not sent", again: "Try again", person: "I want a person", how: "How was it?", happy: "Good", neutral: "So-so", sad: "Bad",
  why: "What was not good?", more: "Anything else?", done: "Done", skip: "Go on chatting", thanks: "Thank you for telling us", large: "This file is too large (up to {} MB)",
  kind: "Files of this kind are not taken", slow: "A little slower; it is sent again by itself", refused: "The chat is not available on this page", need: "is needed",
  sound: "Sound", at: "{} at {}", kept: "Your message is kept. We answer right here.", optional: "optional",
};

export const texts = { fa, en };
export type Words = typeof fa;

/** Puts values into `{}` one after the other, each isolated from the direction of the sentence. */
export function fill(pattern: string, ...values: string[]): string {
  return pattern.replace(/\{\}/g, () => `\u2068${values.shift() ?? ""}\u2069`);
}

export function clock(lang: Lang, at: number): string {
  return new Intl.DateTimeFormat(lang === "fa" ? "fa-IR" : "en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** "Saturday at 08:00"; with the date when it is more than six days ahead. */
export function moment(lang: Lang, words: Words, iso: string): string {
  const at = new Date(iso);
  const far = at.getTime() - Date.now() > 6 * 864e5;
  const day: Intl.DateTimeFormatOptions = far ? { day: "numeric", month: "long" } : { weekday: "long" };
  return fill(words.at, new Intl.DateTimeFormat(lang === "fa" ? "fa-IR" : "en-GB", day).format(at), clock(lang, at.getTime()));
}

export function number(lang: Lang, value: number): string {
  return new Intl.NumberFormat(lang === "fa" ? "fa-IR" : "en").format(value);
}
