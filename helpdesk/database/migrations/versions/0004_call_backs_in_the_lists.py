"""An unhappy customer who waits for a call is work: in the lists, with a deadline, on a resolved ticket too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from helpdesk.database.metadata import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TO_DO = sa.text("active OR (sad_at IS NOT NULL AND spam_at IS NULL)")
OPEN = "FROM follow_ups WHERE follow_ups.ticket_id = tickets.id AND done_at IS NULL"
COPY = f"sad_at = (SELECT min(created_at) {OPEN}), call_back_at = (SELECT min(due_at) {OPEN})"
HAVE = "sad_at IS NOT NULL OR id IN (SELECT ticket_id FROM follow_ups WHERE done_at IS NULL)"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("call_back_at", Moment(), nullable=True))
    _to_the_parents("follow_ups")
    _to_the_parents("entries", kind="survey", author="customer")
    op.execute(f"UPDATE tickets SET {COPY} WHERE {HAVE}")  # noqa: S608 (ours)
    op.execute(
        "UPDATE tickets SET deadline = call_back_at, deadline_kind = 'call_back', deadline_start = sad_at"
        " WHERE call_back_at < deadline"
    )
    op.drop_index("ix_tickets_assignee", table_name="tickets")
    for name, columns in (
        ("ix_tickets_to_do", ["deadline", "id"]),
        ("ix_tickets_to_do_of", ["assignee_id", "deadline", "id"]),
    ):
        op.create_index(name, "tickets", columns, unique=False, sqlite_where=TO_DO, postgresql_where=TO_DO)


def _to_the_parents(name: str, **which: str) -> None:
    """What was said about a merged ticket stands on the one it was merged into, however far that is."""
    tickets = sa.table("tickets", sa.column("id"), sa.column("merged_into_id"))
    moving = sa.table(name, sa.column("ticket_id"), *(sa.column(kind) for kind in which))
    parent = sa.select(tickets.c.merged_into_id).where(tickets.c.id == moving.c.ticket_id)
    wanted = [moving.c[kind] == value for kind, value in which.items()]
    gone = parent.where(tickets.c.merged_into_id.is_not(None)).exists()
    step = sa.update(moving).where(gone, *wanted).values(ticket_id=parent.scalar_subquery())
    while op.get_bind().execute(step).rowcount:
        pass
