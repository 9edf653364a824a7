"""Something arrived and was understood: which contact, which ticket, which line of the timeline, which clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.contacts import actions as contacts
from helpdesk.journey.context import DeskContext
from helpdesk.journey.receiving import (
    calls,
    customer_message,
    customer_requests,
    delivery_reports,
    match_ticket,
    new_ticket,
    oversized,
    sender,
)
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.journey.receiving.updates import albums, edits, moved_chats, reactions, survey_answers, update_targets
from helpdesk.text import detected_language, language
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries, thanks
from helpdesk.tickets.rows import NewFile


def receive(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile]
) -> int | None:
    """Put one understood thing on a timeline; returns the entry's id, or None when there was nothing to add."""
    if inbound.kind != "call" and queries.is_own_message(tx, channel=arrival.channel, remote_id=inbound.external_id):
        return None  # our own message came back to us; a call of ours comes again with more in it
    album_entry_id = albums.join_album(tx, arrival, inbound, files)
    if album_entry_id is not None:
        return album_entry_id
    aside = _receive_update(tx, context, arrival, inbound, files)
    if aside is not None or inbound.kind == "call":
        return aside
    if inbound.kind in ("edit", "reaction"):
        inbound = update_targets.as_note(inbound)
    if inbound.kind == "survey_answer":
        written = survey_answers.as_message(inbound)
        if written is None:
            return None
        inbound = written
    spoken = inbound.language or detected_language(inbound.text) or language(inbound.subject, context.language)
    inbound = replace(inbound, language=spoken, thanks=_is_thanks(inbound))
    too_large = oversized.is_oversized(inbound)
    author = sender.identify_sender(tx, context, arrival, inbound)
    known = author.known
    choice = match_ticket.find_ticket(tx, context, arrival, inbound, known)
    if too_large:
        inbound = oversized.as_note(context, inbound)
    if choice.ticket_id is None:
        entry_id = new_ticket.open_ticket(tx, context, arrival, inbound, known, files, choice)
    else:
        entry_id = customer_message.append_message(tx, context, arrival, inbound, known, files, choice)
    sender.record_identity(tx, arrival, author, entry_id=entry_id)
    _update_reachability(tx, arrival, inbound)
    if inbound.moved_to is not None:
        moved_chats.move_chat(tx, arrival, inbound, entry_id)
    if too_large:
        oversized.notify_sender(tx, context, arrival, inbound, entry_id)
    if inbound.part_of is not None:
        tickets.add_remote_id(tx, channel=arrival.channel, remote_id=inbound.part_of, entry_id=entry_id)
    return entry_id


def _is_thanks(inbound: Inbound) -> bool:
    """Mere thanks: a gesture the channel knows, or words of thanks and nothing else, from a person."""
    if inbound.gesture or inbound.kind != "message" or inbound.automatic or inbound.attachments:
        return inbound.gesture
    return thanks.is_thanks(inbound.text, author=inbound.author.name if inbound.author else "")


def _receive_update(
    tx: Connection, context: DeskContext, arrival: Arrival, inbound: Inbound, files: Sequence[NewFile]
) -> int | None:
    """What is about something that is there already."""
    if inbound.kind == "delivery":
        return delivery_reports.receive_delivery_report(tx, context, arrival, inbound, files)
    if inbound.kind == "edit":
        return edits.receive_edit(tx, arrival, inbound, files)
    if inbound.kind == "reaction":
        return reactions.receive_reaction(tx, arrival, inbound)
    if inbound.kind == "call":
        return calls.receive_call(tx, context, arrival, inbound, files)
    if inbound.kind == "survey_answer":
        return survey_answers.receive_survey_answer(tx, context, arrival, inbound)
    if inbound.kind == "wish":
        return customer_requests.receive_request(tx, context, arrival, inbound)
    return None


def _update_reachability(tx: Connection, arrival: Arrival, inbound: Inbound) -> None:
    """They blocked us, or left; or they let us in again."""
    news = inbound.reachability
    if inbound.author is None or news is None:
        return
    if news.reachable:
        contacts.mark_reachable(tx, address=inbound.author.address)
    else:
        contacts.mark_unreachable(tx, address=inbound.author.address, reason=news.reason, now=arrival.received_at)
