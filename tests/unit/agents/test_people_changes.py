"""Changes of people: names, roles, teams, disabling and enabling; on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.agents import actions, queries
from helpdesk.agents.hashing import token_hash
from helpdesk.errors import Conflict, Forbidden, Invalid
from tests.unit.agents.test_people_store import NOON, QUARTER, invited, signed_in


async def bosses(database):
    boss_id, _ = await invited(database, "Boss", "boss@desk.example", "administrator")
    return await database.read(queries.person, person_id=boss_id)


@pytest.mark.parametrize("name", ["", "  \n", "...", "\u200c", "\u202e"])
async def test_an_empty_name_is_refused(database, name):
    person_id, _ = await invited(database)
    with pytest.raises(Invalid, match="needs a name"):
        await database.write(actions.rename, person_id=person_id, name=name, now=NOON, by=person_id)


async def test_a_name_is_normalised_to_one_line_without_direction_marks(database):
    person_id, _ = await invited(database)
    await database.write(
        actions.rename, person_id=person_id, name=" Sara\r\nBcc: x \u202eلی‌لا ", now=NOON, by=person_id
    )
    assert (await database.read(queries.person, person_id=person_id)).name == "Sara Bcc: x لی‌لا"
    assert (await database.read(queries.log_page))[0].action == "person.renamed"


@pytest.mark.parametrize(("name", "asked"), [("Administrator", True), ("sara", True), ("Sara Moradi", False)])
async def test_a_person_named_by_the_desk_is_recognised(database, name, asked):
    person_id, _ = await invited(database, name)
    assert (await database.read(queries.person, person_id=person_id)).named_by_desk is asked


async def test_changes_of_a_person_are_atomic(database):
    boss = await bosses(database)
    person_id, _ = await invited(database)
    other_id, _ = await invited(database, "Ali", "ali@desk.example")
    await database.write(actions.set_extension, person_id=other_id, extension="12", now=NOON, by=boss.id)
    first, second = [
        await database.write(actions.new_team, name=name, now=NOON, by=boss.id) for name in ("Support", "Sales")
    ]
    asked = {"person_id": person_id, "by": boss, "now": NOON}
    await database.write(
        actions.shape, name="Sara M", role="agent", extension="", teams=frozenset({first}), **asked
    )  # fmt: skip
    wanted = {"name": "Sara Moradi", "role": "supervisor", "teams": frozenset({second}), **asked}
    with pytest.raises(Conflict, match="extension"):
        await database.write(actions.shape, extension="۱۲", **wanted)
    (still,) = await database.read(queries.staff, now=NOON, person_id=person_id)
    assert (still.person.name, still.teams, still.extension) == ("Sara M", (first,), "")
    await database.write(actions.shape, extension="۱۳", **wanted)
    (new,) = await database.read(queries.staff, now=NOON, person_id=person_id)
    assert (new.person.name, new.person.role, new.teams, new.extension) == (
        "Sara Moradi", "supervisor", (second,), "13",
    )  # fmt: skip


async def test_only_an_administrator_changes_or_enables_people(database):
    person_id, _ = await invited(database, role="supervisor")
    person = await database.read(queries.person, person_id=person_id)
    with pytest.raises(Forbidden):
        await database.write(
            actions.shape, person_id=person_id, name="X", role="administrator", extension="", teams=frozenset(),
            by=person, now=NOON,
        )  # fmt: skip
    with pytest.raises(Forbidden):
        await database.write(actions.enable, person_id=person_id, by=person, now=NOON)


async def test_an_enabled_person_keeps_the_password(database):
    boss = await bosses(database)
    person_id, _ = await invited(database)
    token = await signed_in(database, person_id)
    await database.write(actions.disable, person_id=person_id, by=boss, now=NOON)
    for _ in range(2):
        await database.write(actions.enable, person_id=person_id, by=boss, now=NOON)
    assert await database.read(queries.password_of, email="sara@desk.example") is not None
    assert await database.read(queries.session, token_hash=token_hash(token)) is None
    log = [each.action for each in await database.read(queries.log_page)]
    assert log.count("person.enabled") == 1


async def test_staff_lists_last_seen_times_and_open_links(database):
    boss = await bosses(database)
    person_id, _ = await invited(database)
    later = NOON + timedelta(hours=1)
    await signed_in(database, boss.id)
    everybody = await database.read(queries.staff, now=NOON)
    assert [(each.person.name, each.seen_at, each.link_until) for each in everybody] == [
        ("Boss", NOON, NOON + QUARTER), ("Sara", None, NOON + QUARTER),
    ]  # fmt: skip
    await database.write(actions.disable, person_id=person_id, by=boss, now=later)
    everybody = await database.read(queries.staff, now=later)
    assert [(each.person.name, each.disabled_at, each.link_until) for each in everybody] == [
        ("Boss", None, None), ("Sara", later, None),
    ]  # fmt: skip


async def test_the_extension_of_a_disabled_person_is_free(database):
    boss = await bosses(database)
    person_id, _ = await invited(database)
    await database.write(actions.set_extension, person_id=person_id, extension="12", now=NOON, by=boss.id)
    with pytest.raises(Conflict):
        await database.write(actions.set_extension, person_id=boss.id, extension="12", now=NOON, by=boss.id)
    await database.write(actions.disable, person_id=person_id, by=boss, now=NOON)
    await database.write(actions.set_extension, person_id=boss.id, extension="12", now=NOON, by=boss.id)
    assert await database.read(queries.by_extension, extension="12") == boss.id
