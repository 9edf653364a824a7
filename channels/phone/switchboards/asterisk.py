"""Asterisk, FreePBX, Issabel: events of the manager interface (AMI), relayed as JSON with Asterisk's own field names.

Needs nothing but the events as they are; `timestampevents = yes` in manager.conf makes them independent of the relay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from channels.phone.calls.call_events import Fact, NotACall, Reading
from channels.phone.switchboards import asterisk_cel
from channels.phone.switchboards.asterisk_fields import (
    CDR_STATUS,
    DIAL_STATUS,
    dialled,
    epoch,
    folded,
    line,
    member,
    number_or_none,
    whole,
    zoned,
)

Fields = Mapping[str, str]
LINKED = ("linkedid", "destlinkedid", "transfereelinkedid", "transfererlinkedid", "origtransfererlinkedid",
          "localonelinkedid", "uniqueid", "destuniqueid")  # fmt: skip
VOICEMAIL = {"voicemail", "voicemailmain", "minivmrecord"}


def read(event: Mapping[str, Any], *, received_at: datetime | None = None) -> Reading:
    """What one event says. `received_at` stands in where it has no Timestamp. Raises NotACall without a call's id."""
    fields = folded(event)
    kind = fields.get("event", "").lower()
    if kind == "cel":
        return asterisk_cel.read(fields, received_at)
    call = next((fields[name] for name in LINKED if fields.get(name)), "")
    if not call and kind and kind not in KINDS:
        return Reading("", (), "asterisk")  # of a device or a bridge: no word about a call
    if not call:
        raise NotACall("the event names no call: neither Linkedid nor Uniqueid")
    at = epoch(fields.get("timestamp")) or received_at
    known = KINDS.get(kind)
    facts = list(known(fields, call, at)) if known else []
    if kind != "cdr" and fields.get("uniqueid") == call:
        facts.append(_seen(fields, at))
    return Reading(call, facts, "asterisk")


def _seen(fields: Fields, at: datetime | None) -> Fact:
    end, outside = line(fields.get("channel", ""), fields.get("context", ""))
    return Fact(
        what="seen",
        at=at,
        leg=fields["uniqueid"],
        main=True,
        end=end,
        outside=outside,
        number=fields.get("calleridnum", ""),
        name=fields.get("calleridname", ""),
        to=fields.get("exten", ""),
    )


def _opened(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    if fields.get("uniqueid") != call:
        return
    end, outside = line(fields.get("channel", ""), fields.get("context", ""))
    down = fields.get("channelstate") == "0" or fields.get("channelstatedesc", "").lower() == "down"
    exten = fields.get("exten", "")
    yield Fact(
        what="opened",
        at=at,
        leg=call,
        main=True,
        end=end,
        outside=outside,
        placed=down and exten in ("", "s"),
        number=fields.get("calleridnum", ""),
        name=fields.get("calleridname", ""),
        to=exten,
    )


def _dialled(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    leg, by = fields.get("destuniqueid", ""), fields.get("uniqueid", "")
    end, outside = line(fields.get("destchannel", ""), fields.get("destcontext", ""))
    theirs = "" if leg == call else fields.get("destcalleridnum", "")  # on a placed line that is our own number
    number = dialled(fields.get("dialstring", ""), theirs) if outside else ""
    ended = fields["event"].lower() == "dialend"
    status = DIAL_STATUS.get(fields.get("dialstatus", "").upper(), "failed") if ended else ""
    yield Fact(
        what="dial_ended" if ended else "dialled",
        at=at,
        leg=leg,
        by=by,
        end=end,
        outside=outside,
        main=leg == call,
        placed=not by,
        number=number,
        status=status,
    )


def _agent(fields: Fields) -> str:
    return member(fields.get("interface", "")) or line(fields.get("destchannel", ""))[0]


def _connected(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    yield Fact(
        what="connected",
        at=at,
        leg=fields.get("destuniqueid", ""),
        end=_agent(fields),
        queue=fields.get("queue", ""),
        name=fields.get("membername", ""),
        wait_s=number_or_none(fields.get("holdtime")),
        ring_s=number_or_none(fields.get("ringtime")),
    )


def _completed(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    yield Fact(
        what="completed",
        at=at,
        leg=fields.get("destuniqueid", ""),
        end=_agent(fields),
        queue=fields.get("queue", ""),
        status=fields.get("reason", "").lower(),
        wait_s=number_or_none(fields.get("holdtime")),
        talk_s=number_or_none(fields.get("talktime")),
    )


def _queued(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    yield Fact(what="queued", at=at, queue=fields.get("queue", ""))


def _left(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    gave_up = fields["event"].lower() == "queuecallerabandon"
    yield Fact(
        what="left_queue",
        at=at,
        queue=fields.get("queue", ""),
        status="abandoned" if gave_up else "",
        wait_s=number_or_none(fields.get("holdtime")),
    )


def _hung_up(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    leg = fields.get("uniqueid", "")
    yield Fact(what="hung_up", at=at, leg=leg, main=leg == call, wait_s=whole(fields.get("cause")))


def _transferred(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    yield Fact(what="transferred", at=at, to=fields.get("extension", ""))


def _recorded(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    yield Fact(what="recorded", at=at)


def _variable(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    if fields.get("variable", "").upper() == "MIXMONITOR_FILENAME" and fields.get("value"):
        yield Fact(what="recorded", at=at, text=fields["value"])


def _user_event(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    """Events our dialplan snippet sends; those of others are seen and mean nothing."""
    name = fields.get("userevent", "").lower()
    status = fields.get("queuestatus", "")
    if name == "helpdeskhangup" and status:
        yield Fact(what="moved_on", at=at, status=status)
    elif name == "helpdeskvoicemail":
        if fields.get("recordstatus", "").upper() not in ("SKIP", "ERROR"):
            yield Fact(what="voicemail", at=at, text=fields.get("file", ""))
    elif name == "helpdeskrecording":
        yield Fact(what="recorded", at=at, text=fields.get("file", ""))
    elif name == "queueexitkey":
        yield Fact(what="left_queue", at=at, status="key", text=fields.get("key", ""))
    elif name == "surveyresult":
        yield Fact(what="survey", at=at, text=fields.get("surveyid", ""), status=fields.get("rate", ""))
    elif name == "clicktocall":
        yield Fact(what="told", at=at, summary={"kind": "click_to_call"})


def _billed(fields: Fields, call: str, at: datetime | None) -> Iterable[Fact]:
    """A call detail record: poor in truth (ANSWERED for a voicemail, two rows for a transfer), good for gaps."""
    end, outside = line(fields.get("channel", ""), fields.get("destinationcontext", ""))
    app = fields.get("lastapplication", "").lower()
    main = fields.get("uniqueid") == call
    start = zoned(fields.get("starttime", ""), fields.get("endtime", ""), at)
    if main:
        yield Fact(
            what="seen",
            leg=call,
            main=True,
            end=end,
            outside=outside,
            number=fields.get("source", ""),
            to=fields.get("destination", ""),
            at=start,
        )
        yield Fact(what="over", at=at)
        if app and app not in ("queue", "dial", "appqueue", "appdial"):
            yield Fact(what="moved_on", at=at, text=app)
    if app == "stasis" and "survey" in fields.get("lastdata", "").lower():
        yield Fact(what="told", at=at, summary={"kind": "survey"})
    if app in VOICEMAIL:
        yield Fact(what="voicemail", at=at)
    if fields.get("recordingfile"):
        yield Fact(what="recorded", at=at, text=fields["recordingfile"])
    partner, _ = line(fields.get("destinationchannel", ""))
    status = CDR_STATUS.get(fields.get("disposition", "").upper(), "")
    if fields.get("destinationchannel") and app in ("queue", "dial") and status:
        yield Fact(what="told", at=at, end=partner, summary={"billed": status, "queue": _queue(fields, app)})


def _queue(fields: Fields, app: str) -> str | None:
    name = fields.get("lastdata", "").split(",")[0]
    return name if app == "queue" and name else None


KINDS: dict[str, Callable[[Fields, str, datetime | None], Iterable[Fact]]] = {
    "newchannel": _opened, "dialbegin": _dialled, "dialend": _dialled, "queuecallerjoin": _queued,
    "queuecallerleave": _left, "queuecallerabandon": _left, "agentconnect": _connected, "agentcomplete": _completed,
    "hangup": _hung_up, "blindtransfer": _transferred, "attendedtransfer": _transferred,
    "mixmonitorstart": _recorded, "varset": _variable, "userevent": _user_event, "cdr": _billed,
}  # fmt: skip
