"""The state of the outbox, and what robots have sent lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, func, select, text, true

from helpdesk.database.metadata import Row
from helpdesk.outbox.models import UNDER_WAY, UNSENT, outbox
from helpdesk.outbox.recipient_addresses import mailbox_of, organisation_of

_UNDER_WAY = text(UNDER_WAY)  # the conditions stand in the statements, so that the partial indexes are seen
_FIGURES = select(
    *(
        select(func.count()).select_from(outbox).where(text(condition)).scalar_subquery().label(state)
        for state, condition in (
            ("queued", "state = 'queued'"),
            ("sending", f"{UNDER_WAY} AND state = 'sending'"),
            ("failed", f"{UNSENT} AND state = 'failed'"),
            ("uncertain", f"{UNSENT} AND state = 'uncertain'"),
        )
    )
)


def next_due(tx: Connection, *, after: datetime) -> datetime | None:
    """When the next queued message wants to leave. What was due by `after` and is still there waits for another one."""
    waiting = outbox.c.state == "queued"
    return tx.execute(select(func.min(outbox.c.due_at)).where(waiting, outbox.c.due_at > after)).scalar()


def next_lease_end(tx: Connection) -> datetime | None:
    """When the earliest lease of a message under way ends."""
    statement = select(func.min(outbox.c.lease_until)).where(_UNDER_WAY, outbox.c.state == "sending")
    return tx.execute(statement).scalar()


def figures(tx: Connection) -> dict[str, int]:
    """How many messages wait, are under way, failed or are uncertain."""
    return {str(state): count for state, count in tx.execute(_FIGURES).mappings().one().items()}


def automatic_since(
    tx: Connection, *, address: str, ticket_id: int, since: datetime, until: datetime
) -> tuple[int, int]:
    """How many automatic messages went to a mailbox and in a ticket since then; none of a time that is not yet."""
    counted = _automatic(since, until)
    to_address = tx.execute(counted.where(outbox.c.mailbox == mailbox_of(address))).scalar_one()
    in_ticket = tx.execute(counted.where(outbox.c.ticket_id == ticket_id)).scalar_one()
    return to_address, in_ticket


def automatic_to_organisation(tx: Connection, *, address: str, since: datetime, until: datetime) -> int:
    """How many automatic messages went to anybody at the address's domain; 0 where everybody has an address."""
    domain = organisation_of(address)
    if domain is None:
        return 0
    return int(tx.execute(_automatic(since, until).where(outbox.c.domain == domain)).scalar_one())


def _automatic(since: datetime, until: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.automatic == true(),
            outbox.c.created_at > since,
            outbox.c.created_at <= until,
            outbox.c.state != "undone",
        )
    )


def of_entry(tx: Connection, *, entry_id: int) -> Row | None:
    """The queue row of an entry."""
    return tx.execute(select(outbox).where(outbox.c.entry_id == entry_id)).first()


def is_sending(tx: Connection, *, channel: str) -> bool:
    """Whether a message is being sent on a channel right now."""
    sending = select(outbox.c.id).where(_UNDER_WAY, outbox.c.state == "sending", outbox.c.channel == channel)
    return tx.execute(sending.limit(1)).first() is not None


def newest_of(tx: Connection, *, ticket_id: int) -> Row | None:
    """The queue row of a ticket's newest message."""
    statement = select(outbox).where(outbox.c.ticket_id == ticket_id).order_by(outbox.c.id.desc()).limit(1)
    return tx.execute(statement).first()
