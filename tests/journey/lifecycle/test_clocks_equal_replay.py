"""Whatever happens on a ticket, the stored clocks are those a replay of its timeline gives."""

from __future__ import annotations

import random

import pytest

from channels.contract import DeliveryError
from helpdesk.errors import DeskError
from helpdesk.journey.answering import reply
from helpdesk.journey.lifecycle import clocks, status

STEPS = ("writes", "answers", "waiting", "open", "on_hold", "resolved", "note", "thanks", "automatic", "fails", "undo")


async def play(desk, dice: random.Random, number: int, mina: int) -> None:
    """One random thing happens some minutes later."""
    desk.time.passes(minutes=dice.choice((0, 1, 7, 40, 600)), seconds=dice.randrange(60))
    step = dice.choice(STEPS)
    desk.channel.answers = []
    try:
        if step in ("writes", "thanks", "automatic"):
            more = {} if step == "writes" else {step: True}
            await desk.writes(f"{step} {desk.taken}", remote_ids=["first"], **more)
        elif step in ("answers", "fails", "undo"):
            entry = await desk.answers(number, mina, then=dice.choice((None, None, "waiting", "resolved")))
            if step == "undo":
                await desk.database.write(
                    reply.undo_reply, desk.context, entry_id=entry, person_id=mina, now=desk.time()
                )
            elif step == "fails":
                desk.channel.answers = [DeliveryError("no such mailbox", permanent=True)]
        elif step == "note":
            await desk.database.write(reply.add_note, ticket_id=number, person_id=mina, text="hm", now=desk.time())
        else:
            await desk.database.write(
                status.set_status, desk.context, ticket_id=number, status=step, by=mina, now=desk.time()
            )
    except DeskError:
        return
    desk.time.passes(seconds=16)
    await desk.sends()


def shape(clocks) -> list[tuple[object, ...]]:
    return sorted(
        (
            one.cycle,
            one.kind,
            one.start_entry_id,
            one.state,
            str(one.due_at),
            one.stop_entry_id or 0,
            str(one.stopped_at),
            one.person_id or 0,
        )
        for one in clocks
    )


@pytest.mark.parametrize("seed", range(12))
async def test_the_stored_clocks_are_those_of_the_replay(desk, seed):
    dice = random.Random(seed)
    number, mina = await desk.writes(id="first"), await desk.person()
    for _ in range(14):
        await play(desk, dice, number, mina)
        before = shape(await desk.clocks(number))
        deadline = (await desk.ticket(number)).deadline
        await desk.database.write(clocks.recompute_clocks, desk.context, ticket_id=number, now=desk.time())
        assert shape(await desk.clocks(number)) == before
        assert (await desk.ticket(number)).deadline == deadline
