"""One customer, many addresses: offers, joins, one-time links, further conversations of a ticket"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from helpdesk.database.metadata import Id, Json, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("claimed_at", Moment(), nullable=True))
    op.add_column("tickets", sa.Column("person_wanted_at", Moment(), nullable=True))
    op.create_index("ix_contacts_merged_into_id", "contacts", ["merged_into_id"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_conversations_ticket_id")),
        sa.PrimaryKeyConstraint("channel", "account", "conversation", "ticket_id", name=op.f("pk_conversations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offers",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("refused_at", Moment(), nullable=True),
        sa.Column("refused_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_offers_contact_id")),
        sa.ForeignKeyConstraint(["other_id"], ["contacts.id"], name=op.f("fk_offers_other_id")),
        sa.ForeignKeyConstraint(["refused_by_id"], ["people.id"], name=op.f("fk_offers_refused_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("contact_id", "other_id", "address", name=op.f("uq_offers_contact_id_other_id_address")),
    )
    op.create_index("ix_offers_other_id", "offers", ["other_id"], unique=False)
    op.create_table(
        "joins",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("gone_id", Id, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_joins_contact_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["contacts.id"], name=op.f("fk_joins_gone_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_joins_person_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["people.id"], name=op.f("fk_joins_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joins")),
    )
    op.create_index("ix_joins_contact_id", "joins", ["contact_id"], unique=False)
    op.create_index("ix_joins_gone_id", "joins", ["gone_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ticket_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_links_contact_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_links_ticket_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_links_token_hash")),
    )
    op.create_index("ix_links_address", "links", ["address", "expires_at"], unique=False)
    op.create_index("ix_links_expires_at", "links", ["expires_at"], unique=False)
