"""Forged updates: caused by somebody other than the customer, or made to look like theirs."""

from __future__ import annotations

import json

import pytest

from channels.telegram.describe import updates
from tests.channels.telegram.sending.test_telegram_survey import question, understood
from tests.support.telegram.bot_api_people import Sara

GROUP = {"id": -1009, "type": "supergroup", "title": "Family"}


async def group_was_asked(shop):
    made = await shop.send(question(conversation="-1009"))
    return int(made.rpartition(":")[2])


@pytest.mark.parametrize("how", ["face", "sticker", "reaction"])
async def test_in_a_group_nobody_but_who_was_asked_answers_the_survey(bot, desk, running, how):
    sara, omid = Sara(chat=GROUP), Sara(id=8002, name="Omid", chat=GROUP)
    async with running() as shop:
        number = await group_was_asked(shop)
        for who in (omid, sara):
            said = {"face": who.says("😡"), "sticker": who.sticker("😡"), "reaction": who.reacts(number, "👎")}
            update = said[how]
            update["update_id"] += who.id
            bot.push(update)
        await desk.until(lambda: len(desk.kept) == 2)
        found = [understood(shop, kept) for kept in desk.kept]
    assert [(one.kind, one.author.address) for one in found if one.kind == "survey_answer"] == [
        ("survey_answer", "telegram:shop:7001")
    ]
    assert {one.author.address for one in found} == {"telegram:shop:7001", "telegram:shop:8002"}


def test_our_own_message_changed_through_a_business_connection_is_no_change_of_the_customer(make):
    message = {
        "message_id": 5, "date": 1, "edit_date": 2, "business_connection_id": "b1", "text": "Mina\nIt leaves today",
        "chat": {"id": 7001, "type": "private"}, "from": {"id": 900, "is_bot": False, "first_name": "Owner"},
        "sender_business_bot": {"id": 700, "is_bot": True, "first_name": "Dalan"},
    }  # fmt: skip
    raw = json.dumps({"update_id": 1, "edited_business_message": message}).encode()
    assert make().normalise("shop", raw) in (None, [])


@pytest.mark.parametrize("chat", [GROUP, None])
def test_a_link_counts_in_a_private_chat_alone(make, chat):
    token = "a" * 32
    update = Sara(chat=chat).says(f"/start@dalan_bot {token}")
    [one] = make().normalise("shop", json.dumps(update).encode())
    assert one.link == (None if chat else token)
    assert one.command == "start"


def test_a_line_that_is_broken_hides_no_other_line_of_its_file():
    good = [b'{"update_id": 1, "message": []}', b'{"update_id": 2}']
    assert updates(b"\n".join([good[0], b"not JSON", good[1]])) == [good[0], b"not JSON", good[1]]
    assert updates(b"\xef\xbb\xbf" + b"\n".join(good) + b"\n") == [b"\xef\xbb\xbf" + good[0], good[1]]
    assert updates(b'{"update_id": 1,\n "message": {}') == [b'{"update_id": 1,\n "message": {}']
