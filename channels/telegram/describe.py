"""JSON description of an update, for `run.py telegram show`."""

from __future__ import annotations

import json
from typing import Any

from channels.contract import Inbound
from channels.telegram.base.json_access import ident, loads, number
from channels.telegram.normalise import read, understand
from channels.telegram.updates.library_reading import refusal
from channels.telegram.updates.update_context import UpdateContext


def describe(raw: bytes) -> dict[str, Any]:
    """Everything found in an update, JSON-serialisable. Raises `Unreadable` when it is not a JSON object."""
    update = read(raw)
    understood = understand(update, UpdateContext())
    return {
        "update_id": number(update, "update_id")
        if number(update, "update_id") is not None
        else ident(update, "update_id") or None,
        "entries": [_entry(inbound) for inbound in understood.things],
        "ignored": understood.ignored,
        **({"refused_by_library": refused} if (refused := refusal(update)) else {}),
    }


def updates(raw: bytes) -> list[bytes]:
    """The updates of a file: one, a list of them, an answer of getUpdates, or one a line. Anything else is one, as it is."""
    try:
        content = loads(raw)
    except ValueError:
        lines = [line for line in raw.splitlines() if line.strip()]
        return lines if len(lines) > 1 and any(_is_object(line) for line in lines) else [raw]
    if isinstance(content, dict) and isinstance(content.get("result"), list):
        content = content["result"]
    return [json.dumps(item).encode("ascii") for item in content] if isinstance(content, list) else [raw]


def _quote(inbound: Inbound) -> dict[str, str] | None:
    """What a message answers, in short."""
    answered = inbound.details.get("answered") or {}
    elsewhere = inbound.details.get("reply_elsewhere") or {}
    words = inbound.details.get("quote") or answered.get("text") or ""
    who = answered.get("who") or elsewhere.get("from") or ""
    return {"who": who, "text": words} if words or who else None


def _is_object(line: bytes) -> bool:
    """Whether a line is whole by itself: then those beside it are lines too, however broken."""
    try:
        return isinstance(loads(line), dict)
    except ValueError:
        return False


def _entry(inbound: Inbound) -> dict[str, Any]:
    answered = inbound.thread.remote_ids
    entry = {
        "kind": inbound.kind,
        "text": inbound.text,
        "attachments": [
            {
                "name": attachment.name,
                "type": attachment.content_type,
                "size": attachment.size,
                "problem": attachment.problem,
            }
            for attachment in inbound.attachments
        ],
        "reply_to": answered[0] if answered else None,
        "edited": inbound.kind == "edit",
        "chat_key": inbound.moved_to if "moved_from" in inbound.details else inbound.thread.conversation,
        "external_id": inbound.target if inbound.kind == "edit" and inbound.target else inbound.external_id,
        "from": {"address": inbound.author.address, "name": inbound.author.name} if inbound.author else None,
        "sent_at": inbound.sent_at.isoformat().replace("+00:00", "Z") if inbound.sent_at else None,
        "author": inbound.writer,
        "quote": _quote(inbound),
        "gesture": inbound.gesture,
        "html": inbound.html,
        "details": dict(inbound.details),
    }
    if inbound.wish is not None:
        entry["wish"] = inbound.wish
    if inbound.also:
        entry["also"] = [{"address": item.address, "verified": item.verified} for item in inbound.also]
    if inbound.reachability is not None:
        entry["reachability"] = {"reachable": inbound.reachability.reachable, "reason": inbound.reachability.reason}
    more = {"command": inbound.command, "link": inbound.link, "moved_to": inbound.moved_to}
    entry |= {name: value for name, value in more.items() if value is not None}
    if inbound.kind == "reaction":
        entry["of"] = inbound.target
    if inbound.survey is not None:
        entry["survey"] = {"score": inbound.survey.score, "words": inbound.survey.words}
    return entry
