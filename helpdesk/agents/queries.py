"""Reads of people, teams, sessions and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, bindparam, cast, func, literal, select

from helpdesk.agents.models import audit_log, memberships, one_time_links, people, sessions, sign_in_attempts, teams
from helpdesk.agents.rules import Person
from helpdesk.errors import NotFound

_PERSON = (
    people.c.id,
    people.c.name,
    people.c.email,
    people.c.role,
    people.c.language,
    people.c.theme,
    people.c.password_hash.is_not(None).label("has_password"),
)
_SESSION = (
    select(
        sessions.c.id.label("session_id"),
        sessions.c.seen_at,
        sessions.c.expires_at,
        sessions.c.by_link,
        sessions.c.created_at,
        *_PERSON,
    )
    .join(people, people.c.id == sessions.c.person_id)
    .where(sessions.c.token_hash == bindparam("token_hash"), people.c.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: int
    person: Person
    seen_at: datetime
    expires_at: datetime
    created_at: datetime
    by_link: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """A person as the people page shows them. `link_until`: until when an unused link is valid."""

    person: Person
    extension: str
    teams: tuple[int, ...]
    seen_at: datetime | None
    disabled_at: datetime | None
    link_until: datetime | None


def person(tx: Connection, *, person_id: int) -> Person:
    """One person who may still sign in. Raises NotFound."""
    row = tx.execute(select(*_PERSON).where(people.c.id == person_id, people.c.disabled_at.is_(None))).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    return _person(row)


def everybody(tx: Connection) -> list[Person]:
    """All people who may sign in, by name."""
    rows = tx.execute(select(*_PERSON).where(people.c.disabled_at.is_(None)).order_by(people.c.name, people.c.id))
    return [_person(row) for row in rows]


def staff(tx: Connection, *, now: datetime, person_id: int | None = None) -> list[Staff]:
    """All people, or one of them; enabled ones first, then by name."""
    about = literal("person:") + cast(people.c.id, String)
    seen = select(func.max(sessions.c.seen_at)).where(sessions.c.person_id == people.c.id).scalar_subquery()
    signed = select(func.max(audit_log.c.at)).where(
        audit_log.c.about == about, audit_log.c.action.in_(("signed_in", "signed_out"))
    )
    waiting = select(func.max(one_time_links.c.expires_at)).where(
        one_time_links.c.person_id == people.c.id, one_time_links.c.used_at.is_(None), one_time_links.c.expires_at > now
    )
    more = (
        people.c.extension, people.c.disabled_at, seen.label("seen_at"), signed.scalar_subquery().label("signed_at"),
        waiting.scalar_subquery().label("link_until"),
    )  # fmt: skip
    statement = select(*_PERSON, *more).order_by(people.c.disabled_at.is_not(None), people.c.name, people.c.id)
    if person_id is not None:
        statement = statement.where(people.c.id == person_id)
    within: dict[int, list[int]] = {}
    for row in tx.execute(select(memberships.c.person_id, memberships.c.team_id).order_by(memberships.c.team_id)):
        within.setdefault(row.person_id, []).append(row.team_id)
    return [
        Staff(
            _person(row), row.extension or "", tuple(within.get(row.id, ())),
            max((at for at in (row.seen_at, row.signed_at) if at is not None), default=None),
            row.disabled_at, row.link_until,
        )
        for row in tx.execute(statement)
    ]  # fmt: skip


def names(tx: Connection) -> dict[int, str]:
    """The names of all people ever, by id, for timelines."""
    return {row.id: row.name for row in tx.execute(select(people.c.id, people.c.name))}


def password_of(tx: Connection, *, email: str) -> tuple[Person, str | None] | None:
    """The person with this folded address and their password's hash, if they may sign in."""
    row = tx.execute(
        select(*_PERSON, people.c.password_hash).where(people.c.email == email, people.c.disabled_at.is_(None))
    ).one_or_none()
    return None if row is None else (_person(row), row.password_hash)


def session(tx: Connection, *, token_hash: str) -> Session | None:
    """The session of a token, expired or not; None when there is none or its person is disabled."""
    row = tx.execute(_SESSION, {"token_hash": token_hash}).one_or_none()
    if row is None:
        return None
    return Session(row.session_id, _person(row), row.seen_at, row.expires_at, row.created_at, row.by_link)


def sessions_of(tx: Connection, *, person_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """A person's sessions: id, device, address, created_at, seen_at; most recent first."""
    statement = (
        select(sessions.c.id, sessions.c.device, sessions.c.address, sessions.c.created_at, sessions.c.seen_at)
        .where(sessions.c.person_id == person_id, sessions.c.expires_at > now)
        .order_by(sessions.c.seen_at.desc())
    )
    return tx.execute(statement).all()


def link(tx: Connection, *, token_hash: str, now: datetime) -> Person:
    """The person of a one-time link. Raises NotFound when it is used, expired or unknown."""
    statement = (
        select(*_PERSON)
        .join(one_time_links, one_time_links.c.person_id == people.c.id)
        .where(
            one_time_links.c.token_hash == token_hash,
            one_time_links.c.used_at.is_(None),
            one_time_links.c.expires_at > now,
            people.c.disabled_at.is_(None),
        )
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound("This link was used already or has expired. Ask for another one.")
    return _person(row)


def recent_attempts(
    tx: Connection, *, account: str, address: str, since: datetime
) -> tuple[list[datetime], list[datetime]]:
    """Times of failed sign-ins since then: for the account, and from the network address."""
    tried = sign_in_attempts.c
    by_account = tx.scalars(select(tried.at).where(tried.account == account, tried.at > since)).all()
    by_address = tx.scalars(select(tried.at).where(tried.address == address, tried.at > since)).all()
    return list(by_account), list(by_address)


def teams_by_name(tx: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every team: id, name."""
    return tx.execute(select(teams.c.id, teams.c.name).order_by(teams.c.name)).all()


def team_named(tx: Connection, *, name: str) -> int | None:
    """The team of this name, or None."""
    return tx.scalar(select(teams.c.id).where(teams.c.name == name.strip()))


def teams_of(tx: Connection, *, person_id: int) -> list[int]:
    """Ids of a person's teams."""
    statement = select(memberships.c.team_id).where(memberships.c.person_id == person_id)
    return list(tx.scalars(statement.order_by(memberships.c.team_id)))


def members(tx: Connection, *, team_id: int) -> list[Person]:
    """Members of a team, by name."""
    statement = (
        select(*_PERSON)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(memberships.c.team_id == team_id, people.c.disabled_at.is_(None))
        .order_by(people.c.name, people.c.id)
    )
    return [_person(row) for row in tx.execute(statement)]


def log_page(tx: Connection, *, before: int | None = None, limit: int = 50) -> Sequence[Row[*tuple[Any, ...]]]:
    """A page of the audit log, newest first, older than the entry `before`."""
    statement = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(audit_log.c.id < before)
    return tx.execute(statement).all()


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(row.id, row.name, row.email, row.role, row.language, row.theme, bool(row.has_password))


def names_by_extension(tx: Connection) -> dict[str, str]:
    """Names by extension."""
    known = select(people.c.extension, people.c.name).where(people.c.extension.is_not(None))
    return {row.extension: row.name for row in tx.execute(known)}


def by_extension(tx: Connection, *, extension: str) -> int | None:
    """The person with this extension."""
    return tx.scalar(select(people.c.id).where(people.c.extension == extension))


def extension_of(tx: Connection, *, person_id: int) -> str | None:
    """A person's extension."""
    return tx.scalar(select(people.c.extension).where(people.c.id == person_id, people.c.disabled_at.is_(None)))
