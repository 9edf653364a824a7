"""Which of the words that a message and an article share are shown as the reason."""

from __future__ import annotations

import pytest

from helpdesk.suggestions.matching.tokenizer import is_telling, telling, tokenize


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("سفارش من کی به دستم می‌رسد؟", ["سفارش", "دستم", "رسد"]),
        ("می‌خواهم برای این کالا پول پس بگیرم", ["کالا", "پول", "بگیرم"]),
        ("how can I return the bowl", ["return", "bowl"]),
    ],
)
def test_small_words_are_no_reasons(said, shown):
    assert telling(tokenize(said)) == shown


def test_small_words_alone_tell_nothing():
    assert not is_telling(["است", "چرا", "the"])
    assert is_telling(["چرا", "بازگشت"])


def test_small_words_are_shown_when_there_is_nothing_else():
    assert telling(["چطور", "برای"]) == ["چطور", "برای"]
