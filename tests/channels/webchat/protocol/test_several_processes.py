"""Two processes of one desk on PostgreSQL: one conversation, every number once."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.database.engine import open_database
from tests.support.desk.desk_story import story
from tests.support.webchat.chat_client import PATIENCE, open_chat, settings


@pytest.fixture
async def two(postgres_server, tmp_path):
    """Two desks that share nothing but their database."""
    url = postgres_server.fresh()
    databases = [await open_database(url) for _ in range(2)]
    stories = [story(one, tmp_path) for one in databases]
    for one in databases:
        await one.join()
        async with asyncio.timeout(PATIENCE):
            await one.calls.listening.wait()
    async with open_chat(stories[0], settings(tmp_path)) as here, open_chat(stories[1], settings(tmp_path)) as there:
        yield here, there
    for one in databases:
        await one.close()
    postgres_server.drop(url)


async def both(two):
    """One visitor with a tab at each process."""
    here, there = two
    one = here.client()
    await one.connect()
    await one.says("First")
    other = there.client(token=one.token)
    await other.connect()
    await other.has(1)
    await one.has(1)
    return one, other


async def test_lines_written_in_both_processes_at_once_share_no_number(two):
    one, other = await both(two)

    async def talk(client, name):
        acks = [await client.says(f"{name} {n}") for n in range(18)]
        return [ack["seq"] for ack in acks]

    numbers = await asyncio.gather(talk(one, "here"), talk(other, "there"))
    assert sorted(numbers[0] + numbers[1]) == list(range(2, 38))
    for client in (one, other):
        await client.has(37)
        assert sorted(client.lines) == list(range(1, 38))
    assert one.texts() == other.texts()


async def test_the_same_message_sent_to_both_is_one_line(two):
    one, other = await both(two)
    first, again = await asyncio.gather(one.says("Once", cid="samesame"), other.says("Once", cid="samesame"))
    assert first["seq"] == again["seq"] == 2
    assert (await one.says("More"))["seq"] == 3


async def test_an_answer_sent_by_the_other_process_arrives_at_once_with_its_marks(two):
    here, there = two
    sara = there.client()
    await sara.connect()
    await sara.says("Hello")
    await here.answers(await here.ticket(), "From the other process")
    await sara.has(2)
    assert sara.lines[2]["text"] == "From the other process"
    assert (await sara.until(lambda one: one["t"] == "read"))["by"] == "desk"
    assert (await sara.until(lambda one: one["t"] == "status"))["agent"] == "Mina"


async def test_typing_goes_both_ways_between_processes(two):
    here, there = two
    sara = there.client()
    welcome = await sara.connect()
    await sara.says("Hello")
    with here.story.app.live.subscribe() as events:
        await sara.put(t="typing", on=True)
        async with asyncio.timeout(PATIENCE):
            while (event := await events.next()).topic != "hint" or not event.data.get("typing"):
                pass
    assert event.data["conversation"] == welcome["visitor"]
    here.story.database.shout("said", ["webchat", welcome["visitor"], {"typing": True, "name": "Mina", "read": True}])
    assert (await sara.until(lambda one: one["t"] == "typing"))["name"] == "Mina"
    assert (await sara.until(lambda one: one["t"] == "read"))["seq"] == 1


async def test_a_read_mark_reaches_the_tab_at_the_other_process(two):
    one, other = await both(two)
    await one.put(t="read", seq=1)
    assert await other.until(lambda frame: frame["t"] == "read") == {"t": "read", "by": "visitor", "seq": 1}


async def test_workers_and_pages_of_one_hear_of_what_the_other_took_in(two):
    here, there = two
    with here.story.app.live.subscribe() as events:
        sara = there.client()
        await sara.connect()
        await sara.says("Hello")
        async with asyncio.timeout(PATIENCE):
            await here.story.app.bells["intake"].wait(PATIENCE)
            number = await there.ticket()
            while (event := await events.next()).topic != "ticket":
                pass
    assert event.data == number


async def test_who_is_at_a_ticket_is_known_at_both(two):
    here, there = two
    here.story.database.shout("here", [7, 3, "Mina", True])
    presence, now = there.story.app.presence, there.story.time()
    async with asyncio.timeout(PATIENCE):
        while not presence.at(7, now=now):
            await asyncio.sleep(0.01)
    assert [(one.name, one.writing) for one in presence.at(7, now=now)] == [("Mina", True)]


async def test_a_lost_notification_connection_is_reopened_and_missed_calls_heal(two):
    from sqlalchemy import text

    one, other = await both(two)
    here, there = two
    calls = there.story.database.calls
    calls.listening.clear()
    await here.story.database.write(
        lambda tx: tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ~* 'pg_notify|listen'"
            )
        )
    )
    await one.says("While nobody called")
    async with asyncio.timeout(PATIENCE):
        await calls.listening.wait()
    await other.put(t="ping", n=9)  # whoever pings looks by itself
    await other.has(2)
    await one.says("And again")
    await other.has(3)
    assert other.texts() == ["First", "While nobody called", "And again"]
