"""Normalisation: a visitor's stored message to an `Inbound`. Pure: the same bytes give the same result."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any

from channels.contract import Address, Attachment, Delivery, Inbound, SurveyAnswer, Thread, Unreadable

NAMED = ("name", "email")
DONE = (
    "t",
    "text",
    "survey",
    "score",
    "reasons",
    "words",
    "wish",
    "email",
    "id",
)  # fields of a frame that say what was done
KINDS = ("msg", "survey", "read", "wish", "transcript")
_NEVER = '@\\s<>,;:"()\\[\\]\\\\\u200e\u200f\u202a-\u202e\u2066-\u2069'  # in no address that people have
MAIL = re.compile(rf"[^{_NEVER}]{{1,64}}@[^{_NEVER}]{{1,190}}\.[^{_NEVER}.]{{2,60}}")


def order_key(raw: bytes) -> str:
    """The conversation."""
    try:
        return str(json.loads(raw)["conversation"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def fingerprint(raw: bytes) -> str | None:
    """Hash of what a visitor did: a client that sends again says the same, whatever page it is on by then."""
    try:
        raw_message = json.loads(raw)
        frame = {key: value for key, value in raw_message["frame"].items() if key in DONE}
        files = [[file.get("name"), file.get("content")] for file in raw_message.get("files") or ()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return hashlib.sha256(json.dumps([frame, files], sort_keys=True).encode("utf-8", "replace")).hexdigest()


def normalise(raw: bytes, team: str = "") -> Inbound:
    """Understand what was kept; `team` is the one of its site. Raises Unreadable."""
    try:
        raw_message = json.loads(raw)
        frame, site, conversation = raw_message["frame"], str(raw_message["site"]), str(raw_message["conversation"])
        kind, cid = frame["t"], str(frame["cid"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"this is no message of the web chat: {type(error).__name__}") from None
    if not conversation or kind not in KINDS:
        raise Unreadable(f"the web chat has no messages of the kind {str(kind)[:40]!r}")
    common: dict[str, Any] = {
        "external_id": f"{conversation}:{cid}",
        "author": Address(
            f"webchat:{site}:{conversation}", str(raw_message.get("name") or ""), bool(raw_message.get("user"))
        ),
        "sent_at": _moment(raw_message.get("at")),
        "thread": Thread(conversation=conversation),
        "reply_via": site,
        "team": team or None,
    }
    if kind == "survey":
        said_why = _answer(frame)  # words that come too late for their survey are a message like any other
        return Inbound(kind="survey_answer", survey=said_why, text=said_why.words, **common)
    if kind == "read":
        return Inbound(kind="delivery", delivery=Delivery("read"), target=str(frame.get("id") or ""), **common)
    if kind == "wish":
        return Inbound(
            kind="wish", wish="person" if frame.get("wish") == "person" else "end", also=_also(raw_message), **common
        )
    if kind == "transcript":
        return Inbound(kind="wish", wish="transcript", also=(_wanted(raw_message, frame),), **common)
    return Inbound(
        kind="message", text=str(frame.get("text") or ""), attachments=_files(raw_message.get("files")), also=_also(raw_message),
        wants_person=bool(frame.get("person")), details=_details(raw_message, frame), **common,
    )  # fmt: skip


def _also(raw_message: dict[str, Any]) -> tuple[Address, ...]:
    """Where else this person is reached. What a form was filled in with is nobody's word but theirs."""
    claims: dict[str, Address] = {}
    for email, sure in ((raw_message.get("vouched"), True), (raw_message.get("email"), False)):
        if email and MAIL.fullmatch(str(email).strip()):
            address = f"email:{str(email).strip().lower()}"
            claims.setdefault(address, Address(address, str(raw_message.get("name") or ""), sure))
    phone = e164(str((raw_message.get("profile") or {}).get("phone") or ""))
    if phone:
        claims[f"phone:{phone}"] = Address(f"phone:{phone}", str(raw_message.get("name") or ""))
    return tuple(claims.values())


def _wanted(raw_message: dict[str, Any], frame: dict[str, Any]) -> Address:
    email = str(frame.get("email") or "").strip().lower()
    return Address(
        f"email:{email}", str(raw_message.get("name") or ""), email == str(raw_message.get("vouched") or "").lower()
    )


def e164(text: str) -> str:
    """A telephone number as the whole world writes it, or nothing; without a country it is Iran's."""
    if not any(character.isdigit() for character in text):
        return ""
    import phonenumbers  # loads more than most chats need

    try:
        parsed = phonenumbers.parse(text, "IR")
    except phonenumbers.NumberParseException:
        return ""
    return (
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_possible_number(parsed)
        else ""
    )


def _answer(frame: dict[str, Any]) -> SurveyAnswer:
    score = frame.get("score")
    return SurveyAnswer(
        token=str(frame.get("survey") or ""), score=score if score in ("happy", "neutral", "sad") else None,
        reasons=tuple(str(reason) for reason in frame.get("reasons") or ()), words=str(frame.get("words") or ""),
    )  # fmt: skip


def _details(raw_message: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """What the agent is shown beside the words: the page, who they say they are, that they want a person."""
    page = raw_message.get("page") or {}
    profile = raw_message.get("profile") or {}
    details = {
        "page": page.get("url"), "page_title": page.get("title"), "referrer": page.get("referrer"),
        "email": raw_message.get("email"), "user": raw_message.get("user"), "address": raw_message.get("address"),
        "fields": {key: value for key, value in profile.items() if key not in NAMED},
        "wants_person": bool(frame.get("person")), "offline": bool(frame.get("offline")),
    }  # fmt: skip
    return {key: value for key, value in details.items() if value}


def _files(given: Any) -> list[Attachment]:
    attachments = []
    for value in given or ():
        try:
            content = base64.b64decode(value["content"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            attachments.append(Attachment("file", "application/octet-stream", None, 0, problem="it arrived damaged"))
            continue
        attachments.append(
            Attachment(str(value.get("name") or "file"), str(value.get("type") or ""), content, len(content))
        )
    return attachments


def _moment(text: Any) -> datetime | None:
    try:
        fromisoformat = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return fromisoformat.astimezone(UTC) if fromisoformat.tzinfo else None
