"""Texts of the bot: welcome, ticket status, thanks for a number. Pure; always marked as automatic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from channels.telegram.base.ids import Place, full_name
from channels.telegram.base.json_access import Json, number, obj, text
from channels.telegram.base.phrases import digits, phrase
from channels.telegram.sending.render import Call, target
from channels.telegram.settings import Bot
from channels.telegram.updates.content import content
from channels.telegram.updates.message_files import LARGEST_DOWN
from channels.telegram.updates.message_updates import command

_STATES = ("new", "open", "waiting", "on_hold", "resolved", "closed")
_MOST_TICKETS = 5
_LONGEST_SUBJECT = 60
COMMANDS = ("start", "status", "human", "end")


def language_of(person: Json, bot: Bot) -> str:
    """The language to speak to somebody in."""
    code = text(person, "language_code", 12)[:2].lower()
    return (
        code if code in ("fa", "en") else "fa" if code in ("ar", "ps", "ku", "tg") else "en" if code else bot.language
    )


def commands(language: str) -> list[dict[str, str]]:
    """What Telegram shows behind the bot's menu button."""
    return [{"command": item, "description": phrase(language, f"command_{item}")} for item in COMMANDS]


def wants_tickets(message: Json) -> bool:
    """Whether the answer depends on how the customer's requests stand."""
    order = command(message)
    return order is not None and order[0] == "status"


def answer(
    message: Json, where: Place, bot: Bot, *, desk: str, tickets: Sequence[Mapping[str, Any]] = ()
) -> Call | None:
    """The bot's own answer to a message; None: this one is for people. Only in private chats."""
    if where.is_group or where.business is not None:
        return None
    person = obj(message, "from")
    language = language_of(person, bot)
    order = command(message)
    if order is not None and order[0] in (*COMMANDS, "help"):
        reply, keyboard = _to_command(order[0], person, bot, language, desk, tickets)
        return _say(where, reply, language, keyboard)
    if "contact" in message:
        card = content(message, language).details.get("contact", {})
        own = isinstance(card, dict) and card.get("verified")
        return _say(
            where, phrase(language, "number_thanks" if own else "number_stranger"), language, {"remove_keyboard": True}
        )
    large = too_large(message)
    return _say(where, phrase(language, "too_large_told", name=large), language, None) if large is not None else None


def too_large(message: Json) -> str | None:
    """The name of a file that Telegram will not hand over, or None."""
    for field in ("document", "video", "audio", "animation", "voice", "video_note"):
        file = obj(message, field)
        if (number(file, "file_size") or 0) > LARGEST_DOWN:
            return text(file, "file_name", 100) or field
    return None


def _to_command(
    order: str, person: Json, bot: Bot, language: str, desk: str, tickets: Sequence[Mapping[str, Any]]
) -> tuple[str, dict[str, Any] | None]:
    if order in ("start", "help"):
        hours = bot.hours.get(language, "")
        own = bot.welcome.get(language)
        name = text(person, "first_name", 100)
        if own is not None:
            welcome = own.replace("{name}", name).replace("{desk}", desk).replace("{hours}", hours)
        else:
            welcome = phrase(language, "welcome", name=name, desk=desk, hours=hours).replace("\n\n", "\n")
        return welcome, _share(language) if bot.ask_number and order == "start" else None
    if order == "status":
        return _how_they_stand(tickets, language), None
    return phrase(language, order), None


def _share(language: str) -> dict[str, Any]:
    key = {"text": phrase(language, "share_number"), "request_contact": True}
    return {"keyboard": [[key]], "resize_keyboard": True, "one_time_keyboard": True}


def _how_they_stand(tickets: Sequence[Mapping[str, Any]], language: str) -> str:
    """The customer's own requests, newest first, a line each."""
    if not tickets:
        return phrase(language, "status_none")
    lines = [_line(ticket, language) for ticket in tickets[:_MOST_TICKETS]]
    return "\n".join([phrase(language, "status_head"), *lines, "", phrase(language, "status_more")])


def _line(ticket: Mapping[str, Any], language: str) -> str:
    subject = " ".join(str(ticket.get("subject") or "").split())
    subject = subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1].rstrip()}…"
    status = str(ticket.get("status"))
    state = phrase(language, f"state_{status if status in _STATES else 'open'}")
    name = "status_line" if subject else "status_bare"
    return phrase(language, name, number=digits(str(ticket.get("number", "")), language), subject=subject, state=state)


def _say(where: Place, reply: str, language: str, keyboard: dict[str, Any] | None) -> Call:
    mark = phrase(language, "automatic")
    base = {**target(where), "reply_markup": keyboard, "link_preview_options": {"is_disabled": True}}
    html = f"{escape(reply, quote=False)}\n\n<i>{escape(mark, quote=False)}</i>"
    return Call(
        "sendMessage", {**base, "text": html, "parse_mode": "HTML"}, plain={**base, "text": f"{reply}\n\n{mark}"}
    )


def reason_call(where: Place, language: str, link: str) -> Call:
    """The question for reasons. The link in it names the survey: an answer to this message carries it back."""
    question = phrase(language, "why_sad")
    base = target(where)
    markup = {"force_reply": True, "selective": True, "input_field_placeholder": phrase(language, "write_here")[:64]}
    html = f'<a href="{escape(link, quote=True)}">☹️</a> {escape(question, quote=False)}'
    return Call(
        "sendMessage",
        {
            **base,
            "text": html,
            "parse_mode": "HTML",
            "reply_markup": markup,
            "link_preview_options": {"is_disabled": True},
        },
    )


def greeting_name(me: Json) -> str:
    """What the bot calls itself."""
    return full_name(me)
