"""The message menu: which actions a message offers to whom, and the default destination of a reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import ClassVar

import pytest

from channels.contract import Capabilities
from helpdesk.agents.rules import Person
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.web.inbox.build import message_actions
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.views.inbox_views import ComposerView
from helpdesk.web.inbox.views.timeline_views import ChannelMark
from tests.support.desk.memory_channel import MemoryChannel

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
MINA, OMID = Person(1, "Mina", "mina@desk.example", "agent"), Person(2, "Omid", "omid@desk.example", "agent")
LEILA = Person(3, "Leila", "leila@desk.example", "supervisor")
TICKET = SimpleNamespace(id=7, merged_into_id=None, assignee_id=None)


def seen_by(person: Person) -> Reader:
    return Reader(
        me=person, now=NOW, language="en", channels={"memory": MemoryChannel()}, fill=lambda *_: None,
        calendar=lambda kind: (kind, None), hours=lambda channel: "written",
    )  # fmt: skip


def line(**more):
    usual = {
        "id": 5, "kind": "message", "author": "agent", "outgoing": True, "public": True, "stranger": False,
        "automatic": False, "person_id": 1, "channel": "memory", "remote_id": "out-1", "delivery": "sent", "data": {},
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **more})


def question(**more):
    return line(author="customer", outgoing=False, person_id=None, delivery=None, remote_id="in-1", **more)


def verbs(entry, person=MINA, ticket=TICKET):
    found = message_actions.message_actions(entry, ticket, seen_by(person))
    return {name for name in ("answer", "edit", "withdraw", "react") if found and getattr(found, name)}


def test_only_the_author_and_responsible_people_can_edit_or_delete():
    assert verbs(line()) == {"answer", "edit", "withdraw"}
    assert verbs(line(), OMID) == {"answer"}
    assert verbs(line(), LEILA) == {"answer", "withdraw"}
    assert verbs(line(), OMID, SimpleNamespace(**{**vars(TICKET), "assignee_id": 2})) == {"answer", "withdraw"}


@pytest.mark.parametrize("state", ["queued", "failed", "uncertain", "undone"])
def test_an_undelivered_message_offers_no_actions(state):
    assert message_actions.message_actions(line(delivery=state), TICKET, seen_by(MINA)) is None


def test_a_deleted_message_offers_no_actions():
    assert verbs(line(data={"withdrawn_at": NOW.isoformat()})) == set()
    assert verbs(line(data={"pending": {"what": "withdraw", "line": 9}})) == {"answer"}


def test_customer_messages_offer_reply_and_reaction_but_automatic_ones_do_not():
    assert verbs(question()) == {"answer", "react"}
    assert verbs(question(channel="gone")) == set()
    robot = question()
    robot.automatic = True
    assert verbs(robot) == {"answer"}
    stranger = question()
    stranger.stranger = True
    assert "answer" not in verbs(stranger)


class Blind(MemoryChannel):
    """Its customers do not see which message an answer is meant for, and take no files."""

    can, can_react = Capabilities(), False
    writes: ClassVar[dict[str, str]] = {"en": "Text message", "fa": "پیامک"}


def test_reply_to_is_offered_only_where_the_customer_sees_it():
    reader = replace(seen_by(MINA), channels={"memory": Blind()})
    assert message_actions.message_actions(question(), TICKET, reader) is None


def test_the_phone_channel_writes_text_messages_without_files():
    reader = replace(seen_by(MINA), channels={"memory": Blind()})
    [way] = message_actions.destination_views(
        [Destination("memory", "main", "memory:+989121234567", usual=True)], reader
    )
    assert (way.label, way.files) == ("Text message", False)
    assert (reader.channel("memory").label, reader.channel("memory", writing=True).label) == ("Memory", "Text message")


def test_the_composer_is_stuck_when_no_destination_is_open():
    def stuck(*ways: Destination) -> bool:
        return ComposerView(
            "Mina", ChannelMark("phone", "Phone"), ways=message_actions.destination_views(ways, seen_by(MINA))
        ).stuck

    landline = Destination("memory", "main", "memory:+982112345678", usual=True, closed="mute")
    assert stuck(landline)
    assert not stuck(landline, Destination("memory", "main", "memory:sara@customers.example"))
    assert not stuck(replace(landline, closed="dead")), "an address may have come to life again"


def test_notes_and_merged_tickets_offer_no_channel_actions():
    assert verbs(line(kind="note", public=False)) == set()
    merged = SimpleNamespace(**{**vars(TICKET), "merged_into_id": 3})
    assert verbs(line(), MINA, merged) == {"answer"}


USUAL = Destination("memory", "main", "memory:sara", usual=True)
OTHER = Destination("memory", "main", "memory:elsewhere")


def test_the_usual_destination_is_chosen_unless_closed_or_another_was_selected():
    def chosen(found, wanted=""):
        return next(
            one.address for one in message_actions.destination_views(found, seen_by(MINA), wanted) if one.chosen
        )

    assert chosen([USUAL, OTHER]) == "memory:sara"
    assert chosen([replace(USUAL, closed="dead"), OTHER]) == "memory:elsewhere"
    assert chosen([USUAL, OTHER], "memory:elsewhere") == "memory:elsewhere"
    assert chosen([USUAL, OTHER], "memory:nobody") == "memory:sara"
    assert chosen([replace(USUAL, closed="dead")]) == "memory:sara"
    assert message_actions.destination_views([], seen_by(MINA)) == []
