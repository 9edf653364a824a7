"""Rendering: an `Outbound` as the Bot API calls that post it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from channels.contract import Attachment, DeliveryError, Face, Outbound
from channels.telegram.base.api import Upload
from channels.telegram.base.ids import Place, place_of, split_key
from channels.telegram.base.phrases import phrase
from channels.telegram.sending import buttons
from channels.telegram.sending.split import LONGEST_CAPTION, LONGEST_TEXT, pieces, units
from channels.telegram.settings import Bot
from channels.telegram.updates.emoji_faces import Score

LARGEST_UP = 50 * 1024 * 1024  # bytes a bot may send
LARGEST_PHOTO = 10 * 1024 * 1024
MOST_IN_ALBUM = 10
EMOJI: Mapping[Score, str] = {"happy": "😀", "neutral": "😐", "sad": "☹️"}
_SAYS_SO = re.compile(
    r"^\W*(?:این پیام خودکار است|This message is automatic|پیام خودکار|Automatic message)", re.IGNORECASE
)
_PHOTOS = ("image/jpeg", "image/png", "image/webp")
_VOICES = ("audio/ogg", "audio/opus", "audio/ogg; codecs=opus")
_SONGS = ("audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a")
_METHODS = {
    "photo": "sendPhoto", "video": "sendVideo", "animation": "sendAnimation", "voice": "sendVoice", "audio": "sendAudio",
    "document": "sendDocument",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `plain`: the same without formatting; `otherwise`: another form where Telegram refuses this one.

    `lost`: name of a file that is left out, because Telegram takes it in no form.
    """

    method: str
    parameters: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)
    plain: Mapping[str, Any] | None = None
    otherwise: tuple[Call, ...] = ()
    lost: str = ""
    weight: int = 1  # messages it makes


def destination_chat(outbound: Outbound) -> Place:
    """The chat it goes to: its conversation, else the person. Raises DeliveryError when there is none."""
    place = place_of(outbound.conversation or "")
    person = outbound.to.address.rpartition(":")[2]
    if place is None and person.lstrip("-").isdecimal():
        place = Place(int(person))
    if place is None:
        raise DeliveryError(f"{outbound.to.address} is no chat of Telegram.", permanent=True)
    return place


def target(where: Place) -> dict[str, Any]:
    """The parameters that name a chat."""
    return {
        "chat_id": where.chat, "message_thread_id": where.topic, "direct_messages_topic_id": where.direct_topic,
        "business_connection_id": where.business,
    }  # fmt: skip


def calls(bot: Bot, outbound: Outbound, where: Place, secret: bytes) -> list[Call]:
    """Everything to be sent, in order. Raises DeliveryError when a file is too large."""
    if outbound.kind == "survey":
        return [_question(outbound, where, secret)]
    for file in outbound.attachments:
        if file.content is None or len(file.content) > LARGEST_UP:
            why = "is larger than 50 MB, more than a bot may send" if file.content is not None else "could not be read"
            raise DeliveryError(f"The file {file.name} {why}. Nothing was sent.", permanent=True)
    base = {**target(where), **_answers(outbound, where)}
    groups = list(_groups(outbound.attachments))
    head, foot = _frame(bot, outbound)
    text = outbound.text.strip()
    if len(groups) == 1 and units(head[0] + text + foot[0]) <= LONGEST_CAPTION:
        return [_media(groups[0], base, (head, text, foot) if text else None)]
    made = list(_texts(text, head, foot, base)) if text else []
    base = {**target(where)} if made else base
    return [*made, *(_media(group, base, None) for group in groups)]


def _frame(bot: Bot, outbound: Outbound) -> tuple[tuple[str, str], tuple[str, str]]:
    """(plain, HTML) of what stands above and below: a person's name, or that nobody wrote it."""
    if outbound.automatic:
        automatic = phrase(outbound.language, "automatic")
        if _SAYS_SO.search(outbound.text):
            return ("", ""), ("", "")
        return ("", ""), (f"\n\n{automatic}", f"\n\n<i>{escape(automatic)}</i>")
    name = _signature(bot, outbound)
    return ((f"{name}\n", f"<b>{escape(name)}</b>\n") if name else ("", "")), ("", "")


def _signature(bot: Bot, outbound: Outbound) -> str:
    """The name that stands above a person's words; "" when none does."""
    return "" if outbound.automatic or not bot.signed else " ".join(outbound.sender_name.split())[:100]


def _texts(text: str, head: tuple[str, str], foot: tuple[str, str], base: Mapping[str, Any]) -> Iterator[Call]:
    room = LONGEST_TEXT - units(foot[0])
    texts = pieces(text, room, first=room - units(head[0]))
    for number, piece in enumerate(texts):
        first, last = number == 0, number == len(texts) - 1
        plain = (head[0] if first else "") + piece + (foot[0] if last else "")
        html = (head[1] if first else "") + escape(piece, quote=False) + (foot[1] if last else "")
        own = base if first else {name: value for name, value in base.items() if name != "reply_parameters"}
        yield Call("sendMessage", {**own, "text": html, "parse_mode": "HTML"}, plain={**own, "text": plain})


def _answers(outbound: Outbound, where: Place) -> dict[str, Any]:
    """In a group, or when an agent chose a message: the answer hangs on the message it answers."""
    chosen = outbound.details.get("reply_to") or (outbound.in_reply_to if where.is_group else None)
    key = split_key(str(chosen)) if chosen else None
    if key is None or key[0] != outbound.account or key[1].partition("@")[0] != str(where.chat):
        return {}
    return {"reply_parameters": {"message_id": key[2], "allow_sending_without_reply": True}}


def _kind(file: Attachment) -> str:
    kind = file.content_type.lower()
    if kind in _PHOTOS and len(file.content or b"") <= LARGEST_PHOTO:
        return "photo"
    if kind == "image/gif":
        return "animation"
    if kind == "video/mp4":
        return "video"
    if kind in _VOICES:
        return "voice"
    return "audio" if kind in _SONGS else "document"


def _groups(files: Sequence[Attachment]) -> Iterator[list[tuple[str, Attachment]]]:
    """Files in the order given; neighbours that Telegram shows together are one album of at most ten."""
    album = {"photo": "seen", "video": "seen", "document": "document", "audio": "audio"}
    group: list[tuple[str, Attachment]] = []
    for file in files:
        kind = _kind(file)
        together = group and album.get(kind) is not None and album.get(group[-1][0]) == album.get(kind)
        if group and not (together and len(group) < MOST_IN_ALBUM):
            yield group
            group = []
        group.append((kind, file))
    if group:
        yield group


Words = tuple[tuple[str, str], str, tuple[str, str]]


def _caption(captions: Words | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """(formatted, plain) parameters of a caption."""
    if captions is None:
        return {}, {}
    head, text, foot = captions
    html = head[1] + escape(text, quote=False) + foot[1]
    return {"caption": html, "parse_mode": "HTML"}, {"caption": head[0] + text + foot[0]}


def _upload(file: Attachment) -> Upload:
    return (file.name, file.content or b"", file.content_type)


def _media(group: list[tuple[str, Attachment]], base: Mapping[str, Any], captions: Words | None) -> Call:
    caption, plain = _caption(captions)
    if len(group) > 1:
        return _album(group, base, captions)
    [(kind, file)] = group
    files = {kind: _upload(file)}
    call = Call(_METHODS[kind], {**base, **caption}, files, plain={**base, **plain} if captions else None)
    other = Call("sendDocument", {**base, **caption}, {"document": _upload(file)}, plain=call.plain)
    if captions:
        other = replace(other, otherwise=_words_alone(file, base, captions))
    return other if kind == "document" else replace(call, otherwise=(other,))


def _words_alone(file: Attachment, base: Mapping[str, Any], captions: Words) -> tuple[Call, ...]:
    """The words of a message whose file Telegram takes in no form."""
    head, text, foot = captions
    return tuple(replace(call, lost=file.name) for call in _texts(text, head, foot, base))


def _album(group: list[tuple[str, Attachment]], base: Mapping[str, Any], captions: Words | None) -> Call:
    caption, plain = _caption(captions)
    files = {f"file{number}": _upload(file) for number, (_, file) in enumerate(group)}

    def media(first: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"type": kind, "media": f"attach://file{number}", **(first if number == 0 else {})}
            for number, (kind, _) in enumerate(group)
        ]

    single = tuple(
        _media([("document", file)], base, None if number else captions) for number, (_, file) in enumerate(group)
    )
    return Call(
        "sendMediaGroup", {**base, "media": media(caption)}, files, plain={**base, "media": media(plain)} if caption else None,
        otherwise=single, weight=len(group),
    )  # fmt: skip


# --- the survey -------------------------------------------------------------------------------------


def _question(outbound: Outbound, where: Place, secret: bytes) -> Call:
    person = outbound.to.address.rpartition(":")[2]
    text = pieces(outbound.text, LONGEST_TEXT - 100)[:1] or ["?"]
    keyboard = faces(outbound.faces, outbound.survey, secret, str(where.chat), person, outbound.language)
    if keyboard is None:
        return Call("sendMessage", {**target(where), "text": text[0]})
    return Call("sendMessage", {**target(where), "text": text[0], "reply_markup": keyboard})


def faces(
    wanted: Sequence[Face], token: str | None, secret: bytes, chat: str, person: str, language: str
) -> dict[str, Any] | None:
    """One row of three faces. Without a token that fits a button they are links to the survey's page; None: neither."""
    row: list[dict[str, Any]] = []
    scores: tuple[Score, ...] = ("happy", "neutral", "sad")
    for score in scores:
        face = next((wanted_face for wanted_face in wanted if wanted_face.score == score), None)
        key: dict[str, Any] = {"text": f"{EMOJI[score]} {face.label}".strip() if face else EMOJI[score]}
        try:
            if token is None:
                raise ValueError
            key["callback_data"] = buttons.data(secret, token=token, score=score, chat=chat, person=person)
        except ValueError:
            if face is None or not face.url.startswith("https://"):
                return None
            key["url"] = face.url
        row.append(key)
    return {"inline_keyboard": [row]}


def chosen(score: Score, token: str, secret: bytes, chat: str, person: str, language: str) -> dict[str, Any]:
    """The keyboard after a tap: the faces are gone, one button brings them back."""
    data = buttons.data(secret, token=token, score=None, chat=chat, person=person)
    return {"inline_keyboard": [[{"text": f"{EMOJI[score]} · {phrase(language, 'change')}", "callback_data": data}]]}
