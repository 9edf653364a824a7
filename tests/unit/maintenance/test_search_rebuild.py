"""Rebuild of the search index while messages arrive and change."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from helpdesk.database import fulltext_rebuild
from helpdesk.database.engine import open_database
from helpdesk.journey.lifecycle import merge
from helpdesk.maintenance import search_rebuild
from helpdesk.tickets.lists import ticket_search
from tests.support.desk.desk_story import story


async def search(database, question):
    return list(await database.read(ticket_search.search_tickets, question=question))


def empty(tx):
    """Empties the search index."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("DELETE FROM words")
    else:
        tx.exec_driver_sql("INSERT INTO words(words) VALUES ('delete-all')")


def left_over(tx):
    if tx.dialect.name == "postgresql":
        return []
    names = tx.exec_driver_sql("SELECT name FROM sqlite_master").scalars()
    return [name for name in names if name.startswith(("words_next", "words_changed", "note_words"))]


@pytest.fixture
def desk(database, tmp_path):
    return story(database, tmp_path)


async def rebuild(database, **more):
    steps = []
    await search_rebuild.rebuild(database, lambda done, total: steps.append((done, total)), **more)
    return steps


async def test_everything_is_found_by_text_subject_name_and_address(desk, database):
    mina = await desk.person()
    parcel = await desk.writes("سفارش من نرسیده", subject="Parcel", sender="sara@customers.example")
    invoice = await desk.writes("The invoice is wrong", subject="Billing", sender="omid@customers.example")
    await desk.answers(parcel, mina, "We shall look for the box")
    questions = ("سفارش", "Parcel", "sara@customers.example", "box", "invoice", "Billing", "nowhere")
    before = [await search(database, each) for each in questions]
    await database.write(empty)
    assert await search(database, "invoice") == []
    steps = await rebuild(database, batch=2)
    assert [await search(database, each) for each in questions] == before
    assert before[:6] == [[parcel], [parcel], [parcel], [parcel], [invoice], [invoice]]
    assert steps[-1][0] == steps[-1][1]


async def test_a_merged_ticket_is_found_as_its_parent(desk, database):
    mina = await desk.person()
    parent = await desk.writes("The box is late", subject="Parcel")
    child = await desk.writes("Where is it?", subject="Whereabouts", sender="omid@customers.example")
    merging = {"ticket_id": child, "into": parent, "person_id": mina, "now": desk.time(), "sure": True}
    await database.write(merge.merge_into, desk.context, **merging)
    await rebuild(database)
    for question in ("Parcel", "Whereabouts", "box", "Where is it", "omid"):
        assert await search(database, question) == [parent], question


async def test_text_before_an_edit_is_found_too(desk, database):
    number = await desk.writes("a yellow parcel", id="m1")
    await desk.writes("a green parcel", id="m2", kind="edit", target="m1")
    await rebuild(database)
    assert await search(database, "green") == await search(database, "yellow") == [number]


async def test_changes_during_a_rebuild_are_found(desk, database):
    mina = await desk.person()
    numbers = [await desk.writes(f"matter{n:02}", sender=f"c{n}@customers.example") for n in range(12)]

    async def goes_on():
        for n in range(12, 24):
            numbers.append(await desk.writes(f"matter{n:02}", sender=f"c{n}@customers.example"))
            await desk.answers(numbers[n - 12], mina, f"answer{n:02}")

    await asyncio.gather(rebuild(database, batch=1), goes_on())
    for n, number in enumerate(numbers):
        assert await search(database, f"matter{n:02}") == [number]
    for n in range(12, 24):
        assert await search(database, f"answer{n:02}") == [numbers[n - 12]]


async def test_a_text_that_changes_after_its_batch_is_found(desk, database):
    number = await desk.writes("the first wording")

    async def change_it():
        await database.write(lambda tx: tx.execute(text("UPDATE entries SET text = 'another phrase' WHERE id = 1")))

    await database.write(fulltext_rebuild.begin)
    await database.write(search_rebuild._index, entry_ids=[1])
    await change_it()
    await rebuild(database)
    assert await search(database, "another phrase") == [number]


async def test_an_interrupted_rebuild_resumes(desk, database):
    numbers = [await desk.writes(f"matter{n:02}", sender=f"c{n}@customers.example") for n in range(6)]

    def stop(done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await search_rebuild.rebuild(database, stop, batch=1)
    assert await search(database, "matter05") == [numbers[5]]
    steps = await rebuild(database, batch=1)
    if database.kind == "sqlite":
        assert steps[-1][1] < 6
    for n, number in enumerate(numbers):
        assert await search(database, f"matter{n:02}") == [number]
    assert await database.read(left_over) == []


async def test_another_process_switches_to_the_new_index(desk, database, database_url):
    first = await desk.writes("the first one")
    other = await open_database(database_url)
    try:
        await rebuild(other)
    finally:
        await other.close()
    second = await desk.writes("the second one", sender="b@customers.example")
    assert await search(database, "first") == [first]
    assert await search(database, "second") == [second]
