"""Questions, answers, their failing, merges and their undoing in any order, against a count made by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from helpdesk.errors import DeskError
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import merge

VERBS = ("ask", "reply", "reply", "undo", "send", "bounce", "merge", "unmerge")


@dataclass
class Count:
    """Two tickets of one customer, and what each question was answered by."""

    questions: list[Any] = field(default_factory=list)  # (home, asked at, answers)
    answers: dict[Any, Any] = field(default_factory=dict)  # entry -> [state, ticket]
    merged: dict[Any, Any] = field(default_factory=dict)  # child -> parent

    def root(self, number):
        return self.merged.get(number, number)

    def waiting(self, number):
        """Since when somebody waits in this ticket, as the clocks should say."""
        found = [
            at
            for home, at, by in self.questions
            if self.root(home) == number and not any(self.answers[one][0] in ("queued", "sent") for one in by)
        ]
        return [min(found)] if found else []

    def which(self, state):
        return [one for one, said in self.answers.items() if said[0] == state]


async def does(desk, count, verb, dice, mina):
    """One verb, if it can be done now."""
    now, one = desk.time(), dice.choice((1, 2))
    if verb == "ask":
        assert await desk.writes(f"q {now}", numbers=[one]) == count.root(one)
        count.questions.append((count.root(one), now, set()))
    elif verb == "reply" and one not in count.merged:
        entry = await desk.answers(one, mina, f"a {now}")
        count.answers[entry] = ["queued", one]
        for home, _, by in count.questions:
            if count.root(home) == one:
                by.add(entry)
    elif verb == "undo" and count.which("queued"):
        entry = dice.choice(count.which("queued"))
        await desk.database.write(reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=now)
        count.answers[entry][0] = "undone"
    elif verb == "send":
        desk.time.passes(seconds=20)
        await desk.sends()
        for entry in count.which("queued"):
            count.answers[entry][0] = "sent"
    elif verb == "bounce" and count.which("sent"):
        entry = dice.choice(count.which("sent"))
        news = {"state": "failed", "permanent": True, "recipients": [], "reason": "no"}
        tokens = [desk.context.sign(entry)]
        await desk.writes("Undelivered", sender="daemon@customers.example", delivery=news, message_tokens=tokens)
        count.answers[entry][0] = "failed"
    elif verb == "merge" and not count.merged:
        await desk.database.write(merge.merge_into, desk.context, ticket_id=one, into=3 - one, person_id=mina, now=now)
        count.merged[one] = 3 - one
    elif verb == "unmerge" and count.merged:
        [(child, _)] = count.merged.items()
        await desk.database.write(merge.undo_merge, desk.context, ticket_id=child, person_id=mina, now=now)
        count.merged.clear()
        for home, _, by in count.questions:
            by.intersection_update([entry for entry in by if count.answers[entry][1] == home])


@pytest.mark.parametrize("seed", [*range(20), 94, 101, 129, 196, 313, 383])
async def test_the_clock_that_runs_is_that_of_the_oldest_question_nobody_has_answered(desk, seed):
    dice, mina, count = random.Random(seed), await desk.person(), Count()
    for text in ("first", "second"):
        number = await desk.writes(text)
        count.questions.append((number, desk.time(), set()))
        desk.time.passes(seconds=7)
    for _ in range(dice.randint(6, 14)):
        desk.time.passes(seconds=dice.randint(1, 10))
        try:
            await does(desk, count, dice.choice(VERBS), dice, mina)
        except DeskError:  # refused in words: nothing has changed
            continue
        for number in {1, 2} - count.merged.keys():
            clocks = await desk.clocks(number)
            running = [one.started_at for one in clocks if one.state == "running" and one.kind != "resolution"]
            assert running == count.waiting(number)
