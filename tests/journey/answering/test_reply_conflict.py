"""An answer stops when the customer wrote meanwhile, however much else happened since."""

from __future__ import annotations

import pytest

from helpdesk.errors import Conflict
from helpdesk.journey.answering import reply
from helpdesk.journey.answering.reply import Reply
from helpdesk.journey.lifecycle import status
from helpdesk.tickets import queries


async def test_a_message_below_many_changes_stops_the_answer(desk):
    number = await desk.writes("The bowl is broken", id="first")
    mina = await desk.person()
    seen = await desk.database.read(queries.newest_entry, ticket_id=number)
    await desk.writes("No, it was the plate", remote_ids=["first"])
    for turn in range(12):
        wanted = ("on_hold", "open")[turn % 2]
        await desk.database.write(
            status.set_status, desk.context, ticket_id=number, status=wanted, by=mina, now=desk.time.passes(seconds=1)
        )
    with pytest.raises(Conflict, match="new arrived"):
        await desk.database.write(
            reply.send_reply, desk.context, ticket_id=number, person_id=mina, person_name="Mina",
            answer=Reply("We send a new bowl", seen), now=desk.time(),
        )  # fmt: skip
