// What the widget says by itself, in both languages. What a site says comes from its settings.
import { fa, now } from "./here.ts";

const say = (persian: string, english: string): string => (fa ? persian : english);

export const OPEN = say("گفت‌وگو با ما", "Chat with us");
export const UNREAD = say("، {} پیام نخوانده", ", {} unread");
export const CLOSE = say("بستن", "Close");
export const MENU = say("بیشتر", "More");
export const LOG = say("پیام‌ها", "Messages");
export const WRITE = say("بنویسید…", "Write…");
export const MESSAGE = say("پیام", "Message");
export const SEND = say("فرستادن", "Send");
export const ATTACH = say("پیوست فایل", "Attach a file");
export const EMOJI = say("شکلک", "Emoji");
export const REMOVE = say("حذف", "Remove");
export const HERE = say("حاضر", "Here");
export const TEAM = say("پشتیبانی", "Support");
export const JOINING = say("در حال اتصال…", "Connecting…");
export const OFFLINE = say("اتصال نیست؛ پیام‌ها نگه داشته می‌شوند", "No connection; messages are kept");
export const REFUSED = say("گفت‌وگو در این صفحه در دسترس نیست", "The chat is not available on this page");
export const AWAY = say("الان نیستیم", "We are away");
export const BACK = say("{} برمی‌گردیم", "Back {}");
export const LEAVE = say("پیامتان را بگذارید؛ یک انسان جواب می‌دهد، همین‌جا یا با ایمیل.", "Leave your message. A person answers, here or by email.");
export const OPTIONAL = say(" (اختیاری)", " (optional)");
export const KEPT = say("پیامتان ماند؛ همین‌جا جواب می‌دهیم.", "Your message is kept. We answer right here.");
export const ROBOT = say("خودکار", "Automatic");
export const WRITES = say("{} می‌نویسد", "{} is writing");
export const YOU = say("شما", "You");
export const WAITING = say("در راه", "On its way");
export const SENT = say("رسید", "Arrived");
export const SEEN = say("خوانده شد", "Read");
export const EDITED = say("ویرایش شد", "edited");
export const GONE = say("این پیام پاک شد", "This message was removed");
export const FAILED = say("نرفت", "Not sent");
export const AGAIN = say("دوباره", "Try again");
export const LARGE = say("فایل بزرگ است (تا {} مگابایت)", "The file is too large (up to {} MB)");
export const KIND = say("این نوع فایل را نمی‌گیریم", "Files of this kind are not taken");
export const SLOW = say("کمی آرام‌تر؛ خودش دوباره می‌رود", "A little slower; it goes again by itself");
export const PERSON = say("با یک انسان حرف می‌زنم", "I want a person");
export const CALLED = say("خبر دادیم؛ یک انسان جواب می‌دهد.", "We have let a person know.");
export const SOUND = say("صدای پیام تازه", "Sound");
export const ON = say("روشن", "on");
export const OFF = say("خاموش", "off");
export const MAIL = say("این گفت‌وگو را ایمیل کن", "E-mail me this conversation");
export const ADDRESS = say("ایمیل شما", "Your email");
export const MAILED = say("گفت‌وگو به {} فرستاده می‌شود.", "The conversation is on its way to {}.");
export const TELEGRAM = say("ادامه در تلگرام", "Continue in Telegram");
export const END = say("پایان گفت‌وگو", "End the chat");
export const SURE = say("گفت‌وگو را تمام می‌کنید؟ هر وقت بنویسید، از همین‌جا ادامه پیدا می‌کند.", "End the chat? Write any time to go on from here.");
export const ENDED = say("گفت‌وگو تمام شد.", "The chat has ended.");
export const TROUBLE = say("الان نشد؛ کمی بعد دوباره امتحان کنید.", "That did not work. Try again later.");
export const MAY_HELP = say("شاید جوابتان همین باشد", "This may answer it");
export const HELPED = say("جوابم را گرفتم", "That helped");
export const STILL_ASK = say("باز هم می‌پرسم", "I still want to ask");
export const GLAD = say("چه خوب! باز هم سؤالی بود همین‌جا هستیم.", "Good! We are here if there is more.");
export const HOW = say("چطور بود؟", "How was it?");
const HAPPY = say("خوشحال", "Happy");
const NEUTRAL = say("معمولی", "Neutral");
const SAD = say("ناراحت", "Sad");
export const WHY = say("چه چیزی خوب نبود؟", "What was not good?");
export const REACH = say("شماره یا ایمیل شما، تا با شما تماس بگیریم", "Your number or email, so that we can get back to you");
export const ELSE = say("چیز دیگری هست؟", "Anything else?");
export const DONE = say("ثبت", "Done");
export const SKIP = say("ادامهٔ گفت‌وگو", "Go on chatting");
export const THANKS = say("ممنون از نظرتان", "Thank you for telling us");
export const CHANGE = say("تغییر نظر", "Change");
export const COMMA = say("، ", ", ");
const AT = say("{} ساعت {}", "{} at {}");

export const FACES = { happy: HAPPY, neutral: NEUTRAL, sad: SAD };

/** Puts values into `{}` one after the other, each isolated from the direction of the sentence. */
export function fill(pattern: string, ...values: string[]): string {
  return pattern.replace(/\{\}/g, () => `\u2068${values.shift() ?? ""}\u2069`);
}

const local = fa ? "fa-IR" : "en-GB";

export function clock(at: number | Date): string { return new Date(at).toLocaleTimeString(local, { hour: "2-digit", minute: "2-digit" }); }

/** "Saturday at 08:00"; with the date when it is more than six days away. */
export function moment(when: string | number): string {
  const at = new Date(when);
  return fill(AT, at.toLocaleDateString(local, Math.abs(+at - now()) > 5184e5 ? { day: "numeric", month: "long" } : { weekday: "long" }), clock(at));
}

export function number(value: number): string { return value.toLocaleString(local); }
