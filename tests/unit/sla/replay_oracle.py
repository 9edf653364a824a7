"""Test oracle of the SLA clocks: every answer found by its definition, minutes counted one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

Line = dict[str, Any]
KINDS_OUT = ("agent", "bot", "automation", "survey", "system", "import")


class Oracle:
    """`lines` must be in order, with ids, all within `len(working)` minutes of `zero` on whole minutes."""

    def __init__(self, lines: Sequence[Line], working: list[bool], zero: datetime, now: datetime) -> None:
        self.lines, self.working, self.zero, self.now = list(lines), working, zero, now

    def minute(self, text: str | datetime) -> int:
        at = text if isinstance(text, datetime) else datetime.fromisoformat(text)
        return int((at - self.zero).total_seconds() // 60)

    def contacts(self) -> list[tuple[int, int]]:
        found = []
        for n, x in enumerate(self.lines):
            written = x["kind"] == "message" and x["author"] == "customer"
            ordinary = not x.get("automatic") and not x.get("thanks")
            rang = x["kind"] == "call" and x["direction"] == "incoming" and x["author"] != "import"
            if (written and ordinary) or rang:
                found.append((self.minute(x["at"]), n))
        return found

    def reaches(self, n: int) -> tuple[int, float] | None:
        """When a message out or an answered call reached the customer, or None."""
        x = self.lines[n]
        if x["kind"] == "call":
            return (self.minute(x["answered_at"]), n + 0.5) if x["disposition"] == "answered" else None
        when: tuple[int, float] | None = (self.minute(x["at"]), n)
        for m, d in enumerate(self.lines):
            if d["kind"] == "delivery" and d["of"] == x["id"]:
                if d["state"] == "failed":
                    when = None
                if d["state"] == "sent" and when is None:
                    when = (self.minute(d["at"]), m)
        return when

    def is_answer(self, x: Line) -> bool:
        if x["kind"] == "call":
            return x["author"] in ("agent", "customer") and x["disposition"] == "answered"
        return x["kind"] == "message" and x["author"] == "agent" and not x.get("automatic") and x.get("public", True)

    def is_out(self, x: Line) -> bool:
        if x["kind"] == "call":
            return x["direction"] == "outgoing" and x["author"] != "import" and not self.is_answer(x)
        return x["kind"] == "message" and x["author"] in KINDS_OUT and bool(x.get("public", True))

    def count(self, a: int, b: int, without: Sequence[tuple[int, int]] = ()) -> int:
        return sum(self.working[m] for m in range(a, b) if not any(p <= m < q for p, q in without))

    def due(self, a: int, minutes: int | None, without: Sequence[tuple[int, int]] = ()) -> datetime | None:
        if minutes is None:
            return None
        left = minutes
        for m in range(a, len(self.working)):
            if self.working[m] and not any(p <= m < q for p, q in without):
                left -= 1
                if left == 0:
                    return self.zero + timedelta(minutes=m + 1)
        return None

    def met(self, due: datetime | None, stopped: int | None, ended: int | None = None) -> bool | None:
        if due is None:
            return None
        if stopped is not None:
            return stopped <= self.minute(due)
        return False if (self.now if ended is None else self.zero + timedelta(minutes=ended)) >= due else None

    def cycles(self, policy: dict[str, int | None]) -> list[Line]:
        starts: list[tuple[Any, Any]] = [(contact, contact) for contact in self.contacts()[:1]]
        for n, x in enumerate(self.lines):
            if x["kind"] == "reopen" and starts:
                before = [c for c in self.contacts() if c <= (self.minute(x["at"]), n)]
                if before and before[-1] > starts[-1][0]:
                    starts.append((before[-1], (self.minute(x["at"]), n)))
        if not starts:
            return []
        ends = [*starts[1:], ((10**9, 10**9), (10**9, 10**9))]
        return [self.cycle(s, f, u, t, policy) for (s, f), (u, t) in zip(starts, ends, strict=True)]

    def cycle(self, start: Any, since: Any, until: Any, till: Any, policy: dict[str, int | None]) -> Line:
        states = [(self.minute(x["at"]), n, x["to"]) for n, x in enumerate(self.lines) if x["kind"] == "status"]
        done = [(m, n) for m, n, to in states if to in ("resolved", "closed") and since <= (m, n) < till]
        end = done[0] if done else None
        asked = [c for c in self.contacts() if start <= c < until and (end is None or c < end)]
        answers = []
        for n, x in enumerate(self.lines):
            when = self.reaches(n) if self.is_answer(x) else None
            if when and start <= when < until:
                answers.append((when, n))
        answers.sort()
        found: list[Line] = []
        ended = end[0] if end else till[0] if till[0] < 10**9 else None
        open_since = asked[0]
        while True:
            stop = next((a for a in answers if a[0] >= open_since), None)
            found.append(
                self.response(open_since, stop, until, ended, policy["next_response" if found else "first_response"])
            )
            rest = [c for c in asked if stop is not None and c > stop[0]]
            if not rest:
                break
            open_since = rest[0]
        stopped = end[0] if end else None
        last = stopped if stopped is not None else min(till[0], 10**9) if till[0] < 10**9 else self.minute(self.now)
        pauses = self.pauses(start[0], last, states, end or till)
        due = self.due(start[0], policy["resolution"], pauses)
        used = self.count(start[0], stopped if stopped is not None else self.minute(self.now), pauses)
        robots = [self.reaches(n) for n, x in enumerate(self.lines) if x["kind"] == "message" and x["author"] == "bot"]
        robot = sorted(r for r in robots if r and start <= r < until)
        return {
            "start": self.lines[start[1]]["id"],
            "responses": found,
            "resolution": (stopped, used, due, self.met(due, stopped), pauses),
            "robot": robot[0][0] if robot else None,
        }

    def pauses(self, first: int, last: int, states: Sequence[tuple[int, int, str]], end: Any) -> list[tuple[int, int]]:
        """The intervals in which the ticket was waiting, found minute by minute."""
        waiting = []
        for m in range(first, last):
            before = [to for at, n, to in states if at <= m and (at, n) < end]
            waiting.append(bool(before) and before[-1] in ("waiting", "on_hold"))
        edges = [m for m in range(len(waiting)) if waiting[m] and (m == 0 or not waiting[m - 1])]
        spans = []
        for edge in edges:
            length = next((k for k in range(edge, len(waiting)) if not waiting[k]), len(waiting))
            spans.append((first + edge, first + length))
        return spans

    def response(self, start: Any, stop: Any, until: Any, ended: int | None, minutes: int | None) -> Line:
        stopped = stop[0][0] if stop else None
        end = stop[0] if stop else until
        others = [
            x["id"]
            for n, x in enumerate(self.lines)
            if self.is_out(x) and start <= (self.minute(x["at"]), n) < end and not (stop and n == stop[1])
        ]
        due = self.due(start[0], minutes)
        last = stopped if stopped is not None else ended if ended is not None else self.minute(self.now)
        return {
            "start": self.lines[start[1]]["id"],
            "stop": self.lines[stop[1]]["id"] if stop else None,
            "stopped": stopped,
            "used": self.count(start[0], last),
            "due": due,
            "met": self.met(due, stopped, ended),
            "others": others,
        }
