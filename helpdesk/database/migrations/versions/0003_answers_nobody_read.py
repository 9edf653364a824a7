"""Answers that nobody has read yet: when to look again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from helpdesk.database.metadata import Id, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unread",
        sa.Column("ticket_id", Id, autoincrement=False, nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_unread_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_unread")),
    )
    op.create_index("ix_unread_due_at", "unread", ["due_at"], unique=False)
