"""What goes with an answer beside its words: who gets a copy, the original below it, the signature."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from helpdesk.errors import Invalid
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.rows import TicketRow

QUOTED = 20_000  # characters of the original below an answer
MOST_COPIES = 50


def choose_copies(
    tx: Connection, context: DeskContext, *, ticket: TicketRow, wanted: Sequence[str] | None
) -> list[tuple[str, str]]:
    """(address, name) of everybody who gets a copy. `wanted` None: all who take part and are welcome.

    Raises Invalid for an address that takes no part in the ticket.
    """
    channel = context.channels.get(ticket.channel)
    if channel is None or not channel.can.copies:
        return []
    here = {
        participant.address: (participant.name or "", bool(participant.welcome))
        for participant in queries.participants_of(tx, ticket_id=ticket.id)
        if participant.address
        and participant.address.startswith(f"{ticket.channel}:")
        and participant.address != ticket.address
    }
    if wanted is None:
        return [(address, name) for address, (name, welcome) in here.items() if welcome][:MOST_COPIES]
    if not set(wanted) <= here.keys():
        raise Invalid("One of the copies goes to somebody who takes no part in this ticket.", "cc")
    allowed = [address for address in dict.fromkeys(wanted) if not here[address][1]]
    if allowed:  # a person chose them: from now on they take part
        tickets.welcome_participants(tx, ticket_id=ticket.id, addresses=allowed)
    return [(address, here[address][0]) for address in dict.fromkeys(wanted)]


def split_copies(
    context: DeskContext, copies: Sequence[tuple[str, str]], *, channel: str
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(copies that can leave, copies whose address nothing can be written to): those must not keep the answer here."""
    known = context.channels.get(channel)
    reached = [copy for copy in copies if known is None or known.reaches(copy[0])]
    return reached, [copy for copy in copies if copy not in reached]


def answered_remote_id(tx: Connection, *, ticket: TicketRow, way: Destination, entry_id: int | None) -> str | None:
    """What the remote calls the message somebody chose to answer; None where it stands elsewhere.

    Raises Invalid when it is no message of this ticket that the customer knows.
    """
    if entry_id is None:
        return None
    entry = queries.entry(tx, entry_id=entry_id)
    here = entry.ticket_id == ticket.id and entry.kind == "message" and entry.public and not entry.stranger
    if not here or entry.delivery == "undone":
        raise Invalid("The message you answer is not in this ticket any more.", "reply_to")
    return entry.remote_id if (entry.channel, entry.account) == (way.channel, way.account) else None


def quote_original(
    tx: Connection, context: DeskContext, *, ticket: TicketRow, wanted: bool | None
) -> dict[str, str] | None:
    """The customer's newest words, to stand below the answer; None when that is not wanted or there are none."""
    if not (context.quote_original if wanted is None else wanted) or ticket.customer_entry_id is None:
        return None
    entry = queries.entry(tx, entry_id=ticket.customer_entry_id)
    if entry.stranger or not entry.text.strip():  # nobody but the desk sees what a stranger wrote
        return None
    name = ticket.contact_name or (entry.address or ticket.address).partition(":")[2]
    header = context.render_text("quote.txt", ticket.language or context.language, at=entry.at, name=name)
    return {"header": header, "text": entry.text[:QUOTED]}


def render_signature(context: DeskContext, *, ticket: TicketRow, person_name: str) -> str:
    """The signature of the ticket's team, else of the desk; "" leaves it to the mailbox."""
    team = ticket.team_name
    words = context.signature(team).replace("{person}", person_name).replace("{desk}", context.name)
    return words.replace("{team}", team or "").strip()
