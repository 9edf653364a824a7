"""Updates that are nobody's message: members, boosts, polls, payments, business connections. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from telegram.constants import ChatMemberStatus, ChatType, ReactionType

from channels.contract import Inbound, Reachability, Thread
from channels.telegram.base.ids import NOWHERE, Place, address, full_name, message_key, place
from channels.telegram.base.json_access import Json, ident, moment, number, obj, objects, text
from channels.telegram.base.phrases import WORDS, phrase
from channels.telegram.updates.content import poll_text
from channels.telegram.updates.service_messages import money
from channels.telegram.updates.update_context import UpdateContext

_GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
_NO_EMOJI = {ReactionType.CUSTOM_EMOJI.value: "✨", ReactionType.PAID.value: "⭐"}
_PEOPLE = ("user", "from", "voter_chat", "actor_chat", "sender_chat")


def somebody(value: Json) -> Json:
    """The person or chat that caused an event, from whichever field names it; {} when none does."""
    for holder in (value, obj(value, "boost"), obj(obj(value, "boost"), "source"), obj(value, "source")):
        for field in _PEOPLE:
            if ident(obj(holder, field), "id"):
                return obj(holder, field)
    return obj(value, "chat") if ident(obj(value, "chat"), "id") else {}


def note(
    context: UpdateContext,
    update: str,
    words: str,
    details: Mapping[str, Any],
    *,
    who: Json,
    where: Place | None,
    value: Json | None = None,
) -> Inbound:
    """A line for the timeline that asks for nothing."""
    own = ident(who, "id")
    return Inbound(
        kind="note",
        external_id=f"{context.account}:{update}",
        author=address(context.account, own, full_name(who))
        if own
        else address(context.account, NOWHERE, context.account),
        text=words,
        sent_at=moment(value or {}, "date"),
        thread=Thread(conversation=where.key if where else own or NOWHERE),
        automatic=True,
        details=details,
    )


def event(update: Json, name: str, context: UpdateContext) -> Inbound | None:
    """What an update tells that is neither message, tap nor reaction; None: a kind never seen."""
    for kind, read in _READERS.items():
        if kind in update:
            value = obj(update, kind)
            words, details = read(value, context)
            inbound = note(
                context,
                name,
                words or f"unsupported: {kind}",
                {"event": kind, **details},
                who=somebody(value),
                where=place(value),
                value=value,
            )
            return replace(inbound, reachability=_reachability(kind, value, context))
    if "message_reaction_count" in update:
        return _counts(obj(update, "message_reaction_count"), name, context)
    return None


Read = tuple[str, dict[str, Any]]


def _my_member(value: Json, context: UpdateContext) -> Read:
    status = text(obj(value, "new_chat_member"), "status", 30)
    named = _standing(status, context)
    if text(obj(value, "chat"), "type") == ChatType.PRIVATE:
        if status in _GONE:
            return phrase(context.language, "blocked"), {"event": "blocked"}
        return phrase(context.language, "unblocked"), {"event": "unblocked"}
    gone = {"event": "bot_removed"} if status in _GONE else {}
    details = {"status": status, **gone}
    return phrase(context.language, "bot_member", chat=full_name(obj(value, "chat")), status=named), details


def _reachability(kind: str, value: Json, context: UpdateContext) -> Reachability | None:
    """Whether the bot may write to the person of a private chat from now on; None: this says nothing of it."""
    if kind != "my_chat_member" or text(obj(value, "chat"), "type") != ChatType.PRIVATE:
        return None
    if text(obj(value, "new_chat_member"), "status", 30) in _GONE:
        return Reachability(False, phrase(context.language, "unreachable"))
    return Reachability(True)


def _standing(status: str, context: UpdateContext) -> str:
    """What somebody is in a chat, in words; as Telegram says it when it is new."""
    return phrase(context.language, f"status_of_{status}") if f"status_of_{status}" in WORDS else status


def _member(value: Json, context: UpdateContext) -> Read:
    changed = obj(value, "new_chat_member")
    status = text(changed, "status", 30)
    who = full_name(obj(changed, "user"))
    return phrase(
        context.language, "member", who=who, status=_standing(status, context), chat=full_name(obj(value, "chat"))
    ), {"status": status}


def _join(value: Json, context: UpdateContext) -> Read:
    who, chat = full_name(obj(value, "from")), full_name(obj(value, "chat"))
    return phrase(context.language, "join_request", who=who, chat=chat, bio=text(value, "bio", 300)), {}


def _connection(value: Json, context: UpdateContext) -> Read:
    on = value.get("is_enabled") is True
    rights = obj(value, "rights")
    may = rights.get("can_reply") is True or value.get("can_reply") is True
    return phrase(context.language, "business_on" if on else "business_off"), {
        "business": text(value, "id", 100), "enabled": on, "can_reply": may,
    }  # fmt: skip


def _deleted(value: Json, context: UpdateContext) -> Read:
    listed = value.get("message_ids")
    ids = [item for item in listed if isinstance(item, int)][:100] if isinstance(listed, list) else []
    business = text(value, "business_connection_id", 100)
    targets = [message_key(context.account, {"chat": obj(value, "chat"), "message_id": item}, business) for item in ids]
    return phrase(context.language, "deleted", count=len(ids)), {"deleted": targets, "business": business}


def _boost(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "boost", chat=full_name(obj(value, "chat"))), {}


def _unboost(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "unboost", chat=full_name(obj(value, "chat"))), {}


def _inline(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "inline_query", query=text(value, "query", 300)), {}


def _chosen(value: Json, context: UpdateContext) -> Read:
    return phrase(
        context.language, "inline_result", query=text(value, "query", 300) or text(value, "result_id", 100)
    ), {}


def _shipping(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "shipping", payload=text(value, "invoice_payload", 200)), {}


def _checkout(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "checkout", amount=money(value), payload=text(value, "invoice_payload", 200)), {}


def _purchased(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "purchased", payload=text(value, "paid_media_payload", 200)), {}


def _poll(value: Json, context: UpdateContext) -> Read:
    return poll_text(value), {"poll": ident(value, "id")}


def _vote(value: Json, context: UpdateContext) -> Read:
    chosen = value.get("option_ids")
    options = [item + 1 for item in chosen if isinstance(item, int)][:100] if isinstance(chosen, list) else []
    details = {"poll": ident(value, "poll_id"), "options": options}
    if not options:
        return phrase(context.language, "unvoted"), details
    return phrase(context.language, "voted", options=", ".join(map(str, options))), details


def _managed(value: Json, context: UpdateContext) -> Read:
    return phrase(context.language, "managed_bot", bot=full_name(obj(value, "bot"))), {}


_READERS: Mapping[str, Callable[[Json, UpdateContext], Read]] = {
    "my_chat_member": _my_member,
    "chat_member": _member,
    "chat_join_request": _join,
    "business_connection": _connection,
    "deleted_business_messages": _deleted,
    "chat_boost": _boost,
    "removed_chat_boost": _unboost,
    "inline_query": _inline,
    "chosen_inline_result": _chosen,
    "shipping_query": _shipping,
    "pre_checkout_query": _checkout,
    "purchased_paid_media": _purchased,
    "poll": _poll,
    "poll_answer": _vote,
    "managed_bot": _managed,
}


def reaction_text(kind: Json) -> str:
    """One reaction as text: its emoji, or a sign for those that have none."""
    return text(kind, "emoji", 40) or _NO_EMOJI.get(text(kind, "type", 30), "❔")


def _counts(value: Json, update: str, context: UpdateContext) -> Inbound:
    """Anonymous reactions to a post, counted."""
    counted = (
        (reaction_text(obj(item, "type")), number(item, "total_count") or 0) for item in objects(value, "reactions")
    )
    where = place(value)
    return Inbound(
        kind="reaction",
        external_id=f"{context.account}:{update}",
        author=address(context.account, ident(obj(value, "chat"), "id") or NOWHERE, full_name(obj(value, "chat"))),
        text=" ".join(f"{emoji} {count}" for emoji, count in counted) or "0",
        sent_at=moment(value, "date"),
        thread=Thread(conversation=where.key if where else NOWHERE),
        target=message_key(context.account, value) or None,
        gesture=True,
        details={"event": "reaction_count"},
    )
