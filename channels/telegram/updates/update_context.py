"""The context of an update: the bot it came to and its settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UpdateContext:
    """The bot an update came to. `secret` None: signatures of buttons are not checked (for looking at files)."""

    account: str = "bot"
    bot_id: str = ""  # its own user id, to know its echoes
    secret: bytes | None = None
    language: str = "fa"  # of the words that stand for what has none
    team: str | None = None  # whose bot it is
