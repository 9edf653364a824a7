"""Message content: text for the timeline and details for the views, whatever kind the message is. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.telegram.base.entities import html, lines
from channels.telegram.base.ids import full_name
from channels.telegram.base.json_access import Json, decimal, ident, number, obj, objects, text
from channels.telegram.base.phrases import phrase
from channels.telegram.updates import service_messages


@dataclass(frozen=True, slots=True)
class Content:
    """`kind` is Telegram's field. `note`: nobody's request, only something that happened."""

    kind: str
    text: str = ""
    html: str | None = None
    note: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


# Telegram's other fields of a message: they say where, when and by whom, never what.
ABOUT = frozenset(
    re.split(
        r"\s+",
        """message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag date guest_query_id business_connection_id chat forward_origin forward_from forward_from_chat
    forward_from_message_id forward_signature forward_sender_name forward_date is_topic_message is_automatic_forward
    reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot
    guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content is_from_offline is_paid_post
    media_group_id author_signature paid_star_count entities caption_entities link_preview_options
    suggested_post_info effect_id show_caption_above_media has_media_spoiler reply_markup""",
    )
)
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SIMPLE = ("animation", "video", "video_note", "voice", "audio", "document", "live_photo", "photo")


def content(message: Json, language: str) -> Content:
    """What this message says; a kind never seen before is a note that names it."""
    for kind, read in _READERS:
        if kind in message:
            parsed = read(message, language)
            return Content(
                kind,
                parsed.text,
                parsed.html,
                parsed.note,
                {"content": kind, **parsed.details},
            )
    event = service_messages.event(message, language)
    if event is not None:
        kind, words, details = event
        return Content(kind, words, note=True, details={"event": kind, **details})
    unknown = sorted(item for item in message if item not in ABOUT)
    unknown = [item for item in unknown if item != "caption"]
    name = text({"name": unknown[0]}, "name", 60) if unknown else "empty message"
    caption = text(message, "caption")
    if caption and not unknown:
        return Content("text", caption, html(caption, objects(message, "caption_entities")))
    details = {"event": "unsupported", "unsupported": name}
    return Content("unsupported", f"unsupported: {name}\n{caption}".strip(), note=not caption, details=details)


def _text(message: Json, language: str) -> Content:
    words = text(message, "text")
    return Content("text", words, html(words, objects(message, "entities")))


def _media(message: Json, language: str) -> Content:
    caption = text(message, "caption")
    kind = next((item for item in _SIMPLE if item in message), "")
    inside = obj(message, kind)
    details: dict[str, Any] = {
        name: value for name in ("duration", "width", "height") if (value := number(inside, name)) is not None
    }
    if kind == "audio":
        details |= {name: named for name in ("title", "performer") if (named := text(inside, name, 300))}
    return Content(kind, caption, html(caption, objects(message, "caption_entities")), details=details)


def _sticker(message: Json, language: str) -> Content:
    inside = obj(message, "sticker")
    return Content("sticker", text(inside, "emoji", 40), details={
        "emoji": text(inside, "emoji", 40), "set": text(inside, "set_name", 100),
        "moves": inside.get("is_animated") is True or inside.get("is_video") is True,
    })  # fmt: skip


def _paid(message: Json, language: str) -> Content:
    inside = obj(message, "paid_media")
    price = phrase(language, "paid_media", stars=number(inside, "star_count") or 0)
    caption = text(message, "caption")
    return Content("paid_media", f"{price}\n{caption}".strip(), details={"stars": number(inside, "star_count")})


def _contact(message: Json, language: str) -> Content:
    inside = obj(message, "contact")
    digits = "".join(
        character for character in text(inside, "phone_number", 60) if character.isascii() and character.isdigit()
    )
    international = digits.removeprefix("00")  # with its country, as Telegram keeps numbers
    phone = f"+{international}" if international and not international.startswith("0") else digits
    own = ident(inside, "user_id")
    verified = bool(_NUMBER.fullmatch(phone)) and bool(own) and own == ident(obj(message, "from"), "id")
    name = full_name(inside)
    details = {"contact": {"name": name, "phone": phone, "user": own, "verified": verified}}
    if verified:
        details["phone"] = {"number": phone, "verified": True}
    return Content("contact", f"☎ {name} {phone}".strip(), details=details)


def _place(message: Json) -> tuple[str, dict[str, Any]]:
    where = obj(message, "location")
    latitude, longitude = decimal(where, "latitude"), decimal(where, "longitude")
    if latitude is None or longitude is None:
        return "📍", {}
    link = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    return f"📍 {latitude}, {longitude}", {"latitude": latitude, "longitude": longitude, "map": link}


def _location(message: Json, language: str) -> Content:
    words, details = _place(message)
    period = number(obj(message, "location"), "live_period")
    if period:
        return Content("location", f"{words} · {phrase(language, 'live')}", details={**details, "live_seconds": period})
    return Content("location", words, details=details)


def _venue(message: Json, language: str) -> Content:
    inside = obj(message, "venue")
    words, details = _place(inside)
    named = [text(inside, "title", 300), text(inside, "address", 300), words]
    return Content("venue", "\n".join(item for item in named if item), details=details)


def _poll(message: Json, language: str) -> Content:
    return Content("poll", poll_text(obj(message, "poll")), details={"poll": ident(obj(message, "poll"), "id")})


def poll_text(poll: Json) -> str:
    """A poll as lines: the question, then each choice with its votes."""
    options = [f"• {text(item, 'text', 300)} ({number(item, 'voter_count') or 0})" for item in objects(poll, "options")]
    head = [f"📊 {text(poll, 'question', 600)}", text(poll, "description", 2000)]
    return "\n".join([*(item for item in head if item.strip()), *options])


def _dice(message: Json, language: str) -> Content:
    inside = obj(message, "dice")
    value = number(inside, "value")
    emoji = text(inside, "emoji", 40) or "🎲"
    return Content("dice", f"{emoji} {value if value is not None else ''}".strip(), details={"value": value})


def _game(message: Json, language: str) -> Content:
    inside = obj(message, "game")
    parts = [f"🎮 {text(inside, 'title', 300)}", text(inside, "description", 1000), text(inside, "text")]
    return Content("game", "\n".join(part for part in parts if part.strip()))


def _story(message: Json, language: str) -> Content:
    inside = obj(message, "story")
    who = full_name(obj(inside, "chat"))
    return Content("story", f"📖 {phrase(language, 'story', who=who)}", details={"story": ident(inside, "id")})


def _checklist(message: Json, language: str) -> Content:
    inside = obj(message, "checklist")
    return Content("checklist", "\n".join([f"☑ {text(inside, 'title', 600)}", *service_messages.tasks(inside)]))


def _rich(message: Json, language: str) -> Content:
    return Content("rich_message", "\n".join(lines(objects(obj(message, "rich_message"), "blocks"))).strip())


def _app_data(message: Json, language: str) -> Content:
    inside = obj(message, "web_app_data")
    return Content("web_app_data", f"{text(inside, 'button_text', 200)}: {text(inside, 'data', 4096)}")


def _invoice(message: Json, language: str) -> Content:
    inside = obj(message, "invoice")
    lines = [f"🧾 {text(inside, 'title', 300)}", text(inside, "description", 1000), service_messages.money(inside)]
    return Content("invoice", "\n".join(item for item in lines if item.strip()))


_READERS: tuple[tuple[str, Callable[[Json, str], Content]], ...] = (
    ("text", _text),
    ("rich_message", _rich),
    ("sticker", _sticker),
    *((kind, _media) for kind in _SIMPLE),
    ("paid_media", _paid),
    ("contact", _contact),
    ("venue", _venue),  # a venue holds its location beside it
    ("location", _location),
    ("poll", _poll),
    ("dice", _dice),
    ("game", _game),
    ("story", _story),
    ("checklist", _checklist),
    ("web_app_data", _app_data),
    ("invoice", _invoice),
)
