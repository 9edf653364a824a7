"""Service messages: events of a chat that Telegram reports as messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from channels.telegram.base.ids import full_name
from channels.telegram.base.json_access import Json, ident, moment, number, obj, objects, text
from channels.telegram.base.phrases import digits

Words = tuple[str, str]  # Persian, English
_COUNTED = frozenset(
    ("message_auto_delete_timer_changed", "boost_added", "direct_message_price_changed", "paid_message_price_changed",
     "giveaway_created", "giveaway_completed", "video_chat_ended")
)  # fmt: skip
_CURRENCY_UNITS = {"XTR": 1, "JPY": 1, "KRW": 1, "VND": 1, "CLP": 1, "ISK": 1, "UGX": 1}


def event(message: Json, language: str) -> tuple[str, str, dict[str, Any]] | None:
    """(kind, words, details) of a service message; None when it is none we know."""
    for kind, (words, describe) in EVENTS.items():
        if kind in message:
            value = message[kind]
            holder = value if isinstance(value, dict) else {}
            detail = describe(message, holder) if describe else ""
            name = words[0 if language in ("fa", "ar", "") else 1]
            detail = digits(detail, language) if kind in _COUNTED else detail
            return kind, f"{name}: {detail}" if detail else name, _details(message, kind, holder)
    return None


def _details(message: Json, kind: str, holder: Json) -> dict[str, Any]:
    """What the desk must know to go on in the new place of a group that moved; and when something planned will be."""
    for field in ("start_date", "send_date"):
        if when := moment(holder, field):
            return {"planned_at": when.isoformat()}
    if kind == "migrate_to_chat_id":
        return {"moved_to": ident(message, kind)}
    if kind == "migrate_from_chat_id":
        return {"moved_from": ident(message, kind)}
    return {}


def tasks(checklist: Json) -> Iterator[str]:
    """The tasks of a checklist, a line each."""
    for item in objects(checklist, "tasks"):
        done = number(item, "completion_date") or obj(item, "completed_by_user") or obj(item, "completed_by_chat")
        yield f"{'☑' if done else '☐'} {text(item, 'text', 300)}"


def money(holder: Json) -> str:
    """`12.50 EUR` from Telegram's smallest units; "" without an amount."""
    amount, currency = number(holder, "total_amount"), text(holder, "currency", 8)
    if amount is None:
        return ""
    if currency in _CURRENCY_UNITS:
        return f"{amount} {currency}"
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d} {currency}".strip()


def _people(field: str) -> Callable[[Json, Json], str]:
    return lambda message, value: ", ".join(filter(None, (full_name(item) for item in objects(message, field))))


def _person(message: Json, value: Json) -> str:
    return full_name(value)


def _field(name: str) -> Callable[[Json, Json], str]:
    return lambda message, value: ident(value, name)


def _price(holder: Json) -> str:
    """`50 ⭐` or `2.5 TON` of what is paid for a post; "" when it is not said."""
    stars = number(obj(holder, "star_amount"), "amount")
    amount, currency = number(holder, "amount"), text(holder, "currency", 8)
    if stars is not None or currency == "XTR":
        return f"{stars if stars is not None else amount or 0} ⭐"
    if amount is None:
        return currency
    figure = f"{amount / 1_000_000_000:.9f}".rstrip("0").rstrip(".") if currency == "TON" else str(amount)
    return f"{figure} {currency}".strip()


def _asked_price(message: Json, value: Json) -> str:
    return _price(obj(value, "price"))


def _paid_post(message: Json, value: Json) -> str:
    return _price(value)


def _own(name: str) -> Callable[[Json, Json], str]:
    return lambda message, value: ident(message, name)


def _pinned(message: Json, value: Json) -> str:
    return text(value, "text", 300) or text(value, "caption", 300)


def _users(message: Json, value: Json) -> str:
    named = (full_name(item) or ident(item, "user_id") for item in objects(value, "users"))
    return ", ".join(filter(None, named)) or ", ".join(str(item) for item in _numbers(value, "user_ids"))


def _numbers(value: Json, key: str) -> list[int]:
    listed = value.get(key)
    return [item for item in listed if isinstance(item, int)][:50] if isinstance(listed, list) else []


def _chat_shared(message: Json, value: Json) -> str:
    return text(value, "title", 300) or ident(value, "chat_id")


def _gift(message: Json, value: Json) -> str:
    gift = obj(value, "gift")
    stars = number(gift, "star_count")
    parts = [text(obj(gift, "sticker"), "emoji", 40), f"{stars}⭐" if stars else "", text(value, "text", 1000)]
    return " ".join(part for part in parts if part)


def _unique_gift(message: Json, value: Json) -> str:
    gift = obj(value, "gift")
    return f"{text(gift, 'base_name', 200)} #{ident(gift, 'number')}".strip(" #")


def _payment(message: Json, value: Json) -> str:
    return f"{money(value)} {text(value, 'invoice_payload', 200)}".strip()


def _done(message: Json, value: Json) -> str:
    tasks_done = objects(obj(obj(value, "checklist_message"), "checklist"), "tasks")
    names = {number(item, "id"): text(item, "text", 300) for item in tasks_done}
    done = ", ".join(names.get(item) or str(item) for item in _numbers(value, "marked_as_done_task_ids"))
    not_done = ", ".join(names.get(item) or str(item) for item in _numbers(value, "marked_as_not_done_task_ids"))
    return " ".join([f"☑ {done}" if done else "", f"☐ {not_done}" if not_done else ""]).strip()


def _added(message: Json, value: Json) -> str:
    return "; ".join(tasks(value))


def _giveaway(message: Json, value: Json) -> str:
    return text(value, "prize_description", 300) or ident(value, "prize_star_count") or ident(value, "winner_count")


def _winners(message: Json, value: Json) -> str:
    return ", ".join(filter(None, (full_name(item) for item in objects(value, "winners")))) or ident(
        value, "winner_count"
    )


def _proximity(message: Json, value: Json) -> str:
    people = (full_name(obj(value, "traveler")), full_name(obj(value, "watcher")))
    return f"{' – '.join(filter(None, people))} {number(value, 'distance') or 0} m"


def _passport(message: Json, value: Json) -> str:
    return ", ".join(filter(None, (text(item, "type", 60) for item in objects(value, "data"))))


EVENTS: dict[str, tuple[Words, Callable[[Json, Json], str] | None]] = {
    "new_chat_members": (("عضو تازه", "New members"), _people("new_chat_members")),
    "left_chat_member": (("رفت", "Left"), _person),
    "chat_owner_left": (("مالک گفت‌وگو رفت", "The chat's owner left"), lambda message, value: full_name(obj(value, "new_owner"))),
    "chat_owner_changed": (("مالک تازهٔ گفت‌وگو", "New owner of the chat"), lambda message, value: full_name(obj(value, "new_owner"))),
    "new_chat_title": (("نام تازهٔ گفت‌وگو", "New title"), _own("new_chat_title")),
    "new_chat_photo": (("عکس تازهٔ گفت‌وگو", "New chat photo"), None),
    "delete_chat_photo": (("عکس گفت‌وگو پاک شد", "Chat photo removed"), None),
    "group_chat_created": (("گروه ساخته شد", "Group created"), None),
    "supergroup_chat_created": (("ابرگروه ساخته شد", "Supergroup created"), None),
    "channel_chat_created": (("کانال ساخته شد", "Channel created"), None),
    "message_auto_delete_timer_changed": (("پاک‌شدن خودکار پیام‌ها (ثانیه)", "Auto-delete timer (seconds)"), _field("message_auto_delete_time")),
    "migrate_to_chat_id": (("گروه به ابرگروه تبدیل شد", "Group moved to a supergroup"), _own("migrate_to_chat_id")),
    "migrate_from_chat_id": (("ابرگروه از این گروه ساخته شد", "Supergroup made from group"), _own("migrate_from_chat_id")),
    "pinned_message": (("پیام سنجاق‌شده", "Pinned"), _pinned),
    "successful_payment": (("پرداخت شد", "Paid"), _payment),
    "refunded_payment": (("پول برگشت", "Refunded"), _payment),
    "users_shared": (("معرفی کاربر", "Shared users"), _users),
    "user_shared": (("معرفی کاربر", "Shared user"), _field("user_id")),
    "chat_shared": (("معرفی گفت‌وگو", "Shared chat"), _chat_shared),
    "gift": (("هدیه", "Gift"), _gift),
    "unique_gift": (("هدیهٔ یکتا", "Unique gift"), _unique_gift),
    "gift_upgrade_sent": (("ارتقای هدیه", "Gift upgrade"), _gift),
    "connected_website": (("ورود به وب‌گاه", "Signed in to website"), _own("connected_website")),
    "write_access_allowed": (("اجازهٔ پیام داد", "Allowed the bot to write"), _field("web_app_name")),
    "passport_data": (("مدارک تلگرام پاسپورت", "Telegram Passport data"), _passport),
    "proximity_alert_triggered": (("هشدار نزدیکی", "Proximity alert"), _proximity),
    "boost_added": (("تقویت گفت‌وگو", "Chat boost"), _field("boost_count")),
    "chat_background_set": (("پس‌زمینهٔ گفت‌وگو عوض شد", "Chat background set"), None),
    "checklist_tasks_done": (("کارهای فهرست", "Checklist tasks"), _done),
    "checklist_tasks_added": (("کارهای تازهٔ فهرست", "New checklist tasks"), _added),
    "direct_message_price_changed": (("هزینهٔ پیام مستقیم", "Price of direct messages"), _field("direct_message_star_count")),
    "forum_topic_created": (("موضوع تازه", "Topic created"), _field("name")),
    "forum_topic_edited": (("موضوع ویرایش شد", "Topic edited"), _field("name")),
    "forum_topic_closed": (("موضوع بسته شد", "Topic closed"), None),
    "forum_topic_reopened": (("موضوع باز شد", "Topic reopened"), None),
    "general_forum_topic_hidden": (("موضوع عمومی پنهان شد", "General topic hidden"), None),
    "general_forum_topic_unhidden": (("موضوع عمومی آشکار شد", "General topic shown"), None),
    "giveaway_created": (("قرعه‌کشی ساخته شد", "Giveaway created"), _field("prize_star_count")),
    "giveaway": (("قرعه‌کشی", "Giveaway"), _giveaway),
    "giveaway_winners": (("برندگان قرعه‌کشی", "Giveaway winners"), _winners),
    "giveaway_completed": (("قرعه‌کشی تمام شد", "Giveaway completed"), _field("winner_count")),
    "managed_bot_created": (("ربات مدیریت‌شده ساخته شد", "Managed bot created"), lambda message, value: full_name(obj(value, "bot"))),
    "paid_message_price_changed": (("هزینهٔ پیام", "Price of messages"), _field("paid_message_star_count")),
    "poll_option_added": (("گزینهٔ تازهٔ نظرسنجی", "Poll option added"), _field("option_text")),
    "poll_option_deleted": (("گزینهٔ نظرسنجی پاک شد", "Poll option deleted"), _field("option_text")),
    "suggested_post_approved": (("پست پیشنهادی پذیرفته شد", "Suggested post approved"), _asked_price),
    "suggested_post_approval_failed": (("پذیرش پست پیشنهادی نشد", "Suggested post approval failed"), _asked_price),
    "suggested_post_declined": (("پست پیشنهادی رد شد", "Suggested post declined"), _field("comment")),
    "suggested_post_paid": (("پست پیشنهادی پرداخت شد", "Suggested post paid"), _paid_post),
    "suggested_post_refunded": (("پول پست پیشنهادی برگشت", "Suggested post refunded"), _field("reason")),
    "video_chat_scheduled": (("گفت‌وگوی ویدیویی برنامه‌ریزی شد", "Video chat scheduled"), None),
    "video_chat_started": (("گفت‌وگوی ویدیویی آغاز شد", "Video chat started"), None),
    "video_chat_ended": (("گفت‌وگوی ویدیویی پایان یافت (ثانیه)", "Video chat ended (seconds)"), _field("duration")),
    "video_chat_participants_invited": (("دعوت به گفت‌وگوی ویدیویی", "Invited to the video chat"), _users),
}  # fmt: skip
