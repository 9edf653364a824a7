"""Fleeting things that happened in another process of this desk: a hint of a channel, an agent's typing, who is where."""

from __future__ import annotations

import json
from datetime import datetime

from helpdesk.journey.context import DeskContext
from helpdesk.live.event_bus import EventBus
from helpdesk.live.presence import Presence

TOPICS = ("heard", "said", "here")


def receive_hint(
    context: DeskContext, live: EventBus, presence: Presence, topic: str, words: str, now: datetime
) -> None:
    """Pass one on to whom it concerns here. `heard`: by a channel; `said`: to a channel; `here`: at a ticket."""
    event = json.loads(words)
    if topic == "here":
        ticket_id, person_id, name, writing = event
        presence.report(ticket_id=ticket_id, person_id=person_id, name=name, writing=writing, now=now)
        live.publish("presence", ticket_id)
        return
    name, conversation, what = event
    channel = context.channels.get(name)
    if channel is not None and (topic == "said" or "ours" in what):
        channel.hear(conversation, what)
    elif topic == "heard":
        live.publish("hint", {"channel": name, "conversation": conversation, **what})
