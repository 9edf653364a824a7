"""The raw form of a visitor's message, as the desk stores it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.webchat.chat.chat_files import StoredFile
from channels.webchat.wire.connection import Connection


def raw_message(
    connection: Connection, frame: Mapping[str, Any], now: datetime, file: tuple[StoredFile, bytes] | None
) -> bytes:
    """What is handed to the desk for one frame: the frame, who sent it and from where, as JSON."""
    assert connection.visitor is not None
    assert connection.room is not None
    who = connection.visitor
    raw: dict[str, Any] = {
        "v": 1, "frame": dict(frame), "site": connection.room.site, "conversation": connection.room.id, "at": now.isoformat(),
        "name": who.name, "email": who.email, "user": who.user, "vouched": who.vouched, "profile": dict(who.profile),
        "page": dict(connection.page), "address": connection.address,
    }  # fmt: skip
    if file is not None:
        kept, content = file
        raw["files"] = [{"name": kept.name, "type": kept.type, "content": base64.b64encode(content).decode()}]
    return json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace")
