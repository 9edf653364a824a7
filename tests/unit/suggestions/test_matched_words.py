"""Matched words: which words are shown as the reason of a suggestion."""

from __future__ import annotations

import pytest

from helpdesk.suggestions.matching.tokenizer import is_telling, telling, tokenize


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("سفارش من کی به دستم می‌رسد؟", ["سفارش", "دستم", "رسد"]),
        ("می‌خواهم برای این کالا پول پس بگیرم", ["کالا", "پول", "بگیرم"]),
        ("how can I return the bowl", ["return", "bowl"]),
    ],
)
def test_stop_words_are_not_shown_as_matches(message, shown):
    assert telling(tokenize(message)) == shown


def test_stop_words_alone_are_not_telling():
    assert not is_telling(["است", "چرا", "the"])
    assert is_telling(["چرا", "بازگشت"])


def test_stop_words_are_shown_when_nothing_else_matched():
    assert telling(["چطور", "برای"]) == ["چطور", "برای"]
