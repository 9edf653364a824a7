"""Durable intake of updates: one by one, in order per conversation, with what was known when they came."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from channels.contract import Desk
from channels.telegram.base.ids import place
from channels.telegram.base.json_access import Json, ident, obj
from channels.telegram.bot import bot_replies
from channels.telegram.bot.bot_replies import BotReplies
from channels.telegram.normalise import order_key_of
from channels.telegram.updates import callbacks

log = logging.getLogger(__name__)


async def accept_update(desk: Desk, account: str, updates: Sequence[Any], after: BotReplies | None) -> int:
    """Make every update durable; only then return how many were new. Whatever isn't an object is kept as well."""
    lines: dict[str, list[Any]] = {}
    for update in updates:
        lines.setdefault(order_key_of(update) if isinstance(update, dict) else "", []).append(update)
    counts = await asyncio.gather(*(_accept_in_order(desk, account, key, line, after) for key, line in lines.items()))
    return sum(counts)


async def _accept_in_order(desk: Desk, account: str, key: str, line: Sequence[Any], after: BotReplies | None) -> int:
    count = 0
    for update in line:
        fresh = await _accept(desk, account, key, update)
        count += fresh
        if after is not None and isinstance(update, dict):
            after.note(update, fresh=fresh)
    return count


async def _accept(desk: Desk, account: str, key: str, update: Any) -> bool:
    if isinstance(update, dict):
        update.pop(callbacks.KNOWN, None)
        await _add_known_survey(desk, account, update)
    raw = json.dumps(update, separators=(",", ":")).encode("ascii")
    own = ident(update, "update_id") if isinstance(update, dict) else ""
    return await desk.accept(account, own or external_id(raw), raw, order_key=key)


def external_id(raw: bytes) -> str:
    """The id of what has none."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


async def _add_known_survey(desk: Desk, account: str, update: dict[str, Any]) -> None:
    """Add the survey the chat was asked, where it may matter."""
    if not callbacks.is_candidate(update):
        return
    where = place(_holder(update))
    try:
        asked = await bot_replies.last_survey(desk, account, where) if where is not None else None
    except Exception:  # it must not keep the update from being safe
        log.exception("what was asked could not be recalled", extra={"bot": account})
        return
    if asked is not None:
        update[callbacks.KNOWN] = {"survey": asked}


def _holder(update: Json) -> Json:
    return next((inside for key in update if (inside := obj(update, key)) and "chat" in inside), {})
