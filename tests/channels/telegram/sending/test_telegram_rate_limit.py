"""Sending limits: pure buckets, time passed in."""

from __future__ import annotations

import pytest

from channels.telegram.base.rate_limit import Limits


def waits(limits: Limits, chats: list[int], now: float = 0.0) -> list[float]:
    return [round(limits.reserve(chat, now), 3) for chat in chats]


def test_one_chat_takes_three_at_once_then_one_a_second():
    assert waits(Limits(), [1] * 5) == [0, 0, 0, 1, 2]


def test_a_group_takes_eighteen_a_minute():
    limits = Limits()
    assert waits(limits, [-1] * 3) == [0, 0, 0]
    assert limits.ahead(-1, 0.0) == pytest.approx(60 / 18)


def test_all_chats_together_take_twenty_five_a_second():
    found = waits(Limits(), list(range(1, 56)))
    assert found[4] == 0
    assert found[-1] == pytest.approx(2.0)


def test_what_a_chat_waited_for_is_there_after_the_wait():
    limits = Limits()
    waits(limits, [1] * 5)
    assert limits.reserve(1, 10.0) == 0


def test_a_chat_that_telegram_closed_waits_alone():
    limits = Limits()
    limits.closed(1, 30.0)
    assert limits.ahead(1, 10.0) == 20.0
    assert limits.ahead(2, 10.0) == 0


def test_looking_ahead_costs_no_token():
    limits = Limits()
    assert [limits.ahead(1, 0.0) for _ in range(10)] == [0.0] * 10
