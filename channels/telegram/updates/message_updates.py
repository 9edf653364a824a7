"""Message updates: new, edited, posted in a channel, written to a business account. Pure."""

from __future__ import annotations

import re
from typing import Any

from telegram.constants import ChatType, MessageEntityType

from channels.contract import Address, Attachment, Inbound, Thread, Writer
from channels.telegram.base import entities
from channels.telegram.base.ids import NOWHERE, Place, address, author, full_name, message_key, place
from channels.telegram.base.json_access import Json, ident, moment, number, obj, objects, text
from channels.telegram.base.phrases import phrase
from channels.telegram.updates.content import ABOUT, Content, content
from channels.telegram.updates.message_files import files_in, unknown
from channels.telegram.updates.service_messages import EVENTS
from channels.telegram.updates.update_context import UpdateContext

QUIET_COMMANDS = frozenset({"start", "status", "help"})  # answered by the bot itself: they ask nothing of a person
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what Telegram lets a link t.me/<bot>?start=… carry
EXCERPT = 300  # characters kept of a message that is answered
_LETTER = re.compile(r"[^\W\d_]")


def why_ignored(message: Json, context: UpdateContext) -> str | None:
    """Why a message is not shown at all: it is our own that came back. None: it is shown."""
    if obj(message, "sender_business_bot"):
        return "own message sent through the business connection"
    sender = obj(message, "from")
    if context.bot_id and ident(sender, "id") == context.bot_id:
        return "own message"
    if sender.get("is_bot") is True and text(message, "business_connection_id"):
        return "own message sent through the business connection"
    return None


def message(message: Json, update: str, context: UpdateContext) -> Inbound:
    """A new message."""
    parsed, files = _content_and_files(message, context)
    where = place(message)
    details: dict[str, Any] = {**parsed.details, **_around(message, context.language)}
    order = command(message)
    if order is not None and order[0] == "start" and order[1]:
        details["start"] = order[1]
    words, note = parsed.text, parsed.note or (order is not None and order[0] in QUIET_COMMANDS)
    link = details.get("start") if where is None or not where.is_group else None  # in a group anybody may say it
    owner = _owner(message, where)
    if owner is not None:
        words, note = phrase(context.language, "owner", text=words or parsed.kind), True
        details["owner"] = full_name(obj(message, "from"))
    writer = _writer(message, owner)
    if writer == "shop":
        note = True
        details.setdefault("owner", full_name(obj(message, "sender_chat") or obj(message, "chat")))
    if not words and not files:
        words, note = f"unsupported: {parsed.kind}", True
        details["event"] = "unsupported"
    return Inbound(
        kind="note" if note else "message",
        external_id=message_key(context.account, message) or f"{context.account}:{update}",
        author=_author(message, owner, context),
        text=words,
        html=parsed.html,
        sent_at=moment(message, "date"),
        language=_language(message, "" if order is not None else words),
        thread=_thread(message, where, context),
        attachments=files,
        part_of=_album(message, context),
        automatic=obj(message, "from").get("is_bot") is True and not obj(message, "sender_chat"),
        writer=writer, gesture=parsed.kind == "sticker",
        also=_own_number(parsed),
        link=link if link and _TOKEN.fullmatch(link) else None,
        moved_to=_moved(message),
        command=order[0] if order is not None else None,
        details=details,
    )  # fmt: skip


def edit(message: Json, update: str, context: UpdateContext) -> Inbound:
    """An edit: a new version of an earlier message."""
    parsed, files = _content_and_files(message, context)
    where = place(message)
    target = message_key(context.account, message)
    return Inbound(
        kind="edit",
        external_id=f"{target or context.account}:{update}",
        author=_author(message, _owner(message, where), context),
        text=parsed.text or ("" if files else f"unsupported: {parsed.kind}"),
        html=parsed.html,
        sent_at=moment(message, "edit_date") or moment(message, "date"),
        thread=_thread(message, where, context),
        attachments=files,
        target=target or None,
        writer=_writer(message, _owner(message, where)),
        details={**parsed.details, **_around(message, context.language), "edited": True},
    )


def command(message: Json) -> tuple[str, str] | None:
    """(command, what follows it) when a message begins with one."""
    words = text(message, "text")
    marked = any(
        text(item, "type") == MessageEntityType.BOT_COMMAND and number(item, "offset") == 0
        for item in objects(message, "entities")
    )
    match = _COMMAND.fullmatch(words.strip()) if marked else None
    return (match[1].lower(), (match[2] or "").strip()) if match else None


def _content_and_files(message: Json, context: UpdateContext) -> tuple[Content, tuple[Attachment, ...]]:
    parsed = content(message, context.language)
    files = files_in(context.language, message)
    if parsed.kind == "rich_message":
        blocks = entities.media(objects(obj(message, "rich_message"), "blocks"))
        files += tuple(file for block in blocks for file in files_in(context.language, block))
    if parsed.kind == "unsupported":
        new = (unknown(context.language, item, message[item]) for item in sorted(message) if item not in ABOUT)
        files += tuple(file for inside in new for file in inside)
    return parsed, files


def _album(message: Json, context: UpdateContext) -> str | None:
    """The key that the parts of an album share."""
    album = ident(message, "media_group_id")
    return f"{context.account}:{ident(obj(message, 'chat'), 'id')}:album:{album}" if album else None


def _author(message: Json, owner: str | None, context: UpdateContext) -> Address:
    if owner is not None:
        chat = obj(message, "chat")
        return address(context.account, ident(chat, "id"), full_name(chat))
    return author(context.account, message) or address(context.account, NOWHERE, context.account)


def _owner(message: Json, where: Place | None) -> str | None:
    """In a business chat the other one is its owner: what they write is no customer's message."""
    own = ident(obj(message, "from"), "id")
    if where is None or where.business is None or not own or own == str(where.chat):
        return None
    return own


def _writer(message: Json, owner: str | None) -> Writer:
    """Whose words these are. Posts of our channel, their forwards into its group and anonymous administrators are ours.

    Others may write in the name of a channel too: a customer with a channel of their own.
    """
    chat, named = obj(message, "chat"), obj(message, "sender_chat")
    speaks_for_chat = bool(ident(named, "id")) and ident(named, "id") == ident(chat, "id")
    is_post = text(chat, "type") == ChatType.CHANNEL
    if owner is not None or message.get("is_automatic_forward") is True or speaks_for_chat or is_post:
        return "shop"
    return "bot" if obj(message, "from").get("is_bot") is True and not named else "customer"


def _is_topic_opening(message: Json, answered: Json) -> bool:
    """Whether Telegram only names the topic a message stands in, as if it were answered."""
    topic = number(message, "message_thread_id")
    return "forum_topic_created" in answered or (
        message.get("is_topic_message") is True and topic is not None and number(answered, "message_id") == topic
    )


def _answered_words(message: Json, language: str) -> dict[str, str] | None:
    """Who wrote what a message answers, and how it begins: the desk may never have seen it. None: it answers nothing."""
    answered = obj(message, "reply_to_message")
    if not answered or _is_topic_opening(message, answered):
        return None
    parsed = content(answered, language)
    words = " ".join(parsed.text.split()) or parsed.kind
    who = full_name(obj(answered, "sender_chat") or obj(answered, "from"))
    return {"who": who, "text": words[:EXCERPT]}


def _thread(message: Json, where: Place | None, context: UpdateContext) -> Thread:
    answered = obj(message, "reply_to_message")
    opening = _is_topic_opening(message, answered)
    key = (
        message_key(context.account, answered, where.business or "" if where else "")
        if answered and not opening
        else ""
    )
    before = ident(message, "migrate_from_chat_id")
    return Thread(remote_ids=(key,) if key else (), conversation=before or (where.key if where else NOWHERE))


def _own_number(parsed: Content) -> tuple[Address, ...]:
    """The number that its owner sent: Telegram vouches for it. Others' are shown and mean nothing."""
    phone = parsed.details.get("phone")
    return (Address(f"phone:{phone['number']}", verified=True),) if phone else ()


def _moved(message: Json) -> str | None:
    """The new key of a group that became a supergroup; both sides of the move tell it."""
    before = number(message, "migrate_from_chat_id")
    after = number(message, "migrate_to_chat_id") if before is None else number(obj(message, "chat"), "id")
    return str(after) if after is not None else None


def _language(message: Json, words: str) -> str | None:
    """Words speak for themselves; without any, the language of the person's own Telegram."""
    code = text(obj(message, "from"), "language_code", 12)[:2].lower()
    return code if not _LETTER.search(words) and code.isalpha() else None


def _around(message: Json, language: str) -> dict[str, Any]:
    """What the timeline shows beside the words; only what is there."""
    details: dict[str, Any] = {}
    if quoted := text(obj(message, "quote"), "text", 2000):
        details["quote"] = quoted
    if answered := _answered_words(message, language):
        details["answered"] = answered
    if origin := obj(message, "forward_origin"):
        details["forward"] = _origin(origin)
    if elsewhere := obj(message, "external_reply"):
        details["reply_elsewhere"] = _origin(obj(elsewhere, "origin"))
    if story := obj(message, "reply_to_story"):
        details["reply_to_story"] = ident(story, "id")
    for name, field in (
        ("album", "media_group_id"),
        ("business", "business_connection_id"),
        ("signature", "author_signature"),
    ):
        if value := ident(message, field):
            details[name] = value
    chat = obj(message, "chat")
    if text(chat, "type") not in (ChatType.PRIVATE, ""):
        details["chat"] = {"title": text(chat, "title", 300), "type": text(chat, "type", 20)}
    if through := full_name(obj(message, "via_bot")):
        details["via"] = through
    for name, field in (("paid_stars", "paid_star_count"), ("answered_task", "reply_to_checklist_task_id")):
        if (count := number(message, field)) is not None:
            details[name] = count
    if post := obj(message, "suggested_post_info"):
        details["suggested_post"] = {"state": text(post, "state", 30), **_date(post, "send_date")}
    if guest := full_name(obj(message, "guest_bot_caller_user") or obj(message, "guest_bot_caller_chat")):
        details["guest"] = guest
    if message.get("has_media_spoiler") is True:
        details["spoiler"] = True
    new = sorted(item for item in message if item not in ABOUT and item not in _SEEN)
    if new:
        details["unknown_fields"] = [text({"n": item}, "n", 60) for item in new[:10]]
    return details


def _date(holder: Json, field: str) -> dict[str, str]:
    when = moment(holder, field)
    return {"at": when.isoformat()} if when else {}


def _origin(origin: Json) -> dict[str, Any]:
    who = obj(origin, "sender_user") or obj(origin, "sender_chat") or obj(origin, "chat")
    when = moment(origin, "date")
    return {
        "type": text(origin, "type", 30),
        "from": full_name(who) or text(origin, "sender_user_name", 200),
        "at": when.isoformat() if when else None,
    }


_SEEN = (
    frozenset(
        re.split(
            r"\s+",
            """text rich_message sticker animation video video_note voice audio document live_photo photo paid_media contact
    venue location poll dice game story checklist web_app_data invoice caption""",
        )
    )
    | EVENTS.keys()
)
