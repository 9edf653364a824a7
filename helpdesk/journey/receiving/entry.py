"""The timeline entry of an inbound message, and the people who take part in its ticket from now on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import actions as contacts
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import NewEntry, NewFile
from helpdesk.tickets.rules import Unproven

MAX_PARTICIPANTS = 30  # more is a mailing, not a conversation


def add_participants(
    tx: Connection, context: DeskContext, inbound: Inbound, *, ticket_id: int, contact_id: int, now: datetime,
    welcome: bool = True,
) -> None:  # fmt: skip
    """Whoever the customer wrote to beside us takes part from now on, and gets copies of the answers.

    Not `welcome`, when nobody has proven that it was the customer who named them: a person has to allow the copies.
    """
    others = dict.fromkeys((*inbound.copies, *inbound.recipients))
    if inbound.automatic or len(others) > MAX_PARTICIPANTS:
        return
    for other in others:
        if context.is_own_address(other.address):
            continue
        guest = contacts.find_or_create(
            tx, address=other.address, name=other.name, verified=False, language=None, now=now, wrote=False
        )
        if guest.contact_id != contact_id:
            tickets.add_participant(
                tx, ticket_id=ticket_id, contact_id=guest.contact_id, welcome=welcome, address=other.address
            )


def _valid_date(sent_at: datetime | None) -> datetime | None:
    """The sender's own date; years at the end of the calendar can't be turned into every zone, so they are left out."""
    return sent_at if sent_at is not None and 1900 <= sent_at.year < 9000 else None


def write_entry(
    tx: Connection,
    arrival: Arrival,
    inbound: Inbound,
    *,
    ticket_id: int,
    contact_id: int,
    files: Sequence[NewFile],
    stranger: bool,
    unproven: Unproven = "",
) -> int:
    """Write the timeline entry of an arrival with its body, files and remote id; returns its id."""
    data = _entry_data(tx, arrival, inbound, unproven)
    oversized = inbound.oversize is not None
    entry = NewEntry(
        ticket_id=ticket_id,
        at=arrival.received_at,
        kind="note" if inbound.kind == "note" else "message",
        author="system" if oversized or inbound.kind == "delivery" else "customer",
        public=not oversized,
        contact_id=contact_id,
        channel=arrival.channel,
        account=arrival.account,
        address=inbound.author.address if inbound.author else None,
        text=inbound.text,
        automatic=inbound.automatic,
        thanks=inbound.thanks,
        stranger=stranger,
        remote_id=inbound.external_id,
        sent_at=_valid_date(inbound.sent_at),
        intake_id=arrival.intake_id,
        data=data or None,
    )
    entry_id = tickets.add_entry(tx, entry)
    if inbound.html is not None or inbound.full_text is not None:
        tickets.add_body(tx, entry_id=entry_id, full_text=inbound.full_text, html=inbound.html)
    tickets.attach_files(tx, ticket_id=ticket_id, entry_id=entry_id, files=files)
    tickets.add_remote_id(tx, channel=arrival.channel, remote_id=inbound.external_id, entry_id=entry_id)
    return entry_id


def _entry_data(tx: Connection, arrival: Arrival, inbound: Inbound, unproven: Unproven) -> dict[str, Any]:
    """What the entry holds beside its columns: the channel's details, recipients, subject, the answered entry."""
    data: dict[str, Any] = {**inbound.details, **_stored_fields(inbound)}
    if unproven:
        data["unproven"] = unproven
    if inbound.recipients:
        data["to"] = [[recipient.address, recipient.name] for recipient in inbound.recipients]
    if inbound.copies:
        data["cc"] = [[copy.address, copy.name] for copy in inbound.copies]
    if inbound.subject:
        data["subject"] = inbound.subject
    if inbound.thread.remote_ids:
        answered = queries.entry_by_remote_id(tx, channel=arrival.channel, remote_id=inbound.thread.remote_ids[0])
        if answered is not None:
            data["answers"] = answered
    return data


def _stored_fields(inbound: Inbound) -> dict[str, Any]:
    """What decided about an arrival, under the names it has in the entry's JSON."""
    data: dict[str, Any] = {}
    if inbound.command is not None:
        data["command"] = inbound.command
    if inbound.reachability is not None:
        gone = {"unreachable": inbound.reachability.reason}
        data |= {"reachable": True} if inbound.reachability.reachable else gone
    if inbound.oversize is not None:
        data["problem"] = "oversized"
        if inbound.oversize.size is not None:
            data["size"] = str(inbound.oversize.size)  # a string since the first shape of these rows
        if inbound.oversize.limit is not None:
            data["most"] = inbound.oversize.limit
    return data
