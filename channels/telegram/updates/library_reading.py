"""A second reading by python-telegram-bot's own types: whether the library can parse an update. For inspection only.

The desk reads updates from their JSON: the library refuses a whole update for one field it misses, checks no types,
and takes longer than everything else in understanding a message (docs/decisions/0014-memory-at-rest.md has figures).
"""

from __future__ import annotations

import telegram

from channels.telegram.base.json_access import Json
from channels.telegram.updates import callbacks


def refusal(update: Json) -> str | None:
    """Why the library can't read this update; None: it can."""
    sent = {name: value for name, value in update.items() if name != callbacks.KNOWN}
    try:
        telegram.Update.de_json(sent, None)
    except Exception as error:  # it does not say what it raises for what is no update
        return f"{type(error).__name__}: {error}"[:300]
    return None
