"""The chats of the fake Bot API: the messages in them and the files it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.telegram import bot_api_checks as checks
from tests.support.telegram.bot_api_checks import File, Refusal

TOKEN = "700:AAAbbbCCCdddEEEfff"
NOW = 1_795_300_000
REACTIONS = frozenset("❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🥱💯🤣💔😐")  # some of the accepted emoji


@dataclass
class Chats:
    """Messages by (chat, number); people who blocked the bot; groups that moved."""

    token: str = TOKEN
    username: str = "pasokh_test_bot"
    now: Callable[[], int] = lambda: NOW
    files: dict[str, bytes] = field(default_factory=dict)  # file id -> content
    messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    rights: dict[str, Any] = field(default_factory=dict)  # additional fields of getMe
    reactions: dict[tuple[int, int], list[str]] = field(default_factory=dict)  # reactions set by the bot
    _next_message: int = 1000

    @property
    def me(self) -> dict[str, Any]:
        """The bot."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Dalan",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            **self.rights,
        }

    def get_file(self, file_id: str) -> dict[str, Any]:
        """The path of a file. Raises Refusal."""
        if file_id not in self.files:
            raise Refusal("Bad Request: invalid file_id")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            raise Refusal("Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": size,
            "file_path": f"documents/{file_id}",
        }

    def message(self, values: Mapping[str, Any], files: Mapping[str, File], kind: str) -> dict[str, Any]:
        """Add a message of the bot to a chat. Raises Refusal."""
        chat = int(values["chat_id"])
        if chat in self.blocked:
            raise Refusal("Forbidden: bot was blocked by the user", 403)
        if chat in self.moved:
            raise Refusal(
                "Bad Request: group chat was upgraded to a supergroup chat", 400, migrate_to_chat_id=self.moved[chat]
            )
        self._next_message += 1
        private = {"id": chat, "type": "private", "first_name": "Sara"}
        made: dict[str, Any] = {
            "message_id": self._next_message, "date": self.now(), "from": self.me,
            "chat": private if chat > 0 else {"id": chat, "type": "supergroup", "title": "Group"},
        }  # fmt: skip
        for field_, entities in (("text", "entities"), ("caption", "caption_entities")):
            if field_ in values:
                plain_text, marks = checks.parsed(values[field_], values.get("parse_mode"))
                made |= {field_: plain_text} | ({entities: marks} if marks else {})
        if "inline_keyboard" in (values.get("reply_markup") or {}):
            made["reply_markup"] = values["reply_markup"]
        if kind != "message":
            made[kind] = self._kept(kind, values, files)
        self.messages[chat, self._next_message] = made
        return made

    def _kept(self, kind: str, values: Mapping[str, Any], files: Mapping[str, File]) -> Any:
        upload = values.get(kind, values.get("media"))
        known = upload if isinstance(upload, str) else ""
        if known and not known.startswith("attach://"):
            if known not in self.files:
                raise Refusal("Bad Request: wrong remote file identifier specified: Wrong string length")
            file_id = known
        else:
            upload = files.get(known.removeprefix("attach://")) if known else files.get(kind)
            assert upload is not None, f"{kind}: no file came"
            file_id = f"F{self._next_message}"
            self.files[file_id] = upload.content
        own: dict[str, Any] = {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": len(self.files[file_id]),
        }
        sized = {"width": 512, "height": 512}
        more: dict[str, dict[str, Any]] = {
            "sticker": {**sized, "type": "regular", "is_animated": False, "is_video": False}, "video": {**sized, "duration": 1},
            "animation": {**sized, "duration": 1}, "voice": {"duration": 1}, "audio": {"duration": 1},
        }  # fmt: skip
        return [{**own, **sized}] if kind == "photo" else {**own, **more.get(kind, {})}

    def edit(self, method: str, values: Mapping[str, Any]) -> Any:
        """Edit the text or buttons of a message. Raises Refusal."""
        found = self.messages.get((int(values["chat_id"]), int(values["message_id"])))
        if found is None:
            raise Refusal("Bad Request: message to edit not found")
        changed = {name: value for name, value in found.items() if name != "reply_markup"}
        for field_, entities, editing in (
            ("text", "entities", "editMessageText"), ("caption", "caption_entities", "editMessageCaption"),
        ):  # fmt: skip
            if method == editing:
                if method == "editMessageText" and "text" not in found:
                    raise Refusal("Bad Request: there is no text in the message to edit")
                plain_text, marks = checks.parsed(values[field_], values.get("parse_mode"))
                changed.pop(entities, None)
                changed |= {field_: plain_text} | ({entities: marks} if marks else {})
        if values.get("reply_markup"):
            changed["reply_markup"] = values["reply_markup"]
        if changed == found:
            raise Refusal(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
            )
        found.clear()
        found.update(changed)
        return found

    def delete(self, values: Mapping[str, Any]) -> bool:
        """Delete a message not older than two days. Raises Refusal."""
        key = (int(values["chat_id"]), int(values["message_id"]))
        found = self.messages.get(key)
        if found is None:
            raise Refusal("Bad Request: message to delete not found")
        if self.now() - found["date"] > 48 * 3600:
            raise Refusal("Bad Request: message can't be deleted for everyone")
        del self.messages[key]
        return True

    def react(self, values: Mapping[str, Any]) -> bool:
        """Set a reaction on a message. Raises Refusal."""
        emojis = [one.get("emoji", "") for one in values.get("reaction", [])]
        if len(emojis) > 1:
            raise Refusal("Bad Request: REACTIONS_TOO_MANY")
        if any(one not in REACTIONS for one in emojis):
            raise Refusal("Bad Request: REACTION_INVALID")
        self.reactions[int(values["chat_id"]), int(values["message_id"])] = emojis
        return True
