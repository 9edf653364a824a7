"""Customers, the addresses they are reached at, and how two of them were found to be one."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from helpdesk.database.metadata import Id, Json, Moment, metadata, primary_key

contacts = Table(
    "contacts",
    metadata,
    primary_key(),
    Column("name", Text, nullable=False, default=""),
    Column("language", String(8)),
    Column("time_zone", String(64)),
    Column("notes", Text, nullable=False, default=""),
    Column("mark", String(32)),  # what policies may ask for: vip, …
    Column("created_at", Moment, nullable=False),
    Column("blocked_at", Moment),
    Column("merged_into_id", Id, ForeignKey("contacts.id")),  # always the last one of a chain
    Index("ix_contacts_merged_into_id", "merged_into_id"),
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    primary_key(),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("address", Text, nullable=False),  # email:a@b.c, telegram:<bot>:<user>, phone:+98…, webchat:<visitor>
    Column("channel", String(32), nullable=False),
    Column("verified", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("unreachable_at", Moment),  # cleared when it writes again
    Column("unreachable_reason", Text),
    Column("claimed_at", Moment),  # only said by its contact, nobody has written from it: it proves nothing
    UniqueConstraint("address"),
    Index("ix_addresses_contact_id", "contact_id"),
)

offers = Table(  # two customers who may be one: a person decides
    "offers",
    metadata,
    primary_key(),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("other_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("address", Text, nullable=False),  # what they have in common
    Column("why", String(16), nullable=False),  # claimed proven wrote link
    Column("created_at", Moment, nullable=False),
    Column("refused_at", Moment),
    Column("refused_by_id", Id, ForeignKey("people.id")),
    UniqueConstraint("contact_id", "other_id", "address"),
    Index("ix_offers_other_id", "other_id"),
)

joins = Table(  # two customers became one; `moved` is what goes back when that is undone
    "joins",
    metadata,
    primary_key(),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),  # who they are now
    Column("gone_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("why", String(16), nullable=False),  # person proven link
    Column("person_id", Id, ForeignKey("people.id")),
    Column("at", Moment, nullable=False),
    Column("moved", Json, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by_id", Id, ForeignKey("people.id")),
    Index("ix_joins_contact_id", "contact_id"),
    Index("ix_joins_gone_id", "gone_id"),
)

links = Table(  # one-time links that lead a customer to another channel
    "links",
    metadata,
    primary_key(),
    Column("token_hash", String(64), nullable=False),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    Column("address", Text, nullable=False),  # whoever holds the link is reached there
    Column("ticket_id", Id, ForeignKey("tickets.id")),
    Column("person_id", Id, ForeignKey("people.id")),  # who of ours made it; None: the customer asked for it
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("used_by", Text),  # the address that came with it
    UniqueConstraint("token_hash"),
    Index("ix_links_address", "address", "expires_at"),
    Index("ix_links_expires_at", "expires_at"),
)
