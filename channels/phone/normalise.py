"""Normalisation: a stored webhook to calls, survey answers or text messages. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from channels.contract import Address, Inbound, SurveyAnswer, Unreadable
from channels.phone.calls import recordings
from channels.phone.calls.build_record import reduce
from channels.phone.calls.call_events import NotACall, Reading, fact_of, iso
from channels.phone.calls.phone_numbers import number
from channels.phone.phrases import call_subject
from channels.phone.settings import PhoneSettings
from channels.phone.sms import sms_inbound
from channels.phone.switchboards.adapters import understand
from channels.phone.web.webhook_request import webhook_of

DIRECTIONS = {"inbound": "incoming", "outbound": "outgoing"}  # the desk's words
SURE = {"opened", "queued", "connected", "completed", "voicemail", "dialled", "dial_ended"}


def envelope(provider: str, content_type: str, body: str, received_at: datetime) -> bytes:
    """How an event is kept: with what is needed to understand it again, without what proved it."""
    kept = {"provider": provider, "headers": {"content-type": content_type}, "body": body,
            "received_at": iso(received_at)}  # fmt: skip
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def normalise(settings: PhoneSettings, account: str, raw: bytes) -> list[Inbound]:
    """The calls, keypad answers or text messages in what was kept. Raises `Unreadable` saying why not."""
    try:
        kept = json.loads(raw)
        if not isinstance(kept, Mapping):
            raise NotACall("this is no event of a switchboard")
        if account == "sms":
            again = bool(kept.get("again"))
            return sms_inbound.understand(settings, webhook_of(kept), str(kept.get("answers") or ""), again=again)
        if "files_of" in kept:
            return [_with_files(settings, account, _of_call(kept["files_of"]))]
        source = settings.source(account)
        hook = webhook_of(kept, source.options) if source else webhook_of(kept)
        earlier = [fact_of(item) for item in kept.get("earlier") or ()]
        known = [Reading(item.call_id, [*item.facts, *earlier], item.provider) for item in understand(hook)]
        return [item for reading in known for item in _inbound(settings, account, reading)]
    except (ValueError, OverflowError, RecursionError) as error:  # NotACall is one
        raise Unreadable(f"This event of the switchboard can't be understood: {error}") from None


def call_files(call: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """The call once more, for its files alone: they are complete when it is over. None: it has none, or goes on."""
    files = [str(attachment.remote) for attachment in recordings.attachments(call, None)]
    if call.get("status") != "ended" or not files:
        return None
    key = hashlib.sha256(repr(files).encode()).hexdigest()[:16]
    facts = {name: call[name] for name in ("call_id", "provider", "facts")}
    return key, json.dumps({"files_of": facts}, ensure_ascii=False, separators=(",", ":")).encode()


def _of_call(plain: Mapping[str, Any]) -> Reading:
    return Reading(str(plain["call_id"]), [fact_of(fact) for fact in plain["facts"]], str(plain.get("provider", "")))


def _with_files(settings: PhoneSettings, account: str, reading: Reading) -> Inbound:
    record = reduce([reading], region=settings.region, area=settings.area)
    inbound = next(iter(_inbound(settings, account, reading)))
    return replace(inbound, attachments=recordings.attachments(inbound.call, record.ended_at))


def stands(settings: PhoneSettings, reading: Reading) -> bool:
    """Whether this alone tells whose call it is. What does not is handed on with the next event that does."""
    return _author(settings, reading, call_of(settings, [reading])) is not None


def _author(settings: PhoneSettings, reading: Reading, call: Mapping[str, Any], name: str = "") -> Address | None:
    """The customer, when that is sure: not of our own surveys, nor of calls among colleagues."""
    who = call["customer"]
    sure = any(fact.what in SURE or fact.summary.get("direction") for fact in reading.facts)
    if not sure or call["kind"] == "survey" or call["direction"] not in DIRECTIONS.values():
        return None
    if (who is None and call["direction"] == "outgoing") or _ours(settings, who):
        return None
    return Address(address(who, name or reading.call_id), call["name"])


def _name(settings: PhoneSettings, account: str, call_id: str) -> str:
    """What the desk calls a call: switchboards count alike, so those after the first put their own name before it."""
    further = [source.name for source in settings.sources[1:]]
    return f"{account}:{call_id}" if account in further else call_id


def _inbound(settings: PhoneSettings, account: str, reading: Reading) -> Iterable[Inbound]:
    call, name = call_of(settings, [reading]), _name(settings, account, reading.call_id)
    who, author = call["customer"], _author(settings, reading, call, name)
    direction = next((ours for ours, desk in DIRECTIONS.items() if desk == call["direction"]), None)
    yield Inbound(
        kind="call",
        external_id=name,
        author=author,
        subject=call_subject(settings.language, direction, who),
        call=call,
        reply_via=call["to"] if direction == "inbound" else None,
    )
    yield from _keys(settings, name, reading)


def _keys(settings: PhoneSettings, name: str, reading: Reading) -> Iterable[Inbound]:
    """A key pressed when asked for an opinion: at the end of the customer's call, or in a call of its own."""
    for fact in reading.facts:
        key = number(fact.status) or ""
        if fact.what == "survey" and key in settings.survey.keys:
            answer = SurveyAnswer(token=fact.text or None, call=name, score=settings.survey.keys[key])
            yield Inbound(kind="survey_answer", external_id=f"{name}:survey", survey=answer)


def _ours(settings: PhoneSettings, who: str | None) -> bool:
    return who is not None and who in {
        number(own_number, region=settings.region) for own_number in settings.own_numbers
    }


def address(who: str | None, call_id: str) -> str:
    """A hidden caller is somebody else each time: the call names them."""
    return f"phone:anonymous:{call_id}" if who in (None, "anonymous") else f"phone:{who}"


def call_of(settings: PhoneSettings, readings: Iterable[Reading]) -> dict[str, Any]:
    """The record in the desk's words, with the facts it was made of, so that later ones can be added."""
    known = list(readings)
    record = reduce(known, region=settings.region, area=settings.area)
    plain = record.as_json()
    facts = {fact.order: fact for reading in known for fact in reading.facts}
    return {
        **plain, "direction": DIRECTIONS.get(record.direction or "", record.direction),
        "agents": record.agents or [item for item in (record.agent_ext,) if item],  # who called, too, so that it is theirs
        "address": address(record.customer, record.call_id), "facts": [facts[key].as_json() for key in sorted(facts)],
        "score": settings.survey.keys.get(number((record.survey or {}).get("Rate")) or ""),
    }  # fmt: skip


def merge_call(settings: PhoneSettings, known: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a call from two parts of its facts: the same whichever came first, and however often."""
    both = [_of_call({"facts": (), **part}) for part in (known, new) if part.get("call_id")]
    return call_of(settings, both)
