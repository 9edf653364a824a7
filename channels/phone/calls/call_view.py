"""Queries over the events of one call, as the record builder needs them."""

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
        return [fact for fact in self.facts if fact.what in what]

    @cached_property
    def first(self) -> Fact | None:
        """What the first line said when it came up, or the earliest later event that tells it."""
        opened = self.of("opened")
        return opened[0] if opened else next(iter(self.of("seen")), None)

    @cached_property
    def placed(self) -> bool:
        """The switchboard called the first line by itself."""
        opened = self.of("opened")
        calls_main = any(message.main and message.placed for message in self.of("dialled", "dial_ended"))
        return calls_main or bool(opened and opened[0].placed)

    @cached_property
    def main_outside(self) -> bool | None:
        """Whether the first line leads to the public network."""
        details = [fact.outside for fact in self.facts if fact.main and fact.outside is not None]
        return details[0] if details else None

    @cached_property
    def main_end(self) -> str:
        """The extension of the first line, if it is one."""
        return next((fact.end for fact in self.facts if fact.main and fact.end), "")

    @cached_property
    def legs(self) -> list[Fact]:
        """Dialling of the lines that came after the first."""
        return [message for message in self.of("dialled", "dial_ended") if not message.main]

    @cached_property
    def hung_up_at(self) -> datetime | None:
        """When the call was over: the first line is gone, after a transfer every line."""
        gone = [message for message in self.of("hung_up") if message.at]
        if not any(item.main for item in gone):
            return max((message.at for message in self.of("over") if message.at), default=None)
        counted = gone if self.of("transferred") else [item for item in gone if item.main]
        return max(item.at for item in counted if item.at)

    @cached_property
    def gave_up(self) -> bool:
        """The caller left the queue by hanging up. Switchboards say "abandoned" for a queue's time-out as well."""
        left = [
            message for message in self.of("left_queue") if message.status == "abandoned"
        ] or self._hung_up_waiting()
        if not left or self.of("moved_on"):
            return False
        at = left[-1].at
        if at is None:
            return True
        later = (
            message
            for message in self.of("seen", "voicemail", "queued", "dialled")
            if message.at and message.at > at + LAG
        )
        return not any(entry.to not in NOWHERE or entry.to in ("s", "t", "i") or not entry.main for entry in later)

    def _hung_up_waiting(self) -> list[Fact]:
        """The caller's own hanging up, at the moment the queue was left."""
        left = [message for message in self.of("left_queue") if message.at and not message.status]
        gone = [
            message.at for message in self.of("hung_up") if message.main and message.status == "caller" and message.at
        ]
        return [item for item in left[-1:] if gone and item.at and abs(gone[-1] - item.at) <= LAG]

    @cached_property
    def answers(self) -> list[Fact]:
        """When people took the call, in order; a queue's own word goes before that of the line."""
        taken = self.of("connected")
        legs = {item.leg for item in taken}
        ends = {item.end for item in taken if item.end}
        lines = [leg for leg in self.legs if leg.status == "answered" and leg.leg not in legs]
        if self.of("queued") and not taken:
            left = [message.at for message in self.of("left_queue") if message.status == "abandoned" and message.at]
            if left and not self.of("completed"):
                lines = [line for line in lines if line.at and line.at > max(left)]
        before = {line.leg for line in lines if line.end in ends and not _after(line, taken)}
        return sorted([*taken, *(line for line in lines if line.leg not in before)], key=lambda fact: fact.order)

    def spells(self) -> list[Spell]:
        """Who spoke with the caller, from when until when."""
        answers = self.answers or [
            Fact(what="connected", at=None, leg=message.leg, end=message.end) for message in self.of("completed")
        ]
        return [(answer.end, answer.at, self._until(answer)) for answer in answers]

    def _until(self, answer: Fact) -> datetime | None:
        done = self.of("completed")  # it names no line when that is gone already
        same = [item for item in done if (item.leg == answer.leg if item.leg else item.end == answer.end)]
        gone = [message for message in self.of("hung_up") if answer.leg and message.leg == answer.leg]
        for details in (same, gone):  # the queue's word first: the agent's line is gone a moment before it
            ends = [change.at for change in details if change.at and (answer.at is None or change.at >= answer.at)]
            if ends:
                return min(ends)
        return self.hung_up_at


def _after(fact: Fact, taken: Iterable[Fact]) -> bool:
    """The same extension answered a second time, well after the queue gave it the call."""
    return bool(fact.at) and all(
        item.at and fact.at and fact.at > item.at + LAG for item in taken if item.end == fact.end
    )


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
    spans = sorted((start, end) for _, start, end in spells if start and end and end >= start)
    if not spans:
        return None
    total, reached = timedelta(0), spans[0][0]
    for start, end in spans:
        total += max(timedelta(0), end - max(start, reached))
        reached = max(reached, end)
    return half_up(total.total_seconds())
