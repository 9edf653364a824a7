"""Asterisk dialplan posts: the form sent at hang-up, and the key pressed in a survey."""

from __future__ import annotations

from datetime import datetime, timedelta

from channels.phone.calls.call_events import Fact, NotACall, Reading
from channels.phone.switchboards.asterisk_fields import epoch, member
from channels.phone.web.webhook_request import Webhook, moment

TRUE = ("1", "true", "yes")


def read(hook: Webhook) -> list[Reading]:
    """The form of a hang-up handler or of a survey. Raises NotACall when it names no call."""
    call_id = hook.text("linkedid", "uniqueid", "call_id")
    if not call_id:
        raise NotACall("the form names no call: it has neither linkedid nor uniqueid")
    if hook.text("rate"):
        return [_survey(hook, call_id)]
    return [Reading(call_id, _facts(hook, call_id), "asterisk")]


def _survey(hook: Webhook, call_id: str) -> Reading:
    facts = [Fact(what="survey", at=hook.received_at, text=hook.text("survey_id"), status=hook.text("rate"))]
    if hook.text("survey_id"):  # asked in a call of its own; without it, at the end of the customer's call
        details = {"kind": "survey", "direction": "outbound"}
        facts.append(Fact(what="told", at=hook.received_at, summary=details))
    return Reading(call_id, facts, "asterisk")


def _time(hook: Webhook, name: str) -> datetime | None:
    return epoch(hook.text(name)) or moment(hook.text(name), hook.options.zone)


def _facts(hook: Webhook, call_id: str) -> list[Fact]:
    start, answer = _time(hook, "start"), _time(hook, "answer")
    end = _time(hook, "end")
    talk = hook.seconds("billsec")
    began = answer or start
    if end is None and talk is not None and began is not None:
        end = began + timedelta(seconds=talk)
    end = end or hook.received_at
    outgoing = hook.text("direction").lower() in ("out", "outbound", "outgoing")
    facts = [Fact(what="hung_up", at=end, leg=call_id, main=True, wait_s=hook.seconds("hangupcause"))]
    if outgoing:
        return [*facts, *_outgoing(hook, call_id, start, answer, end)]
    to = hook.text("dst", "did", "exten", "to")
    opened = Fact(
        what="opened",
        at=start or answer,
        leg=call_id,
        main=True,
        outside=True,
        to=to,
        number=hook.text("src", "callerid", "from"),
        name=hook.text("name"),
    )
    return [opened, *facts, *_incoming(hook, answer or start, end), *_files(hook, end)]


def _incoming(hook: Webhook, answer: datetime | None, end: datetime | None) -> list[Fact]:
    """The channel was answered by the switchboard; a person took it where one is named, or the last dial was answered."""
    queue, who = hook.text("queue"), member(hook.text("member", "dialedpeernumber", "dialedpeer"))
    hold = hook.seconds("hold", "holdtime")
    facts: list[Fact] = []
    if queue:
        facts.append(Fact(what="queued", at=answer, queue=queue))
    taken = answer + timedelta(seconds=hold or 0) if answer else None
    if who:
        facts.append(Fact(what="connected", at=taken, leg=f"member:{who}", end=who, queue=queue, wait_s=hold))
    elif queue:
        gave_up = hook.text("abandoned").lower() in TRUE
        facts.append(
            Fact(
                what="left_queue",
                at=taken if hold is not None else end,
                queue=queue,
                wait_s=hold,
                status="abandoned" if gave_up else "",
            )
        )
        if hook.text("queuestatus"):
            facts.append(Fact(what="moved_on", at=end, status=hook.text("queuestatus")))
    if not who and _was_taken(hook):  # a ring group, an extension, or what the dialplan rang after a queue
        facts.append(Fact(what="connected", at=taken, leg="dialled"))
    return facts


def _was_taken(hook: Webhook) -> bool:
    """Whether the last line that was dialled was answered and spoken on, by a person and not by a voice mailbox."""
    spoken = hook.text("dialstatus").upper() in ("ANSWER", "ANSWERED") and (hook.seconds("billsec") or 0) > 0
    return spoken and not hook.text("voicemail") and hook.text("abandoned").lower() not in TRUE


def _outgoing(
    hook: Webhook, call_id: str, start: datetime | None, answer: datetime | None, end: datetime | None
) -> list[Fact]:
    who, to = member(hook.text("member")) or hook.text("src"), hook.text("dst", "to")
    status = {"ANSWERED": "answered", "ANSWER": "answered", "BUSY": "busy", "NO ANSWER": "no_answer",
              "NOANSWER": "no_answer"}.get(hook.text("dialstatus", "disposition").upper(), "failed")  # fmt: skip
    return [
        Fact(what="opened", at=start, leg=call_id, main=True, outside=False, end=who, number=who, to=to),
        Fact(
            what="dial_ended",
            at=answer if status == "answered" else end,
            leg="out",
            by=call_id,
            outside=True,
            number=to,
            status=status,
        ),
        *_files(hook, end),
    ]


def _files(hook: Webhook, end: datetime | None) -> list[Fact]:
    facts: list[Fact] = []
    if hook.text("rec", "recording"):
        facts.append(Fact(what="recorded", at=end, text=hook.text("rec", "recording")))
    if hook.text("voicemail"):
        facts.append(Fact(what="voicemail", at=end, text=hook.text("voicemail")))
    if hook.text("exitkey"):
        facts.append(Fact(what="left_queue", at=end, status="key", text=hook.text("exitkey")))
    return facts
