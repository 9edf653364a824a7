"""Chats that go on under another key, as when a Telegram group becomes a supergroup."""

from __future__ import annotations

from sqlalchemy import Connection

from channels.contract import Inbound
from helpdesk.journey.receiving.arrival import Arrival
from helpdesk.tickets import actions as tickets
from helpdesk.tickets import queries
from helpdesk.tickets.events.customer_events import ChatMoved
from helpdesk.tickets.threading import conversations


def move_chat(tx: Connection, arrival: Arrival, inbound: Inbound, entry_id: int) -> None:
    """A chat goes on under another key; its tickets do too, and what still comes under the old one finds them."""
    old, new = inbound.thread.conversation, inbound.moved_to
    if old is None or new is None or old == new:
        return
    conversations.rename_conversation(tx, channel=arrival.channel, account=arrival.account, old=old, new=new)
    ticket_id = queries.entry(tx, entry_id=entry_id).ticket_id
    event = ChatMoved(previous=old, to=new)
    tickets.record_event(tx, event, ticket_id=ticket_id, now=arrival.received_at, author="system")
