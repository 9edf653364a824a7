"""One-time links that lead a customer to another channel. Only the hash of a token is kept; it counts once, for minutes."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk.contacts.models import links
from helpdesk.database.metadata import Row

LASTS = timedelta(minutes=15)
MOST_WAITING = 20  # unused ones of an address at a time: who asks without end gets no more
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
_BYTES = 24  # 192 bits, 32 characters


def _hash(token: str) -> str:
    return hashlib.sha256(f"link\n{token}".encode()).hexdigest()


def issue_link(
    tx: Connection, *, contact_id: int, address: str, ticket_id: int | None, person_id: int | None, now: datetime
) -> tuple[str, datetime] | None:
    """A fresh token and when it expires. None: too many of this address wait unused."""
    tx.execute(delete(links).where(links.c.expires_at < now - timedelta(days=30)))
    waiting = select(func.count()).where(
        links.c.address == address, links.c.expires_at > now, links.c.used_at.is_(None), links.c.person_id.is_(None)
    )
    if person_id is None and tx.execute(waiting).scalar_one() >= MOST_WAITING:
        return None
    token = secrets.token_urlsafe(_BYTES)
    tx.execute(
        insert(links),
        {
            "token_hash": _hash(token), "contact_id": contact_id, "address": address, "ticket_id": ticket_id,
            "person_id": person_id, "created_at": now, "expires_at": now + LASTS,
        },
    )  # fmt: skip
    return token, now + LASTS


def redeem_link(tx: Connection, *, token: str, address: str, now: datetime) -> Row | None:
    """Spend a token: its row, or None when it is used, expired or none of ours."""
    if not TOKEN.fullmatch(token):
        return None
    mine = (links.c.token_hash == _hash(token)) & links.c.used_at.is_(None) & (links.c.expires_at > now)
    if tx.execute(update(links).where(mine).values(used_at=now, used_by=address)).rowcount != 1:
        return None
    return tx.execute(select(links).where(links.c.token_hash == _hash(token))).one()
