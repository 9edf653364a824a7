"""What is counted on every page and scrape has an index that holds no more than what is counted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_tickets_sad", "tickets", ["sad_at", "id"], "sad_at IS NOT NULL AND spam_at IS NULL"),
    ("ix_outbox_unsent", "outbox", ["state", "id"], "state IN ('failed', 'uncertain')"),
    ("ix_clocks_running", "clocks", ["breached_at", "id"], "state = 'running'"),
)


def upgrade() -> None:
    op.drop_index("ix_tickets_sad", table_name="tickets")
    for name, table, columns, where in INDEXES:
        condition = sa.text(where)
        op.create_index(name, table, columns, unique=False, sqlite_where=condition, postgresql_where=condition)
