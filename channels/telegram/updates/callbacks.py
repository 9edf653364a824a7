"""Callback queries, reactions, and survey answers sent as a message. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram.constants import MessageEntityType

from channels.contract import Inbound, SurveyAnswer, Thread
from channels.telegram.base.ids import NOWHERE, address, author, full_name, message_key, place
from channels.telegram.base.json_access import Json, ident, moment, obj, objects, text
from channels.telegram.base.phrases import phrase
from channels.telegram.sending import buttons
from channels.telegram.updates.emoji_faces import Score, face_of
from channels.telegram.updates.membership_events import note, reaction_text, somebody
from channels.telegram.updates.update_context import UpdateContext
from channels.toolkit.emoji import is_emoji_only

KNOWN = "_pasokh"  # added to an update by us when it is taken in: what was known then. Telegram's own never has it


@dataclass(frozen=True, slots=True)
class Known:
    """The survey a chat was asked last. `newest`: nothing was said to the chat since."""

    token: str
    question: str = ""  # its message
    newest: bool = False
    person: str = ""  # who was asked; "": whoever the private chat is with

    def is_asked(self, person: str, chat: str) -> bool:
        """Whether it is this one's answer that is wanted: in a group others read along."""
        return bool(person) and person == (self.person or chat)


def known_survey(update: Json) -> Known | None:
    """What was known of a survey when the update was taken in."""
    inside = obj(obj(update, KNOWN), "survey")
    token = text(inside, "token", 60)
    if not token:
        return None
    return Known(token, ident(inside, "question"), inside.get("newest") is True, text(inside, "person", 40))


def read_tap(query: Json, update: str, context: UpdateContext) -> Inbound:
    """A button was tapped: an answer to our survey, or a note of which button it was."""
    message, who = obj(query, "message"), obj(query, "from")
    where, data = place(message), text(query, "data", 200)
    person = ident(who, "id")
    button = buttons.read(context.secret, data, chat=ident(obj(message, "chat"), "id"), person=person)
    details: dict[str, Any] = {"event": "button", "button": data, "of": message_key(context.account, message)}
    if button is not None and button.genuine and button.score is not None:
        return Inbound(
            kind="survey_answer",
            external_id=f"{context.account}:{update}",
            author=address(context.account, person, full_name(who)),
            text=_label(message, data) or button.score,
            thread=Thread(conversation=where.key if where else person or NOWHERE),
            survey=SurveyAnswer(token=button.token, score=button.score),
            details={"event": "button"},
        )
    label = _label(message, data) or text(query, "game_short_name", 100) or data or "?"
    if button is not None:
        details = {"event": "button" if button.genuine else "forged_button", "of": details["of"]}
    return note(context, update, phrase(context.language, "button", label=label), details, who=who, where=where)


def _label(message: Json, data: str) -> str:
    return next((text(key, "text", 100) for key in _keys(message) if data and key.get("callback_data") == data), "")


def _keys(message: Json) -> Iterator[Json]:
    rows = obj(message, "reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        yield from (item for item in row if isinstance(item, dict)) if isinstance(row, list) else ()


def reaction(value: Json, update: str, context: UpdateContext, known: Known | None) -> Inbound:
    """An emoji was put on a message or taken away."""
    new = [reaction_text(item) for item in objects(value, "new_reaction")]
    old = [reaction_text(item) for item in objects(value, "old_reaction")]
    who, where = somebody(value), place(value)
    score = face_of("".join(new))
    own = ident(who, "id")
    asked = known is not None and known.question != "" and known.question == ident(value, "message_id")
    asked = asked and known is not None and known.is_asked(own, ident(obj(value, "chat"), "id"))
    return Inbound(
        kind="survey_answer" if asked and score else "reaction",
        external_id=f"{context.account}:{update}",
        author=address(context.account, own or NOWHERE, full_name(who) or context.account),
        text=" ".join(new) or "−" + " ".join(old),
        sent_at=moment(value, "date"),
        thread=Thread(conversation=where.key if where else own or NOWHERE),
        target=message_key(context.account, value) or None,
        gesture=True,
        survey=SurveyAnswer(token=known.token, score=score) if asked and score and known else None,
        details={"new": new, "old": old},
    )


def answer_in(message: Json, update: str, context: UpdateContext, known: Known | None) -> Inbound | None:
    """An answer to a survey that came as a message: a face, a sticker, or the reasons asked for. None: it is none."""
    answered = obj(message, "reply_to_message")
    chat, person = ident(obj(message, "chat"), "id"), ident(obj(message, "from"), "id")
    words = text(message, "text").strip()
    token = _survey_of_reasons(answered, context, chat, person)
    if token is not None and words:
        return _answer(message, update, context, SurveyAnswer(token=token, words=words), words)
    emoji = text(obj(message, "sticker"), "emoji", 40) or (words if is_emoji_only(words) else "")
    score = face_of(emoji) if emoji else None
    if score is None:
        return None
    token = _survey_of_buttons(answered, context, chat, person)
    if token is None and known is not None and known.is_asked(_speaker(message), chat):
        on_it = bool(answered) and ident(answered, "message_id") == known.question
        token = known.token if on_it or (known.newest and not answered) else None
    return _answer(message, update, context, SurveyAnswer(token=token, score=score), emoji) if token else None


def _speaker(message: Json) -> str:
    return ident(obj(message, "sender_chat"), "id") or ident(obj(message, "from"), "id")


def _survey_of_buttons(answered: Json, context: UpdateContext, chat: str, person: str) -> str | None:
    """The survey whose buttons hang on the message that is answered."""
    pressed = (
        buttons.read(context.secret, text(key, "callback_data", 200), chat=chat, person=person)
        for key in _keys(answered)
    )
    return next((item.token for item in pressed if item is not None and item.genuine), None)


def _survey_of_reasons(answered: Json, context: UpdateContext, chat: str, person: str) -> str | None:
    """The survey whose reasons the answered message asked for."""
    if obj(answered, "from").get("is_bot") is not True:
        return None
    links = (
        text(item, "url", 300)
        for item in objects(answered, "entities")
        if text(item, "type") == MessageEntityType.TEXT_LINK
    )
    tokens = (buttons.read_reason(context.secret, link, chat=chat, person=person) for link in links)
    return next((item for item in tokens if item is not None), None)


def _answer(message: Json, update: str, context: UpdateContext, survey: SurveyAnswer, words: str) -> Inbound:
    where = place(message)
    return Inbound(
        kind="survey_answer",
        external_id=message_key(context.account, message) or f"{context.account}:{update}",
        author=author(context.account, message),
        text=words,
        sent_at=moment(message, "date"),
        thread=Thread(conversation=where.key if where else NOWHERE),
        gesture=True,
        survey=survey,
        details={"content": "sticker" if obj(message, "sticker") else "text"},
    )


def is_candidate(update: Json) -> bool:
    """Whether an update may answer a survey, so that it is worth asking which one: a cheap look."""
    if obj(update, "message_reaction"):
        return True
    message = obj(update, "message") or obj(update, "business_message")
    return bool(obj(message, "sticker")) or is_emoji_only(text(message, "text", 100))


__all__ = ["KNOWN", "Known", "Score", "answer_in", "is_candidate", "known_survey", "reaction", "read_tap"]
