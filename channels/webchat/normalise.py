"""What a visitor sent, as it was kept → `Inbound`. Pure: the same bytes give the same result."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any

from channels.contract import Address, Attachment, Delivery, Inbound, SurveyAnswer, Thread, Unreadable

NAMED = ("name", "email")
KINDS = ("msg", "survey", "read", "wish", "transcript")
_NEVER = '@\\s<>,;:"()\\[\\]\\\\\u200e\u200f\u202a-\u202e\u2066-\u2069'  # in no address that people have
MAIL = re.compile(rf"[^{_NEVER}]{{1,64}}@[^{_NEVER}]{{1,190}}\.[^{_NEVER}.]{{2,60}}")


def order_key(raw: bytes) -> str:
    """The conversation."""
    try:
        return str(json.loads(raw)["conversation"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def normalise(raw: bytes, team: str = "") -> Inbound:
    """Understand what was kept; `team` is the one of its site. Raises Unreadable."""
    try:
        said = json.loads(raw)
        frame, site, conversation = said["frame"], str(said["site"]), str(said["conversation"])
        kind, cid = frame["t"], str(frame["cid"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"this is no message of the web chat: {type(error).__name__}") from None
    if not conversation or kind not in KINDS:
        raise Unreadable(f"the web chat has no messages of the kind {str(kind)[:40]!r}")
    common: dict[str, Any] = {
        "external_id": f"{conversation}:{cid}",
        "author": Address(f"webchat:{site}:{conversation}", str(said.get("name") or ""), bool(said.get("user"))),
        "sent_at": _moment(said.get("at")),
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
            kind="wish", wish="person" if frame.get("wish") == "person" else "end", also=_also(said), **common
        )
    if kind == "transcript":
        return Inbound(kind="wish", wish="transcript", also=(_wanted(said, frame),), **common)
    return Inbound(
        kind="message", text=str(frame.get("text") or ""), attachments=_files(said.get("files")), also=_also(said),
        wants_person=bool(frame.get("person")), details=_details(said, frame), **common,
    )  # fmt: skip


def _also(said: dict[str, Any]) -> tuple[Address, ...]:
    """Where else this person is reached. What a form was filled in with is nobody's word but theirs."""
    found: dict[str, Address] = {}
    for email, sure in ((said.get("vouched"), True), (said.get("email"), False)):
        if email and MAIL.fullmatch(str(email).strip()):
            address = f"email:{str(email).strip().lower()}"
            found.setdefault(address, Address(address, str(said.get("name") or ""), sure))
    phone = e164(str((said.get("profile") or {}).get("phone") or ""))
    if phone:
        found[f"phone:{phone}"] = Address(f"phone:{phone}", str(said.get("name") or ""))
    return tuple(found.values())


def _wanted(said: dict[str, Any], frame: dict[str, Any]) -> Address:
    email = str(frame.get("email") or "").strip().lower()
    return Address(f"email:{email}", str(said.get("name") or ""), email == str(said.get("vouched") or "").lower())


def e164(text: str) -> str:
    """A telephone number as the whole world writes it, or nothing; without a country it is Iran's."""
    if not any(one.isdigit() for one in text):
        return ""
    import phonenumbers  # loads more than most chats need

    try:
        found = phonenumbers.parse(text, "IR")
    except phonenumbers.NumberParseException:
        return ""
    return (
        phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_possible_number(found)
        else ""
    )


def _answer(frame: dict[str, Any]) -> SurveyAnswer:
    score = frame.get("score")
    return SurveyAnswer(
        token=str(frame.get("survey") or ""), score=score if score in ("happy", "neutral", "sad") else None,
        reasons=tuple(str(one) for one in frame.get("reasons") or ()), words=str(frame.get("words") or ""),
    )  # fmt: skip


def _details(said: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """What the agent is shown beside the words: the page, who they say they are, that they want a person."""
    page = said.get("page") or {}
    profile = said.get("profile") or {}
    found = {
        "page": page.get("url"), "page_title": page.get("title"), "referrer": page.get("referrer"),
        "email": said.get("email"), "user": said.get("user"), "address": said.get("address"),
        "fields": {key: value for key, value in profile.items() if key not in NAMED},
        "wants_person": bool(frame.get("person")), "offline": bool(frame.get("offline")),
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _files(given: Any) -> list[Attachment]:
    found = []
    for one in given or ():
        try:
            content = base64.b64decode(one["content"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            found.append(Attachment("file", "application/octet-stream", None, 0, problem="it arrived damaged"))
            continue
        found.append(Attachment(str(one.get("name") or "file"), str(one.get("type") or ""), content, len(content)))
    return found


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
