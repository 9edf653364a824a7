"""Answers that a page gave by itself when it was loaded: not sure for a minute"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from helpdesk.database.metadata import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LOADED = sa.text("loaded_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("surveys", sa.Column("loaded_at", Moment(), nullable=True))
    op.create_index(
        "ix_surveys_loaded", "surveys", ["loaded_at"], unique=False, sqlite_where=LOADED, postgresql_where=LOADED
    )
