"""Writes of signing in and out: counted attempts, sessions, one-time links.

Passwords are hashed before, outside the transaction: that is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from helpdesk.agents import queries, rules
from helpdesk.agents.actions import record, rename
from helpdesk.agents.hashing import new_token, token_hash
from helpdesk.agents.models import one_time_links, people, sessions, sign_in_attempts
from helpdesk.agents.rules import Person
from helpdesk.database.engine import hint
from helpdesk.errors import Forbidden, Invalid, NotFound
from helpdesk.errors import gettext_noop as _


class Resting(Forbidden):
    """Too many attempts. `until`: when the next one is accepted."""

    def __init__(self, until: datetime) -> None:
        super().__init__(_("Too many tries. Wait a little, or ask an administrator for a one-time link."))
        self.until = until


@dataclass(frozen=True, slots=True)
class Limits:
    """How often sign-in may fail, and how long a session lasts."""

    window: timedelta
    per_account: int
    per_address: int
    lasts: timedelta


def begin(
    tx: Connection, *, account: str, address: str, limits: Limits, now: datetime, known_device: str | None = None
) -> int:
    """Count an attempt before it is checked, so that concurrent ones are counted too; returns its id.

    A device that the account has signed in from before is counted by itself (`known_device`, its id), so that others
    who guess at the account do not lock out its owner. Raises Resting, for unknown accounts too.
    """
    account, address = counted_as(account, known_device), address[:64]
    tx.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at <= now - limits.window))
    mine, here = queries.recent_attempts(tx, account=account, address=address, since=now - limits.window)
    untils = [
        rules.rests_until(mine, limit=limits.per_account, window=limits.window, now=now),
        rules.rests_until(here, limit=limits.per_address, window=limits.window, now=now),
    ]
    until = max((moment for moment in untils if moment is not None), default=None)
    if until is not None:
        raise Resting(until)
    made = tx.execute(insert(sign_in_attempts).values(account=account, address=address, at=now)).inserted_primary_key
    assert made is not None
    attempt_id: int = made[0]
    return attempt_id


def counted_as(account: str, known_device: str | None) -> str:
    """Under which name attempts are counted: the account's for strangers, one for each device known to it."""
    return account[:254] if known_device is None else f"{account[:200]} from {known_device[:40]}"


def enter(
    tx: Connection, *, person_id: int, account: str, address: str, device: str, limits: Limits, now: datetime,
    rotated: str | None = None, new_hash: str | None = None, known_device: str | None = None,
) -> str:  # fmt: skip
    """Create a session after a right password; returns its token. Failed attempts of the account, or of the known device, are deleted.

    `rotated`: hash of the browser's previous session, which ends; `new_hash` replaces an outdated hash.
    """
    queries.person(tx, person_id=person_id)
    tx.execute(delete(sign_in_attempts).where(sign_in_attempts.c.account == counted_as(account, known_device)))
    if new_hash is not None:
        tx.execute(update(people).where(people.c.id == person_id).values(password_hash=new_hash))
    return _session(
        tx, person_id=person_id, how="password", address=address, device=device, limits=limits, now=now, rotated=rotated
    )


def enter_by_link(
    tx: Connection, *, token: str, address: str, device: str, limits: Limits, now: datetime, rotated: str | None = None
) -> tuple[Person, str]:
    """Use a one-time link; returns the person and a session token. Raises NotFound when it is used or expired."""
    hashed = token_hash(token)
    person = queries.link(tx, token_hash=hashed, now=now)
    spent = update(one_time_links).where(one_time_links.c.token_hash == hashed, one_time_links.c.used_at.is_(None))
    if tx.execute(spent.values(used_at=now)).rowcount != 1:
        raise NotFound("This link was used already or has expired. Ask for another one.")
    session = _session(
        tx, person_id=person.id, how="link", address=address, device=device, limits=limits, now=now, rotated=rotated
    )
    return person, session


def seen(tx: Connection, *, session_id: int, now: datetime) -> None:
    """Restart a session's idle time."""
    tx.execute(update(sessions).where(sessions.c.id == session_id, sessions.c.seen_at < now).values(seen_at=now))


def leave(tx: Connection, *, token: str, now: datetime) -> None:
    """End a session. Does nothing when it is gone already."""
    row = tx.execute(
        select(sessions.c.id, sessions.c.person_id).where(sessions.c.token_hash == token_hash(token))
    ).first()
    if row is not None:
        tx.execute(delete(sessions).where(sessions.c.id == row.id))
        _close(tx, row.person_id)
        record(tx, action="signed_out", now=now, by=row.person_id, about=f"person:{row.person_id}")


def revoke(tx: Connection, *, session_id: int, by: Person, now: datetime) -> None:
    """Revoke one of the own sessions. Raises NotFound for anybody else's."""
    own = (sessions.c.id == session_id) & (sessions.c.person_id == by.id)
    if tx.execute(delete(sessions).where(own)).rowcount != 1:
        raise NotFound("There is no such session any more.")
    _close(tx, by.id)
    record(tx, action="session.revoked", now=now, by=by.id, about=f"person:{by.id}")


def choose_password(
    tx: Connection, *, person_id: int, new_hash: str, known_hash: str | None, address: str, device: str,
    limits: Limits, now: datetime, name: str | None = None,
) -> str:  # fmt: skip
    """Store a new password's hash and end all sessions; returns the token of a new one.

    `name`: what they want to be called from now on; None leaves it. `known_hash` is the hash the old password was compared with: another one meanwhile is a Forbidden.
    """
    stored = tx.scalar(select(people.c.password_hash).where(people.c.id == person_id))
    if stored != known_hash:
        raise Forbidden("Your password was changed meanwhile. Sign in again.")
    if not new_hash.startswith("$argon2id$"):
        raise Invalid("A password is stored as its argon2id hash only.", "password")
    if name is not None:
        rename(tx, person_id=person_id, name=name, now=now, by=person_id)
    tx.execute(update(people).where(people.c.id == person_id).values(password_hash=new_hash))
    tx.execute(delete(sessions).where(sessions.c.person_id == person_id))
    waiting = (one_time_links.c.person_id == person_id) & one_time_links.c.used_at.is_(None)
    tx.execute(delete(one_time_links).where(waiting))
    _close(tx, person_id)
    record(tx, action="password.chosen", now=now, by=person_id, about=f"person:{person_id}", address=address)
    return _session(
        tx, person_id=person_id, how="password", address=address, device=device, limits=limits, now=now, rotated=None
    )


def _close(tx: Connection, person_id: int) -> None:
    """Tell open event streams to check this person's session again."""
    hint(tx, "signed_out", person_id)


def _session(
    tx: Connection, *, person_id: int, how: str, address: str, device: str, limits: Limits, now: datetime,
    rotated: str | None,
) -> str:  # fmt: skip
    if rotated is not None:
        tx.execute(delete(sessions).where(sessions.c.token_hash == rotated))
    tx.execute(delete(sessions).where(sessions.c.person_id == person_id, sessions.c.expires_at <= now))
    token = new_token()
    tx.execute(
        insert(sessions).values(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            expires_at=now + limits.lasts,
            address=address[:64],
            device=device[:200],
            by_link=how == "link",
        )
    )
    record(tx, action="signed_in", now=now, by=person_id, about=f"person:{person_id}", address=address[:64], how=how)
    return token
