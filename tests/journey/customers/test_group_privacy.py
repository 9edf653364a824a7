"""Somebody who writes in a group as well: what is told to them alone does not go where others read along."""

from __future__ import annotations

import pytest

from channels.telegram.channel import Channel
from channels.telegram.settings import TelegramSettings
from helpdesk.journey.outgoing import destinations
from helpdesk.tickets import queries
from tests.support.desk.multi_channel_desk import Gram, arrives, open_channels

MAIL = "sara@nilgun.example"


class Groups(Gram):
    """Conversations that begin with a minus are groups."""

    def is_shared(self, conversation):
        return conversation.startswith("-")


@pytest.fixture
def desk(desk):
    open_channels(desk).context.channels["gram"] = Groups(chat=True)
    return desk


async def chats(desk, number):
    """The conversations of the ways to the customer by the messenger."""
    found = await desk.database.read(
        lambda tx: destinations.destinations_of(tx, desk.context, ticket=queries.ticket(tx, ticket_id=number))
    )
    return [one.conversation for one in found if one.channel == "gram"]


async def test_a_private_matter_is_not_answered_in_a_group(desk):
    await arrives(desk, "gram", "Hello all", "u1", conversation="-100", also=[(f"email:{MAIL}", True)])
    number = await arrives(desk, "email", "About my illness", MAIL)
    assert await chats(desk, number) == [None]


async def test_the_private_chat_is_the_way_although_the_group_was_written_to_later(desk):
    await arrives(desk, "gram", "Hello", "u1", conversation="u1", also=[(f"email:{MAIL}", True)])
    await arrives(desk, "gram", "Hello all", "u1", conversation="-100")
    number = await arrives(desk, "email", "About my illness", MAIL)
    assert await chats(desk, number) == ["u1"]


@pytest.mark.parametrize(
    ("conversation", "shared"),
    [("-1009", True), ("-1009/7", True), ("7001", False), ("7001@b1", False), ("-5/d3", True), ("bot", False)],
)
def test_groups_of_telegram_are_shared(conversation, shared):
    settings = TelegramSettings.model_validate({"enabled": True, "bots": [{"name": "shop"}]})
    assert Channel(settings, env={"PASOKH_TELEGRAM_SHOP_TOKEN": "1:A"}).is_shared(conversation) is shared
