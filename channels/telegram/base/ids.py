"""Identifiers of people, chats and messages of a bot. Pure.

A conversation is `<chat>`, `<chat>/<topic>`, `<chat>/d<direct messages topic>`, each with `@<business connection>` behind it where there is one.
A message is `<account>:<conversation's chat>:<message id>`, an address `telegram:<account>:<user>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.contract import Address
from channels.telegram.base.json_access import Json, ident, number, obj, text

NOWHERE = "bot"  # conversation of what belongs to no chat
_CONVERSATION = re.compile(r"(-?\d+)(?:/(d?)(\d+))?(?:@(.+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said, and where an answer goes."""

    chat: int
    topic: int | None = None
    direct_topic: int | None = None
    business: str | None = None

    @property
    def key(self) -> str:
        """The conversation's key."""
        topic = f"/{self.topic}" if self.topic else f"/d{self.direct_topic}" if self.direct_topic else ""
        return f"{self.chat}{topic}" + (f"@{self.business}" if self.business else "")

    @property
    def is_group(self) -> bool:
        """Whether others read along."""
        return self.chat < 0


def place_of(key: str) -> Place | None:
    """The place a conversation's key names, or None."""
    match = _CONVERSATION.fullmatch(key)
    if match is None:
        return None
    topic = int(match[3]) if match[3] else None
    return Place(
        int(match[1]), topic=None if match[2] else topic, direct_topic=topic if match[2] else None, business=match[4]
    )


def place(message: Json) -> Place | None:
    """Where a message stands; None when its chat is not said."""
    chat = number(obj(message, "chat"), "id")
    if chat is None:
        return None
    in_topic = message.get("is_topic_message") is True or obj(message, "chat").get("is_forum") is True
    topic = number(message, "message_thread_id") if in_topic else None  # elsewhere it is only a thread of replies
    return Place(
        chat,
        topic=topic,
        direct_topic=number(obj(message, "direct_messages_topic"), "topic_id"),
        business=text(message, "business_connection_id", 100) or None,
    )


def message_key(account: str, message: Json, business: str = "") -> str:
    """The id of a message, unique in the whole channel; "" when it has none."""
    chat, own = ident(obj(message, "chat"), "id"), ident(message, "message_id")
    if not chat or not own:
        return ""
    business = business or text(message, "business_connection_id", 100)
    return f"{account}:{chat}{'@' + business if business else ''}:{own}"


def split_key(key: str) -> tuple[str, str, int] | None:
    """A message's id as (account, chat with its business connection, number); None when it is not one of these."""
    account, _, rest = key.partition(":")
    chat, _, own = rest.rpartition(":")
    return (account, chat, int(own)) if account and chat and own.isdecimal() else None


def address(account: str, person: str, name: str = "") -> Address:
    """Where one customer of this bot is reached. Telegram vouches for who it is."""
    return Address(f"telegram:{account}:{person}", name, verified=True)


def full_name(person: Json) -> str:
    """A person's or chat's name as Telegram shows it; the user name failing that."""
    name = " ".join(item for item in (text(person, "first_name", 200), text(person, "last_name", 200)) if item.strip())
    user = text(person, "username", 100)
    return name.strip() or text(person, "title", 300).strip() or (f"@{user}" if user else "")


def author(account: str, message: Json) -> Address | None:
    """Who sent a message: the person, or the chat for which an administrator spoke."""
    chat = obj(message, "sender_chat")
    who = chat if ident(chat, "id") else obj(message, "from")
    if not ident(who, "id"):
        who = obj(message, "chat")
    return address(account, ident(who, "id"), full_name(who)) if ident(who, "id") else None
