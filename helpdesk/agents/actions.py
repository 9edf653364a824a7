"""Writes of people and teams. Each is recorded in the audit log, in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk.agents import queries, rules
from helpdesk.agents.hashing import new_token, token_hash
from helpdesk.agents.models import audit_log, memberships, one_time_links, people, sessions, teams
from helpdesk.agents.rules import Person, Role
from helpdesk.database.engine import hint
from helpdesk.errors import Conflict, Forbidden, Invalid, NotFound


def record(
    tx: Connection, *, action: str, now: datetime, by: int | None, about: str = "", address: str = "", **data: Any
) -> None:
    """Add a line to the audit log, for good."""
    values = {"at": now, "person_id": by, "action": action, "about": about, "address": address, "data": data}
    tx.execute(insert(audit_log).values(**values))


def add_person(
    tx: Connection, *, name: str, email: str, role: Role, now: datetime, by: int | None, language: str | None = None,
    extension: str | None = None,
) -> int:  # fmt: skip
    """Add a person, who signs in by link until they choose a password. Returns the id.

    `extension`: of their telephone; calls answered there are credited to them.
    """
    folded = rules.parse_email(email)
    kept = rules.fold_name(name)
    if role not in rules.ROLES:
        raise Invalid("There is no such role.", "role")
    if tx.scalar(select(people.c.id).where(people.c.email == folded)) is not None:
        raise Conflict("Somebody with this address is here already.", "email")
    values = {"name": kept, "email": folded, "role": role, "language": language, "created_at": now}
    values["extension"] = extension
    made = tx.execute(insert(people).values(**values)).inserted_primary_key
    assert made is not None
    person_id: int = made[0]
    record(tx, action="person.added", now=now, by=by, about=f"person:{person_id}", role=role)
    return person_id


def make_link(tx: Connection, *, person_id: int, now: datetime, lasts: timedelta, by: int | None = None) -> str:
    """Create a one-time link for /sign-in/link/<token>; returns the token. Earlier links stop working."""
    queries.person(tx, person_id=person_id)
    waiting = (one_time_links.c.person_id == person_id) & one_time_links.c.used_at.is_(None)
    tx.execute(delete(one_time_links).where(waiting))
    token = new_token()
    values = {"token_hash": token_hash(token), "person_id": person_id, "made_by_id": by}
    tx.execute(insert(one_time_links).values(**values, created_at=now, expires_at=now + lasts))
    record(tx, action="link.made", now=now, by=by, about=f"person:{person_id}")
    return token


def invite(
    tx: Connection, *, name: str, email: str, role: Role, now: datetime, lasts: timedelta, by: int | None = None
) -> tuple[int, str]:
    """Add a person; returns the id and the token of their first sign-in link."""
    person_id = add_person(tx, name=name, email=email, role=role, now=now, by=by)
    return person_id, make_link(tx, person_id=person_id, now=now, lasts=lasts, by=by)


def first_administrator(tx: Connection, *, name: str, email: str, now: datetime, lasts: timedelta) -> str | None:
    """The token of a sign-in link for the first administrator; None once one has a password or a session.

    Until then every start creates a new link, so that an expired one locks nobody out.
    """
    administrators = [person for person in queries.everybody(tx) if person.role == "administrator"]
    settled = select(func.count()).select_from(sessions).join(people).where(people.c.role == "administrator")
    if any(administrator.has_password for administrator in administrators) or tx.scalar(settled):
        return None
    if administrators:
        return make_link(tx, person_id=administrators[0].id, now=now, lasts=lasts)
    return invite(tx, name=name, email=email, role="administrator", now=now, lasts=lasts)[1]


def change_role(tx: Connection, *, person_id: int, role: Role, by: Person, now: datetime) -> None:
    """Change a person's role and end their sessions. The last administrator can't be demoted."""
    _must(by, "people.manage")
    if role not in rules.ROLES:
        raise Invalid("There is no such role.", "role")
    person = queries.person(tx, person_id=person_id)
    if person.role == role:
        return
    _keep_one_administrator(tx, person)
    tx.execute(update(people).where(people.c.id == person_id).values(role=role))
    tx.execute(delete(sessions).where(sessions.c.person_id == person_id))
    hint(tx, "signed_out", person_id)
    data = {"from": person.role, "to": role}
    record(tx, action="person.role", now=now, by=by.id, about=f"person:{person_id}", **data)


def rename(tx: Connection, *, person_id: int, name: str, now: datetime, by: int) -> None:
    """Change a person's name. Raises Invalid for an empty one."""
    kept, person = rules.fold_name(name), queries.person(tx, person_id=person_id)
    if kept != person.name:
        tx.execute(update(people).where(people.c.id == person_id).values(name=kept))
        data = {"from": person.name, "to": kept}
        record(tx, action="person.renamed", now=now, by=by, about=f"person:{person_id}", **data)


def disable(tx: Connection, *, person_id: int, by: Person, now: datetime) -> None:
    """Disable a person: sessions end, links die, the name stays on what they wrote."""
    _must(by, "people.manage")
    _keep_one_administrator(tx, queries.person(tx, person_id=person_id))
    tx.execute(update(people).where(people.c.id == person_id).values(disabled_at=now))
    tx.execute(delete(sessions).where(sessions.c.person_id == person_id))
    hint(tx, "signed_out", person_id)
    unused = (one_time_links.c.person_id == person_id) & one_time_links.c.used_at.is_(None)
    tx.execute(delete(one_time_links).where(unused))
    record(tx, action="person.disabled", now=now, by=by.id, about=f"person:{person_id}")


def enable(tx: Connection, *, person_id: int, by: Person, now: datetime) -> None:
    """Enable a disabled person, who keeps the password. Does nothing for an enabled one."""
    _must(by, "people.manage")
    gone = (people.c.id == person_id) & people.c.disabled_at.is_not(None)
    if tx.execute(update(people).where(gone).values(disabled_at=None)).rowcount:
        record(tx, action="person.enabled", now=now, by=by.id, about=f"person:{person_id}")


def shape(
    tx: Connection, *, person_id: int, name: str, role: Role, extension: str, teams: frozenset[int], by: Person, now: datetime
) -> None:  # fmt: skip
    """Change name, role, extension and teams at once. Raises Invalid, Conflict, Forbidden."""
    _must(by, "people.manage")
    rename(tx, person_id=person_id, name=name, now=now, by=by.id)
    set_extension(tx, person_id=person_id, extension=extension, now=now, by=by.id)
    there = frozenset(queries.teams_of(tx, person_id=person_id))
    for team_id in sorted(teams - there):
        join_team(tx, team_id=team_id, person_id=person_id, now=now, by=by.id)
    for team_id in sorted(there - teams):
        leave_team(tx, team_id=team_id, person_id=person_id, now=now, by=by.id)
    change_role(tx, person_id=person_id, role=role, by=by, now=now)


def prefer(tx: Connection, *, person_id: int, language: str | None = None, theme: str | None = None) -> None:
    """Save a person's preferences; None leaves one unchanged."""
    if language not in (None, "fa", "en"):
        raise Invalid("There is no such language.", "language")
    if theme not in (None, "system", "light", "dark"):
        raise Invalid("There is no such look.", "theme")
    values = {key: value for key, value in (("language", language), ("theme", theme)) if value is not None}
    if values:
        tx.execute(update(people).where(people.c.id == person_id).values(**values))


def set_extension(tx: Connection, *, person_id: int, extension: str, now: datetime, by: int) -> None:
    """Set a person's extension; empty: none. Raises Invalid, Conflict when it is somebody else's."""
    wanted = rules.fold_extension(extension)
    if wanted is None and extension.strip():
        raise Invalid("An extension has up to 12 digits.", "extension")
    left = (people.c.extension == wanted) & people.c.disabled_at.is_not(None)
    tx.execute(update(people).where(left).values(extension=None))  # a disabled person's extension is free
    owner = queries.by_extension(tx, extension=wanted) if wanted else None
    if owner not in (None, person_id):
        raise Conflict("Somebody else has this extension.", "extension")
    if queries.extension_of(tx, person_id=person_id) == wanted:
        return
    tx.execute(update(people).where(people.c.id == person_id).values(extension=wanted))
    record(tx, action="person.extension", now=now, by=by, about=f"person:{person_id}", extension=wanted)


def new_team(tx: Connection, *, name: str, now: datetime, by: int | None) -> int:
    """Create a team; returns its id."""
    kept = name.strip()[: rules.LONGEST_TEAM]
    if not kept:
        raise Invalid("A team needs a name.", "team")
    if tx.scalar(select(teams.c.id).where(teams.c.name == kept)) is not None:
        raise Conflict("There is a team of this name already.", "team")
    made = tx.execute(insert(teams).values(name=kept, created_at=now)).inserted_primary_key
    assert made is not None
    team_id: int = made[0]
    record(tx, action="team.made", now=now, by=by, about=f"team:{team_id}")
    return team_id


def join_team(tx: Connection, *, team_id: int, person_id: int, now: datetime, by: int | None) -> None:
    """Add a person to a team; does nothing for a member."""
    if tx.scalar(select(teams.c.id).where(teams.c.id == team_id)) is None:
        raise NotFound("There is no such team.")
    queries.person(tx, person_id=person_id)
    if team_id not in queries.teams_of(tx, person_id=person_id):
        tx.execute(insert(memberships).values(team_id=team_id, person_id=person_id))
        record(tx, action="team.joined", now=now, by=by, about=f"team:{team_id}", person=person_id)


def leave_team(tx: Connection, *, team_id: int, person_id: int, now: datetime, by: int | None) -> None:
    """Remove a person from a team."""
    both = (memberships.c.team_id == team_id) & (memberships.c.person_id == person_id)
    if tx.execute(delete(memberships).where(both)).rowcount:
        record(tx, action="team.left", now=now, by=by, about=f"team:{team_id}", person=person_id)


def _must(person: Person, action: str) -> None:
    if not rules.may(person, action):
        raise Forbidden("Only an administrator may do this.")


def _keep_one_administrator(tx: Connection, person: Person) -> None:
    others = select(func.count()).where(people.c.role == "administrator", people.c.disabled_at.is_(None))
    if person.role == "administrator" and tx.scalar(others.where(people.c.id != person.id)) == 0:
        raise Conflict("The desk needs at least one administrator.", "role")


def invite_or_link(
    tx: Connection, *, name: str, email: str, role: Role, now: datetime, lasts: timedelta, by: int | None = None
) -> str:
    """The token of a one-time link for an address; a new person is added first."""
    mine = people.c.email == (rules.fold_email(email) or "")
    known = tx.execute(select(people.c.id, people.c.disabled_at).where(mine)).first()
    if known is not None:
        if known.disabled_at is not None:
            raise Conflict("Somebody with this address was here and may not come in. Let them in again first.", "email")
        return make_link(tx, person_id=known.id, now=now, lasts=lasts, by=by)
    return invite(tx, name=name, email=email, role=role, now=now, lasts=lasts, by=by)[1]
