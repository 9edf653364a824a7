"""Normalisation: an update of the Bot API to `Inbound`s. Pure; nothing raises and nothing is dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from channels.contract import Inbound, Unreadable
from channels.telegram.base.ids import NOWHERE, place
from channels.telegram.base.json_access import Json, ident, loads, obj, text
from channels.telegram.updates import callbacks, commands, membership_events, message_updates
from channels.telegram.updates.update_context import UpdateContext

MESSAGES = ("message", "channel_post", "business_message", "guest_message")
EDITS = ("edited_message", "edited_channel_post", "edited_business_message")
CALLBACK = "callback_query"
REACTION = "message_reaction"


@dataclass(frozen=True, slots=True)
class Understood:
    """The result of an update. `ignored`: why nothing of it is shown."""

    things: Sequence[Inbound] = field(default=())
    ignored: str | None = None


def normalise(raw: bytes, context: UpdateContext) -> list[Inbound]:
    """Understand an update. Raises `Unreadable` when it is not even a JSON object."""
    return list(understand(read(raw), context).things)


def read(raw: bytes) -> Json:
    """The update as an object. Raises `Unreadable`."""
    try:
        update = loads(raw)
    except ValueError as error:
        raise Unreadable(f"this is not JSON: {error}") from None
    if not isinstance(update, dict):
        raise Unreadable("this is not a JSON object")
    return update


def understand(update: Json, context: UpdateContext) -> Understood:
    """The inbound messages in an update."""
    understood = _by_kind(update, context)
    if context.team is None:
        return understood
    return replace(understood, things=tuple(replace(inbound, team=context.team) for inbound in understood.things))


def _by_kind(update: Json, context: UpdateContext) -> Understood:
    for kind in MESSAGES:
        if kind in update:
            return _message(update, context, kind)
    for kind in EDITS:
        if kind in update:
            changed = obj(update, kind)
            if obj(changed, "sender_business_bot"):  # the desk changed it, and knows
                return Understood(ignored=message_updates.why_ignored(changed, context))
            return _understood(message_updates.edit(changed, _id(update), context))
    if CALLBACK in update:
        return _understood(callbacks.read_tap(obj(update, CALLBACK), _id(update), context))
    if REACTION in update:
        return _understood(
            callbacks.reaction(obj(update, REACTION), _id(update), context, callbacks.known_survey(update))
        )
    return _understood(membership_events.event(update, _id(update), context) or _unknown(update, context))


def _message(update: Json, context: UpdateContext, kind: str) -> Understood:
    message = obj(update, kind)
    why = message_updates.why_ignored(message, context)
    if why is not None:
        return Understood(ignored=why)
    answer = callbacks.answer_in(message, _id(update), context, callbacks.known_survey(update))
    if answer is not None:
        return _understood(answer)
    return Understood(commands.split_request(message, message_updates.message(message, _id(update), context)))


def _understood(inbound: Inbound) -> Understood:
    return Understood((inbound,))


def _id(update: Json) -> str:
    own = ident(update, "update_id")
    return f"u{own}" if own else "u" + hashlib.sha256(repr(update).encode("utf-8", "replace")).hexdigest()[:32]


def _unknown(update: Json, context: UpdateContext) -> Inbound:
    """A kind of update that did not exist when this was written."""
    kinds = sorted(item for item in update if item not in ("update_id", callbacks.KNOWN))
    name = text({"name": kinds[0]}, "name", 60) if kinds else "empty update"
    value = obj(update, kinds[0]) if kinds else {}
    return membership_events.note(
        context,
        _id(update),
        f"unsupported: {name}",
        {"event": "unsupported", "unsupported": name},
        who=membership_events.somebody(value),
        where=place(value),
    )


def fingerprint(raw: bytes) -> str | None:
    """Hash of what an update is about and says. Names and file ids, which Telegram renews, are left out."""
    try:
        update = loads(raw)
    except ValueError:
        return None
    if not isinstance(update, dict):
        return None
    content = {key: _gist(value) for key, value in update.items() if key not in ("update_id", callbacks.KNOWN)}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()


def _gist(value: object) -> object:
    """What stays the same of a part of an update, however often Telegram tells it."""
    if not isinstance(value, dict):
        return value
    plain = {name: item for name, item in value.items() if isinstance(item, str | int | float)}
    people = {name: ident(value[name], "id") for name in ("chat", "from", "user") if isinstance(value.get(name), dict)}
    return {**plain, **people, "emoji": value.get("new_reaction")}


def order_key(raw: bytes) -> str:
    """The conversation an update belongs to; what can't be told comes with what belongs to no chat."""
    try:
        update = loads(raw)
    except ValueError:
        return ""
    return order_key_of(update) if isinstance(update, dict) else ""


def order_key_of(update: Json) -> str:
    """Same as `order_key`, of an update already read."""
    for key in update:
        inside = obj(update, key)
        where = place(inside) or place(obj(inside, "message"))
        if where is not None:
            return where.key
        who = ident(membership_events.somebody(inside), "id")
        if who:
            return who
    return NOWHERE
