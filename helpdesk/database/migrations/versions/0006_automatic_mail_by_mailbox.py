"""Automatic mail is counted by mailbox and by organisation, whatever stands behind a plus"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("mailbox", "domain"):
        op.add_column("outbox", sa.Column(name, sa.Text(), nullable=True))
    op.execute("UPDATE outbox SET mailbox = address WHERE automatic")  # what counts today is near enough
    op.drop_index("ix_outbox_automatic", table_name="outbox")
    automatic = sa.text("automatic")
    for name in ("mailbox", "domain"):
        op.create_index(
            f"ix_outbox_automatic_{name}", "outbox", [name, "created_at"], unique=False, sqlite_where=automatic,
            postgresql_where=automatic,
        )  # fmt: skip
