"""An answer to a chosen message, and an answer by another way than the ticket's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest

from channels.contract import Capabilities, DeliveryError
from helpdesk.contacts.models import addresses
from helpdesk.errors import Invalid
from helpdesk.journey.outgoing import destinations
from helpdesk.tickets import drafts, queries
from tests.support.desk.memory_channel import MemoryChannel


@dataclass
class Texts(MemoryChannel):
    """A second channel: it may write first, but not to landlines."""

    name: ClassVar[str] = "texts"
    can = Capabilities(starts=True, counted=True)

    def reaches(self, address):
        return not address.startswith("texts:+9821")


@dataclass
class Chat(MemoryChannel):
    """A third one: nobody can be written to before they wrote."""

    name: ClassVar[str] = "chat"
    can = Capabilities()


@pytest.fixture
def desk(desk):
    desk.context.channels["texts"], desk.context.channels["chat"] = Texts(), Chat(chat=True)
    return desk


async def also_at(desk, ticket_id, address, **more):
    """The ticket's customer has another address."""
    ticket = await desk.ticket(ticket_id)

    def add(tx):
        tx.execute(
            addresses.insert().values(
                contact_id=ticket.contact_id, address=address, channel=address.partition(":")[0], verified=True,
                created_at=desk.time(), **more,
            )
        )  # fmt: skip

    await desk.database.write(add)


async def ways_of(desk, ticket_id):
    ticket = await desk.ticket(ticket_id)
    return await desk.database.read(destinations.destinations_of, desk.context, ticket=ticket)


async def arrives(desk, channel, text, sender, **more):
    from tests.support.desk.memory_channel import letter

    desk.taken += 1
    name = f"in-{desk.taken}"
    raw = letter(text, sender=sender, id=name, **more)
    await desk.app.desk_for(channel).accept("main", name, raw, order_key=sender)
    return await desk.work()


async def test_an_answer_to_a_chosen_message_names_it_to_the_remote(desk):
    mina, ticket_id = await desk.person(), await desk.writes("First question")
    (first,) = await desk.timeline(ticket_id)
    await desk.writes("Second question", numbers=[ticket_id])
    entry_id = await desk.answers(ticket_id, mina, "To the first one", reply_to=first.id)
    desk.time.passes(seconds=20)
    await desk.sends()
    (sent,) = desk.channel.sent
    assert (sent.in_reply_to, sent.details["reply_to"]) == (first.remote_id, first.remote_id)
    assert sent.references[-1] == first.remote_id
    assert (await desk.database.read(queries.entry, entry_id=entry_id)).data["answers"] == first.id


async def test_without_a_choice_nothing_is_chosen(desk):
    mina, ticket_id = await desk.person(), await desk.writes("First question")
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    assert "reply_to" not in desk.channel.sent[0].details


async def test_a_message_of_another_ticket_or_a_note_can_not_be_answered(desk):
    mina, other = await desk.person(), await desk.writes("A matter", sender="omid@customers.example")
    (foreign,) = await desk.timeline(other)
    ticket_id = await desk.writes("Another matter")
    with pytest.raises(Invalid):
        await desk.answers(ticket_id, mina, "Hello", reply_to=foreign.id)


async def test_only_ways_that_can_be_gone_are_offered_the_ticket_s_own_first(desk):
    ticket_id = await desk.writes()
    for address in ("texts:+989121111111", "texts:+982188888888", "chat:unknown", "gone:somewhere"):
        await also_at(desk, ticket_id, address)
    await also_at(desk, ticket_id, "texts:+989120000000", unreachable_at=desk.time())
    found = await ways_of(desk, ticket_id)
    assert [(one.channel, one.address, one.usual) for one in found] == [
        ("memory", "memory:sara@customers.example", True), ("texts", "texts:+989121111111", False),
    ]  # fmt: skip


async def test_an_answer_by_another_way_says_so_and_leaves_the_ticket_s_own_way_alone(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await also_at(desk, ticket_id, "texts:+989121111111")
    entry_id = await desk.answers(ticket_id, mina, "It leaves today.", via="texts:+989121111111")
    desk.time.passes(seconds=20)
    await desk.sends()
    texts = desk.context.channels["texts"]
    assert desk.channel.sent == []
    assert [one.to.address for one in texts.sent] == ["texts:+989121111111"]
    entry = await desk.database.read(queries.entry, entry_id=entry_id)
    assert (entry.channel, entry.account, entry.address) == ("texts", "main", "texts:+989121111111")
    ticket = await desk.ticket(ticket_id)
    assert (ticket.channel, ticket.address) == ("memory", "memory:sara@customers.example")
    (clock,) = await desk.clocks(ticket_id, "first_response")
    assert clock.state == "stopped"


async def test_the_seconds_to_undo_are_those_of_the_way_it_goes(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await also_at(desk, ticket_id, "texts:+989121111111")
    desk.context.undo_by_channel["texts"] = timedelta(0)
    await desk.answers(ticket_id, mina, "Now", via="texts:+989121111111")
    assert await desk.sends() == 1


async def test_files_do_not_get_lost_on_a_way_that_takes_none(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await also_at(desk, ticket_id, "texts:+989121111111")
    file_id = await desk.database.write(
        drafts.add_draft_file, ticket_id=ticket_id, person_id=mina, name="bill.pdf", content_type="application/pdf", size=4,
        digest="0" * 64, now=desk.time(),
    )  # fmt: skip
    with pytest.raises(Invalid):
        await desk.answers(ticket_id, mina, "Here", via="texts:+989121111111", files=[file_id])


async def test_a_strange_address_is_no_way(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await desk.writes(sender="omid@customers.example")
    for strange in ("memory:omid@customers.example", "texts:+989121111111"):
        with pytest.raises(Invalid):
            await desk.answers(ticket_id, mina, "Hello", via=strange)


async def test_a_chat_that_was_answered_in_leads_to_the_ticket_when_its_customer_answers_there(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    chat_ticket = await arrives(desk, "chat", "Hello", "visitor7")
    chat = await desk.ticket(chat_ticket)

    def one_person(tx):
        from helpdesk.tickets.models import tickets

        mine = queries.ticket(tx, ticket_id=ticket_id).contact_id
        tx.execute(addresses.update().where(addresses.c.address == chat.address).values(contact_id=mine))
        tx.execute(tickets.update().where(tickets.c.id == chat_ticket).values(contact_id=mine, status="closed", active=False, closed_at=desk.time(), resolved_at=desk.time()))  # fmt: skip

    await desk.database.write(one_person)
    assert [one.conversation for one in await ways_of(desk, ticket_id)][1:] == ["visitor7"]
    await desk.answers(ticket_id, mina, "I answer you here.", via=chat.address)
    desk.time.passes(seconds=20)
    await desk.sends()
    assert (await desk.ticket(ticket_id)).channel == "memory"
    assert await arrives(desk, "chat", "Thanks, and when?", "visitor7") == ticket_id
    ticket = await desk.ticket(ticket_id)
    assert (ticket.channel, ticket.address, ticket.conversation) == ("chat", "chat:visitor7", "visitor7")


async def test_a_closed_way_says_why_and_the_open_ones_remain(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    await also_at(desk, ticket_id, "texts:+989121111111")
    await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    desk.channel.answers = [DeliveryError("bot was blocked by the user", permanent=True, unreachable=True)]
    await desk.sends()
    usual, other = await ways_of(desk, ticket_id)
    assert (usual.closed, usual.reason) == ("dead", "bot was blocked by the user")
    assert (other.address, other.closed) == ("texts:+989121111111", "")


async def test_a_subject_is_the_agent_s_where_there_are_subjects(desk):
    mina, ticket_id = await desk.person(), await desk.writes(subject="Order 12")
    await desk.answers(ticket_id, mina, subject="About your\nparcel")
    desk.time.passes(seconds=20)
    await desk.sends()
    assert desk.channel.sent[0].subject == "About your parcel"


async def read(desk, entry_id, **more):
    await desk.writes("", delivery={"state": "read"}, message_tokens=[desk.context.sign(entry_id)], **more)


async def test_what_was_read_is_read_up_to_there_and_changes_no_clock(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    wrote = []
    for number in range(3):
        wrote.append(await desk.answers(ticket_id, mina, f"Answer {number}"))
        desk.time.passes(seconds=20)
        await desk.sends()
    lines, clocks = len(await desk.timeline(ticket_id)), await desk.clocks(ticket_id)
    desk.time.passes(minutes=3)
    await read(desk, wrote[1])
    found = {one.id: one for one in await desk.timeline(ticket_id)}
    assert [found[one].delivery for one in wrote] == ["read", "read", "sent"]
    assert found[wrote[0]].data["read_at"] == desk.time().isoformat()
    assert len(found) == lines
    assert await desk.clocks(ticket_id) == clocks


async def test_another_customer_s_messages_are_not_read_by_this_one(desk):
    mina = await desk.person()
    mine, other = await desk.writes(), await desk.writes(sender="omid@customers.example")
    first, second = await desk.answers(other, mina), await desk.answers(mine, mina)
    desk.time.passes(seconds=20)
    await desk.sends()
    await read(desk, second)
    assert (await desk.database.read(queries.entry, entry_id=first)).delivery == "sent"


async def test_what_nobody_knew_to_have_arrived_was_read_and_so_arrived(desk):
    mina, ticket_id = await desk.person(), await desk.writes()
    entry_id = await desk.answers(ticket_id, mina)
    desk.time.passes(seconds=20)
    desk.channel.answers = [DeliveryError("no answer", uncertain=True)]
    await desk.sends()
    await read(desk, entry_id)
    assert (await desk.database.read(queries.entry, entry_id=entry_id)).delivery == "read"
