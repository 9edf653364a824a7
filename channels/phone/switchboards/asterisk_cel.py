"""Asterisk's channel event log (CEL), relayed as JSON by the manager interface or by a small script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading, believable
from channels.phone.switchboards.asterisk_fields import NOWHERE, epoch, line, whole

Fields = Mapping[str, str]


def read(fields: Fields, received_at: datetime | None) -> Reading:
    """What one event of the log says; `fields` have small letters. Raises NotACall without a call's id."""
    call = fields.get("linkedid") or fields.get("uniqueid") or ""
    if not call:
        raise NotACall("the event names no call: neither LinkedID nor UniqueID")
    at = _time(fields) or received_at
    return Reading(call, list(_facts(fields, call, at)), "asterisk")


def _facts(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    name, leg = fields.get("eventname", "").upper(), fields.get("uniqueid", "")
    app, data = fields.get("application", ""), fields.get("appdata", "")
    end, outside = line(fields.get("channel", ""), fields.get("context", ""))
    caller, exten = fields.get("calleridnum", ""), fields.get("exten", "")
    main = leg == call
    if name == "CHAN_START" and main:
        yield Fact(
            what="opened", at=at, leg=leg, main=True, end=end, outside=outside, number=caller,
            name=fields.get("calleridname", ""), to=exten, placed=exten in NOWHERE,
        )  # fmt: skip
    elif name == "CHAN_START":
        yield Fact(what="dialled", at=at, leg=leg, by=call, end=end, outside=outside, number=caller)
    elif name == "ANSWER" and (not main or app == "AppDial2"):
        yield Fact(
            what="dial_ended", at=at, leg=leg, by="" if main else call, main=main, placed=main, end=end,
            outside=outside, status="answered", number=caller if outside and not main else "",
        )  # fmt: skip
    elif name == "APP_START" and app == "Queue":
        yield Fact(what="queued", at=at, queue=data.split(",")[0])
    elif name == "APP_END" and app == "Queue":
        yield Fact(what="left_queue", at=at)
    elif name == "APP_START" and app in ("MixMonitor", "VoiceMail"):
        yield Fact(what="recorded" if app == "MixMonitor" else "voicemail", at=at)
    elif name in ("HANGUP", "CHAN_END"):
        yield from _ended(fields, leg, at, main=main, answered_by=end)
    elif name == "LINKEDID_END":
        yield Fact(what="over", at=at)
    elif name in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
        yield Fact(what="transferred", at=at)
    if main and name not in ("CHAN_START", "ANSWER"):
        yield Fact(what="seen", at=at, leg=leg, main=True, number=caller, to=exten)


def _ended(fields: Fields, leg: str, at: datetime | None, *, main: bool, answered_by: str) -> Iterable[Fact]:
    extra = _extra(fields.get("extra", ""))
    source = str(extra.get("hangupsource", ""))
    by = ""
    if source and source == fields.get("channel"):
        by = "agent" if answered_by else "caller"
    yield Fact(what="hung_up", at=at, leg=leg, main=main, status=by, wait_s=whole(str(extra.get("hangupcause", ""))))


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return extra if isinstance(extra, dict) else {}


def _time(fields: Fields) -> datetime | None:
    text = fields.get("eventtime", "")
    stamp = epoch(text) or epoch(fields.get("timestamp"))
    if stamp is not None:
        return stamp
    try:
        fromisoformat = datetime.fromisoformat(text)
    except ValueError:
        return None
    return believable(fromisoformat) if fromisoformat.tzinfo else None
