"""People, teams, links and sessions in the database; each test runs on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.agents import actions, queries, sign_in
from helpdesk.agents.hashing import token_hash
from helpdesk.errors import Conflict, Forbidden, Invalid, NotFound

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
LIMITS = sign_in.Limits(window=QUARTER, per_account=3, per_address=6, lasts=timedelta(days=30))
BROWSER = {"address": "192.0.2.7", "device": "Firefox, Linux", "limits": LIMITS}


async def invited(database, name="Sara", email="sara@desk.example", role="agent"):
    return await database.write(actions.invite, name=name, email=email, role=role, now=NOON, lasts=QUARTER)


async def signed_in(database, person_id, now=NOON):
    return await database.write(sign_in.enter, person_id=person_id, account="x", now=now, **BROWSER)


async def test_a_link_signs_in_once(database):
    person_id, token = await invited(database)
    person, session = await database.write(sign_in.enter_by_link, token=token, now=NOON, **BROWSER)
    assert person.id == person_id
    with pytest.raises(NotFound, match="used already"):
        await database.write(sign_in.enter_by_link, token=token, now=NOON, **BROWSER)
    found = await database.read(queries.session, token_hash=token_hash(session))
    assert found.person.email == "sara@desk.example"
    assert found.by_link


async def test_a_link_expires_and_a_newer_one_ends_the_older(database):
    person_id, first = await invited(database)
    with pytest.raises(NotFound):
        await database.write(sign_in.enter_by_link, token=first, now=NOON + QUARTER, **BROWSER)
    second = await database.write(actions.make_link, person_id=person_id, now=NOON, lasts=QUARTER)
    with pytest.raises(NotFound):
        await database.read(queries.link, token_hash=token_hash(first), now=NOON)
    assert (await database.read(queries.link, token_hash=token_hash(second), now=NOON)).id == person_id


async def test_tokens_and_links_are_stored_as_hashes_only(database):
    _, link = await invited(database)
    _, session = await database.write(sign_in.enter_by_link, token=link, now=NOON, **BROWSER)

    def everything(tx):
        return repr(
            [
                tx.exec_driver_sql(f"SELECT * FROM {table}").all()
                for table in ("sessions", "one_time_links", "audit_log")
            ]
        )

    stored = await database.read(everything)
    assert link not in stored
    assert session not in stored


async def test_the_first_administrator_gets_a_new_link_at_every_start_until_sign_in(database):
    async def start():
        return await database.write(
            actions.first_administrator, name="Administrator", email="admin@desk.example", now=NOON, lasts=QUARTER
        )

    first, second = await start(), await start()
    assert first
    assert second
    assert first != second
    person, _ = await database.write(sign_in.enter_by_link, token=second, now=NOON, **BROWSER)
    assert person.role == "administrator"
    assert await start() is None


async def test_attempts_are_counted_per_account_and_reset_by_success(database):
    person_id, _ = await invited(database)

    async def attempt(now=NOON, account="sara@desk.example"):
        await database.write(sign_in.begin, account=account, address="192.0.2.7", limits=LIMITS, now=now)

    for _ in range(3):
        await attempt()
    with pytest.raises(sign_in.Resting) as refusal:
        await attempt()
    assert refusal.value.until == NOON + QUARTER
    await attempt(now=NOON + QUARTER)
    await database.write(sign_in.enter, person_id=person_id, account="sara@desk.example", now=NOON, **BROWSER)
    await attempt(now=NOON + QUARTER)


async def test_attempts_are_counted_per_network_address_across_accounts(database):
    for number in range(6):
        await database.write(
            sign_in.begin, account=f"{number}@desk.example", address="192.0.2.7", limits=LIMITS, now=NOON
        )
    with pytest.raises(sign_in.Resting):
        await database.write(sign_in.begin, account="new@desk.example", address="192.0.2.7", limits=LIMITS, now=NOON)
    await database.write(sign_in.begin, account="new@desk.example", address="192.0.2.8", limits=LIMITS, now=NOON)


async def test_signing_in_again_replaces_the_session(database):
    person_id, _ = await invited(database)
    old = await signed_in(database, person_id)
    new = await database.write(
        sign_in.enter, person_id=person_id, account="x", now=NOON, rotated=token_hash(old), **BROWSER
    )
    assert await database.read(queries.session, token_hash=token_hash(old)) is None
    assert await database.read(queries.session, token_hash=token_hash(new)) is not None


async def test_a_new_password_ends_sessions_and_invalidates_links(database):
    person_id, link = await invited(database)
    old = [await signed_in(database, person_id) for _ in range(2)]
    new = await database.write(
        sign_in.choose_password, person_id=person_id, new_hash="$argon2id$x", known_hash=None, now=NOON, **BROWSER
    )
    assert [await database.read(queries.session, token_hash=token_hash(each)) for each in old] == [None, None]
    assert (await database.read(queries.session, token_hash=token_hash(new))).person.has_password
    with pytest.raises(NotFound):
        await database.read(queries.link, token_hash=token_hash(link), now=NOON)
    with pytest.raises(Forbidden, match="meanwhile"):
        await database.write(
            sign_in.choose_password, person_id=person_id, new_hash="$argon2id$y", known_hash=None, now=NOON, **BROWSER
        )


async def test_a_password_is_never_stored_in_clear(database):
    person_id, _ = await invited(database)
    with pytest.raises(Invalid, match="argon2id"):
        await database.write(
            sign_in.choose_password, person_id=person_id, new_hash="in clear", known_hash=None, now=NOON, **BROWSER
        )


async def test_a_role_change_ends_sessions_and_the_last_administrator_stays(database):
    boss_id, _ = await invited(database, "Boss", "boss@desk.example", "administrator")
    boss = await database.read(queries.person, person_id=boss_id)
    person_id, _ = await invited(database)
    token = await signed_in(database, person_id)
    await database.write(actions.change_role, person_id=person_id, role="supervisor", by=boss, now=NOON)
    assert await database.read(queries.session, token_hash=token_hash(token)) is None
    assert (await database.read(queries.person, person_id=person_id)).role == "supervisor"
    with pytest.raises(Conflict, match="at least one administrator"):
        await database.write(actions.change_role, person_id=boss_id, role="agent", by=boss, now=NOON)
    with pytest.raises(Conflict):
        await database.write(actions.disable, person_id=boss_id, by=boss, now=NOON)


async def test_only_an_administrator_changes_roles(database):
    person_id, _ = await invited(database)
    other = await database.read(queries.person, person_id=person_id)
    with pytest.raises(Forbidden):
        await database.write(actions.change_role, person_id=person_id, role="administrator", by=other, now=NOON)
    with pytest.raises(Forbidden):
        await database.write(actions.disable, person_id=person_id, by=other, now=NOON)


async def test_disabling_ends_sessions_and_keeps_the_name(database):
    boss_id, _ = await invited(database, "Boss", "boss@desk.example", "administrator")
    boss = await database.read(queries.person, person_id=boss_id)
    person_id, link = await invited(database)
    token = await signed_in(database, person_id)
    await database.write(actions.disable, person_id=person_id, by=boss, now=NOON)
    assert await database.read(queries.session, token_hash=token_hash(token)) is None
    assert await database.read(queries.password_of, email="sara@desk.example") is None
    with pytest.raises(NotFound):
        await database.read(queries.link, token_hash=token_hash(link), now=NOON)
    assert (await database.read(queries.names))[person_id] == "Sara"
    assert [each.name for each in await database.read(queries.everybody)] == ["Boss"]


async def test_only_its_owner_can_end_a_session(database):
    person_id, _ = await invited(database)
    other_id, _ = await invited(database, "Ali", "ali@desk.example")
    await signed_in(database, person_id)
    person = await database.read(queries.person, person_id=person_id)
    other = await database.read(queries.person, person_id=other_id)
    (mine,) = await database.read(queries.sessions_of, person_id=person_id, now=NOON)
    with pytest.raises(NotFound):
        await database.write(sign_in.revoke, session_id=mine.id, by=other, now=NOON)
    await database.write(sign_in.revoke, session_id=mine.id, by=person, now=NOON)
    assert not await database.read(queries.sessions_of, person_id=person_id, now=NOON)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "nobody"}, Invalid),
        ({"name": "  "}, Invalid),
        ({"role": "king"}, Invalid),
        ({"email": "SARA@desk.example"}, Conflict),
    ],
)
async def test_an_invalid_person_is_refused(database, values, error):
    await invited(database)
    asked = {"name": "X", "email": "x@desk.example", "role": "agent", **values}
    with pytest.raises(error):
        await database.write(actions.add_person, now=NOON, by=None, **asked)


async def test_a_link_for_an_address_finds_or_creates_its_person(database):
    person_id, _ = await invited(database)
    asked = {"name": "Sara", "role": "agent", "now": NOON, "lasts": QUARTER}
    known = await database.write(actions.invite_or_link, email="Sara@desk.example", **asked)
    new = await database.write(actions.invite_or_link, email="new@desk.example", **asked)
    assert (await database.read(queries.link, token_hash=token_hash(known), now=NOON)).id == person_id
    assert (await database.read(queries.link, token_hash=token_hash(new), now=NOON)).id != person_id


async def test_teams_have_members(database):
    person_id, _ = await invited(database)
    team_id = await database.write(actions.new_team, name="Support", now=NOON, by=None)
    for _ in range(2):
        await database.write(actions.join_team, team_id=team_id, person_id=person_id, now=NOON, by=None)
    assert await database.read(queries.teams_of, person_id=person_id) == [team_id]
    assert [each.id for each in await database.read(queries.members, team_id=team_id)] == [person_id]
    await database.write(actions.leave_team, team_id=team_id, person_id=person_id, now=NOON, by=None)
    assert await database.read(queries.members, team_id=team_id) == []
    with pytest.raises(Conflict):
        await database.write(actions.new_team, name="Support", now=NOON, by=None)
    with pytest.raises(NotFound):
        await database.write(actions.join_team, team_id=99, person_id=person_id, now=NOON, by=None)


async def test_the_audit_log_lists_actions_newest_first(database):
    _, token = await invited(database)
    await database.write(sign_in.enter_by_link, token=token, now=NOON, **BROWSER)
    page = await database.read(queries.log_page)
    assert [each.action for each in page] == ["signed_in", "link.made", "person.added"]
    assert [each.action for each in await database.read(queries.log_page, before=page[0].id, limit=1)] == ["link.made"]


async def test_preferences_are_stored_and_invalid_ones_refused(database):
    person_id, _ = await invited(database)
    await database.write(actions.prefer, person_id=person_id, language="en", theme="dark")
    person = await database.read(queries.person, person_id=person_id)
    assert (person.language, person.theme) == ("en", "dark")
    with pytest.raises(Invalid):
        await database.write(actions.prefer, person_id=person_id, theme="pink")
