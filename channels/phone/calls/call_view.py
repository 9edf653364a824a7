"""The facts of one call, asked in the ways the record needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from channels.phone.calls.call_events import Fact
from channels.phone.switchboards.asterisk_fields import NOWHERE

Spell = tuple[str, datetime | None, datetime | None]  # extension, from, until
LAG = timedelta(seconds=1)  # events of one moment are written within this


@dataclass
class Call:
    """Facts in the order of their time, each once."""

    facts: Sequence[Fact]

    def of(self, *what: str) -> list[Fact]:
        """The facts of these kinds."""
        return [one for one in self.facts if one.what in what]

    @cached_property
    def first(self) -> Fact | None:
        """What the first line said when it came up, or the earliest later event that tells it."""
        opened = self.of("opened")
        return opened[0] if opened else next(iter(self.of("seen")), None)

    @cached_property
    def placed(self) -> bool:
        """The switchboard called the first line by itself."""
        opened = self.of("opened")
        calls_main = any(one.main and one.placed for one in self.of("dialled", "dial_ended"))
        return calls_main or bool(opened and opened[0].placed)

    @cached_property
    def main_outside(self) -> bool | None:
        """Whether the first line leads to the public network."""
        told = [one.outside for one in self.facts if one.main and one.outside is not None]
        return told[0] if told else None

    @cached_property
    def main_end(self) -> str:
        """The extension of the first line, if it is one."""
        return next((one.end for one in self.facts if one.main and one.end), "")

    @cached_property
    def legs(self) -> list[Fact]:
        """Dialling of the lines that came after the first."""
        return [one for one in self.of("dialled", "dial_ended") if not one.main]

    @cached_property
    def hung_up_at(self) -> datetime | None:
        """When the call was over: the first line is gone, after a transfer every line."""
        gone = [one for one in self.of("hung_up") if one.at]
        if not any(one.main for one in gone):
            return max((one.at for one in self.of("over") if one.at), default=None)
        counted = gone if self.of("transferred") else [one for one in gone if one.main]
        return max(one.at for one in counted if one.at)

    @cached_property
    def gave_up(self) -> bool:
        """The caller left the queue by hanging up. Switchboards say "abandoned" for a queue's time-out as well."""
        left = [one for one in self.of("left_queue") if one.status == "abandoned"] or self._hung_up_waiting()
        if not left or self.of("moved_on"):
            return False
        at = left[-1].at
        if at is None:
            return True
        later = (one for one in self.of("seen", "voicemail", "queued", "dialled") if one.at and one.at > at + LAG)
        return not any(one.to not in NOWHERE or one.to in ("s", "t", "i") or not one.main for one in later)

    def _hung_up_waiting(self) -> list[Fact]:
        """The caller's own hanging up, at the moment the queue was left."""
        left = [one for one in self.of("left_queue") if one.at and not one.status]
        gone = [one.at for one in self.of("hung_up") if one.main and one.status == "caller" and one.at]
        return [one for one in left[-1:] if gone and one.at and abs(gone[-1] - one.at) <= LAG]

    @cached_property
    def answers(self) -> list[Fact]:
        """When people took the call, in order; a queue's own word goes before that of the line."""
        taken = self.of("connected")
        legs = {one.leg for one in taken}
        ends = {one.end for one in taken if one.end}
        lines = [one for one in self.legs if one.status == "answered" and one.leg not in legs]
        if self.of("queued") and not taken:
            left = [one.at for one in self.of("left_queue") if one.status == "abandoned" and one.at]
            if left and not self.of("completed"):
                lines = [one for one in lines if one.at and one.at > max(left)]
        before = {one.leg for one in lines if one.end in ends and not _after(one, taken)}
        return sorted([*taken, *(one for one in lines if one.leg not in before)], key=lambda one: one.order)

    def spells(self) -> list[Spell]:
        """Who spoke with the caller, from when until when."""
        answers = self.answers or [
            Fact(what="connected", at=None, leg=one.leg, end=one.end) for one in self.of("completed")
        ]
        return [(one.end, one.at, self._until(one)) for one in answers]

    def _until(self, answer: Fact) -> datetime | None:
        done = self.of("completed")  # it names no line when that is gone already
        same = [one for one in done if (one.leg == answer.leg if one.leg else one.end == answer.end)]
        gone = [one for one in self.of("hung_up") if answer.leg and one.leg == answer.leg]
        for told in (same, gone):  # the queue's word first: the agent's line is gone a moment before it
            ends = [one.at for one in told if one.at and (answer.at is None or one.at >= answer.at)]
            if ends:
                return min(ends)
        return self.hung_up_at


def _after(one: Fact, taken: Iterable[Fact]) -> bool:
    """The same extension answered a second time, well after the queue gave it the call."""
    return bool(one.at) and all(each.at and one.at and one.at > each.at + LAG for each in taken if each.end == one.end)


def seconds(from_: datetime | None, until: datetime | None) -> int | None:
    """Whole seconds between two times, rounded; None when one is missing or they are the wrong way round."""
    if from_ is None or until is None or until < from_:
        return None
    return half_up((until - from_).total_seconds())


def half_up(value: float) -> int:
    """The nearest whole number; halves go up."""
    return int(value + 0.5)


def covered(spells: Sequence[Spell]) -> int | None:
    """Seconds in at least one of the spells; None when none of them is whole."""
    whole = sorted((start, end) for _, start, end in spells if start and end and end >= start)
    if not whole:
        return None
    total, reached = timedelta(0), whole[0][0]
    for start, end in whole:
        total += max(timedelta(0), end - max(start, reached))
        reached = max(reached, end)
    return half_up(total.total_seconds())
