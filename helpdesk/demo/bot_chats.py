"""The chats of the demo's bot as its customers' phones hold them; kept in one file so that a restart forgets nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BOT = {"id": 700, "is_bot": True, "first_name": "دالان", "username": "dalan_demo_bot"}
MOST = 400  # messages that are kept
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with Telegram."""

    id: int
    name: str
    language: str

    @property
    def person(self) -> Message:
        """As Telegram describes them."""
        first, _, last = self.name.partition(" ")
        return {"id": self.id, "is_bot": False, "first_name": first, "last_name": last, "language_code": self.language}


@dataclass
class Chats:
    """Every message, by chat and number; what the bot was not told yet; files by their id."""

    folder: Path
    now: Callable[[], datetime]
    messages: list[Message] = field(default_factory=list)
    updates: list[Message] = field(default_factory=list)
    last_message: int = 100
    last_update: int = 5000

    def load(self) -> None:
        """What an earlier run left."""
        path = self.folder / "chats.json"
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            self.messages, self.updates = kept["messages"], kept["updates"]
            self.last_message, self.last_update = kept["last"]

    def save(self) -> None:
        """Keep everything."""
        del self.messages[:-MOST]
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"messages": self.messages, "updates": self.updates, "last": [self.last_message, self.last_update]}
        half = self.folder / "chats.half"
        half.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        half.replace(self.folder / "chats.json")

    def of(self, chat: int) -> Iterator[Message]:
        """The messages of a chat, oldest first."""
        return (message for message in self.messages if message["chat"]["id"] == chat)

    def find(self, chat: int, number: int) -> Message | None:
        """One message."""
        return next((message for message in self.of(chat) if message["message_id"] == number), None)

    def seconds(self) -> int:
        """Now, as Telegram writes it."""
        return int(self.now().timestamp())

    def place(self, who: Mapping[str, Any], chat: Mapping[str, Any], **content: Any) -> Message:
        """Put a new message into a chat."""
        self.last_message += 1
        made = {
            "message_id": self.last_message,
            "date": self.seconds(),
            "chat": dict(chat),
            "from": dict(who),
            **content,
        }
        self.messages.append(made)
        return made

    def push_update(self, **kind: Any) -> None:
        """Something the bot is to hear of."""
        self.last_update += 1
        self.updates.append({"update_id": self.last_update, **kind})
        self.save()

    def store_file(self, content: bytes, kind: str, name: str) -> Message:
        """Keep a file; gives what messages say of it."""
        self.last_message += 1
        own = f"F{self.last_message}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / own).write_bytes(content)
        return {
            "file_id": own, "file_unique_id": f"u{own}", "file_size": len(content), "mime_type": kind, "file_name": name,
        }  # fmt: skip

    def content(self, file_id: str) -> bytes | None:
        """What is in a file."""
        path = self.folder / file_id
        known = file_id[:1] == "F" and file_id[1:].isdecimal()
        return path.read_bytes() if known and path.is_file() else None

    def when(self, message: Mapping[str, Any]) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(message["date"], UTC)


@dataclass(frozen=True)
class Phone:
    """A customer's telephone: whatever is done on it, the bot is told."""

    chats: Chats
    owner: Customer

    @property
    def _chat(self) -> Message:
        return {"id": self.owner.id, "type": "private", "first_name": self.owner.name}

    def writes(self, text: str, *, answers: int | None = None) -> None:
        """A text; commands are marked as Telegram marks them."""
        more: Message = {}
        if text.startswith("/"):
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        answered = self.chats.find(self.owner.id, answers) if answers else None
        if answered is not None:
            more["reply_to_message"] = {name: item for name, item in answered.items() if name != "reply_to_message"}
        self._sends(text=text, **more)

    def photo(self, content: bytes, *, caption: str = "", album: str = "") -> None:
        """A picture, alone or as part of an album."""
        file = self.chats.store_file(content, "image/png", "photo.png")
        more = {**({"caption": caption} if caption else {}), **({"media_group_id": album} if album else {})}
        self._sends(photo=[{**file, "width": 480, "height": 360}], **more)

    def voice(self, content: bytes, seconds: int = 2) -> None:
        """Something spoken."""
        self._sends(voice={**self.chats.store_file(content, "audio/wav", "voice.wav"), "duration": seconds})

    def sticker(self, content: bytes, emoji: str) -> None:
        """A sticker."""
        file = self.chats.store_file(content, "image/webp", "sticker.webp")
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        self._sends(sticker={**file, **shape, "emoji": emoji})

    def edits(self, number: int, text: str) -> None:
        """An own message says something else from now on."""
        message = self.chats.find(self.owner.id, number)
        if message is not None and message["from"]["id"] == self.owner.id and "text" in message:
            message |= {"text": text, "edit_date": self.chats.seconds()}
            self.chats.push_update(edited_message=message)

    def edits_last(self, text: str) -> None:
        """The newest own text says something else."""
        own = [
            message
            for message in self.chats.of(self.owner.id)
            if message["from"]["id"] == self.owner.id and "text" in message
        ]
        if own:
            self.edits(own[-1]["message_id"], text)

    def taps(self, number: int, data: str) -> None:
        """A button of the bot's message."""
        message = self.chats.find(self.owner.id, number)
        if message is not None and data in buttons_of(message):
            self.chats.last_message += 1
            query = {"id": f"q{self.chats.last_message}", "from": self.owner.person, "message": message,
                     "chat_instance": str(self.owner.id), "data": data}  # fmt: skip
            self.chats.push_update(callback_query=query)

    def taps_first(self, place: int) -> None:
        """The button at this place of the newest message that has any."""
        messages = [message for message in self.chats.of(self.owner.id) if buttons_of(message)]
        if messages:
            self.taps(messages[-1]["message_id"], list(buttons_of(messages[-1]))[place])

    def _sends(self, **content: Any) -> None:
        self.chats.push_update(message=self.chats.place(self.owner.person, self._chat, **content))


def buttons_of(message: Mapping[str, Any]) -> dict[str, str]:
    """data -> label of the buttons below a message."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard") or ()
    return {key["callback_data"]: key["text"] for row in rows for key in row if "callback_data" in key}
