"""Frames to visitors, in their language: lines, the site's appearance and texts, who is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.webchat.chat.chat_files import Addresses
from channels.webchat.settings import Question, Site, WebchatSettings

LABELS = {
    "name": {"fa": "نام", "en": "Your name"},
    "email": {"fa": "ایمیل", "en": "Email"},
    "phone": {"fa": "تلفن", "en": "Phone"},
}


def words(texts: Mapping[Any, str], lang: str) -> str:
    """The words in this language, else in the other, else nothing."""
    return texts.get(lang) or next(iter(texts.values()), "")


def line(kept: Mapping[str, Any], addresses: Addresses, now: float) -> Mapping[str, Any]:
    """A line of the log as a frame. Files get addresses that are good for a day."""
    if not kept.get("files"):
        return kept
    files = [
        {"name": file["name"], "type": file["type"], "size": file["size"], "url": addresses.address(file, now)}
        for file in kept["files"]
    ]
    return {**kept, "files": files}


def site(own: Site, settings: WebchatSettings, lang: str) -> dict[str, Any]:
    """What the widget needs of a site."""
    return {
        "team": words(own.team, lang), "greeting": words(own.greeting, lang), "promise": words(own.promise, lang),
        "away": words(own.away, lang), "accent": own.accent, "accentDark": own.accent_dark, "side": own.side,
        "before": [question(item, lang) for item in own.before], "offline": [question(item, lang) for item in own.offline],
        "upload": settings.upload_limit, "identity": own.identity,
    }  # fmt: skip


def question(question: Question, lang: str) -> dict[str, Any]:
    """A field of a form."""
    return {
        "name": question.name, "label": words(question.label, lang) or words(LABELS.get(question.name, {}), lang) or question.name,
        "required": question.required,
    }  # fmt: skip


def status(own: Site, agent: str, now: datetime) -> dict[str, Any]:
    """Whether somebody is there now, else when; and who answered last."""
    hours = own.hours.hours() if own.hours is not None else None
    is_open = hours is None or hours.open_at(now)
    back = hours.back_at(now) if hours is not None and not is_open else None
    return {
        "t": "status", "open": is_open, "back": back.isoformat().replace("+00:00", "Z") if back else None,
        "agent": agent or None,
    }  # fmt: skip


def moved(
    before: Mapping[str, Any], after: Mapping[str, Any], own: Site | None, now: datetime
) -> list[Mapping[str, Any]]:
    """Frames for visitors when another process has changed the marks of a conversation."""
    frames: list[Mapping[str, Any]] = []
    for name, by in (("seen", "desk"), ("read", "visitor")):
        if after.get(name, 0) > before.get(name, 0):
            frames.append({"t": "read", "by": by, "seq": after[name]})
    if own is not None and after.get("agent", "") != before.get("agent", ""):
        frames.append(status(own, after.get("agent", ""), now))
    return frames


def reasons(details: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, str]]:
    """Why somebody was not satisfied, as the desk tells it."""
    return [{"key": change["key"], "label": change["words"].get(lang, change["key"])} for change in details]
