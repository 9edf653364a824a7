"""Customers on Telegram, as the updates they cause."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.telegram.bot_api_chats import NOW


def lately() -> datetime:
    """A minute after everything was sent."""
    return datetime.fromtimestamp(NOW + 60, UTC)


@dataclass
class Sara:
    """A person in a private chat with the bot, or in the group `chat`."""

    id: int = 7001
    name: str = "Sara"
    language: str = "en"
    chat: dict[str, Any] | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(50))
    updates: Iterator[int] = field(default_factory=lambda: itertools.count(9000))

    @property
    def person(self) -> dict[str, Any]:
        """As Telegram describes her."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    @property
    def place(self) -> dict[str, Any]:
        """The chat."""
        return self.chat or {"id": self.id, "type": "private", "first_name": self.name}

    def update(self, **kinds: Any) -> dict[str, Any]:
        """An update of any kind."""
        return {"update_id": next(self.updates), **kinds}

    def message(self, **content: Any) -> dict[str, Any]:
        """A message with this content, as it stands within updates."""
        own = {"message_id": next(self.numbers), "date": NOW, "chat": self.place, "from": self.person}
        return {**own, **content}

    def sends(self, **content: Any) -> dict[str, Any]:
        """She sends something."""
        return self.update(message=self.message(**content))

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        """She writes; commands are marked as Telegram marks them."""
        if text.startswith("/"):
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self.sends(text=text, **more)

    def sticker(self, emoji: str, file_id: str = "STICKER") -> dict[str, Any]:
        """She sends a sticker."""
        return self.sends(
            sticker={
                "file_id": file_id, "file_unique_id": f"u{file_id}", "type": "regular", "width": 512, "height": 512,
                "is_animated": False, "is_video": False, "emoji": emoji,
            }
        )  # fmt: skip

    def taps(self, message: dict[str, Any], label: str = "", data: str | None = None) -> dict[str, Any]:
        """She taps the button of a message by `label` or by its data."""
        keys = [key for row in message.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
        data_of_button = (
            data if data is not None else next(key["callback_data"] for key in keys if label in key["text"])
        )
        query = {
            "id": f"q{next(self.numbers)}",
            "from": self.person,
            "message": message,
            "chat_instance": "1",
            "data": data_of_button,
        }
        return self.update(callback_query=query)

    def reacts(self, message_id: int, *emojis: str) -> dict[str, Any]:
        """She reacts to a message."""
        new = [{"type": "emoji", "emoji": one} for one in emojis]
        return self.update(
            message_reaction={
                "chat": self.place, "message_id": message_id, "user": self.person, "date": NOW, "old_reaction": [],
                "new_reaction": new,
            }
        )  # fmt: skip

    def blocks(self, status: str = "kicked", bot: int = 700) -> dict[str, Any]:
        """She blocks or unblocks the bot."""
        user = {"id": bot, "is_bot": True, "first_name": "Dalan"}
        banned = {"until_date": 0} if status == "kicked" else {}
        return self.update(
            my_chat_member={
                "chat": self.place, "from": self.person, "date": NOW,
                "old_chat_member": {"user": user, "status": "member"},
                "new_chat_member": {"user": user, "status": status, **banned},
            }
        )  # fmt: skip
