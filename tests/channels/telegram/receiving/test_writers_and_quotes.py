"""Whose words a message of a group or channel is, and what it answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from channels.telegram.normalise import read, understand
from channels.telegram.updates.update_context import UpdateContext

CHANNEL = {"id": -100500, "type": "channel", "title": "Shop news"}
GROUP = {"id": -100600, "type": "supergroup", "title": "Shop talk"}
SARA = {"id": 71, "is_bot": False, "first_name": "Sara"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def inbound(kind: str = "message", **fields: Any) -> Any:
    message = {"message_id": 9, "date": 1772445600, "chat": GROUP, "text": "Hello", **fields}
    (made,) = understand(read(json.dumps({"update_id": 5, kind: message}).encode()), UpdateContext()).things
    return made


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("channel_post", {"chat": CHANNEL, "sender_chat": CHANNEL}),
        ("channel_post", {"chat": CHANNEL, "sender_chat": CHANNEL, "text": None, "photo": []}),
        ("edited_channel_post", {"chat": CHANNEL, "sender_chat": CHANNEL}),
        ("message", {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "sender_chat": CHANNEL,
                     "is_automatic_forward": True}),
        ("message", {"from": ANONYMOUS, "sender_chat": GROUP}),
    ],
)  # fmt: skip
def test_the_shop_itself_is_no_customer(kind, fields):
    made = inbound(kind, **fields)
    assert made.writer == "shop"
    assert made.kind in ("note", "edit")


@pytest.mark.parametrize(
    "fields",
    [
        {"from": SARA},
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": {**CHANNEL, "id": -100999}},
        {"from": SARA, "chat": {"id": 71, "type": "private"},
         "forward_origin": {"type": "channel", "chat": CHANNEL, "message_id": 3, "date": 1772445000}},
    ],
)  # fmt: skip
def test_a_customer_is_one_also_behind_a_channel_or_with_a_forward(fields):
    made = inbound(**fields)
    assert (made.writer, made.kind, made.automatic) == ("customer", "message", False)


def test_another_bot_is_a_bot():
    made = inbound(**{"from": {"id": 8, "is_bot": True, "first_name": "Keeper"}})
    assert (made.writer, made.automatic) == ("bot", True)


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        ({"text": "Order 7 left"}, "Order 7 left"),
        ({"caption": "The blue one", "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]},
         "The blue one"),
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}}, "voice"),
        ({"text": "x" * 900}, "x" * 300),
    ],
)  # fmt: skip
def test_what_a_message_answers_is_kept_in_short(answered, words):
    before = {"message_id": 3, "date": 1772445000, "chat": GROUP, "from": {**SARA, "last_name": "Yazdani"}, **answered}
    made = inbound(**{"from": SARA, "reply_to_message": before})
    assert made.details["answered"] == {"who": "Sara Yazdani", "text": words}


def test_a_comment_below_a_post_answers_it_and_a_message_in_a_topic_answers_nothing():
    post = {
        "message_id": 4,
        "date": 1,
        "chat": GROUP,
        "sender_chat": CHANNEL,
        "is_automatic_forward": True,
        "text": "News",
    }
    comment = inbound(**{"from": SARA, "message_thread_id": 4, "reply_to_message": post})
    assert comment.details["answered"] == {"who": "Shop news", "text": "News"}
    opening = {"message_id": 4, "date": 1, "chat": GROUP, "from": ANONYMOUS, "forum_topic_created": {"name": "Stock"}}
    topic = {"from": SARA, "message_thread_id": 4, "is_topic_message": True, "reply_to_message": opening}
    assert "answered" not in inbound(**topic).details
