"""Emoji-only texts, as the desk and its channels see them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.toolkit.emoji import is_emoji_only


@pytest.mark.parametrize("text", ["👍", "🙏🏽", "❤️ ❤️", "1️⃣", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍!", "😀، 😀…", "⁉️", " 🙂 "])
def test_emoji_with_spaces_and_harmless_punctuation_are_emoji_alone(text):
    assert is_emoji_only(text)


@pytest.mark.parametrize("text", ["", " ", "ok 👍", "سلام 👍", "?!", "،…", "!", "5", "👍?", "👍" * 81])
def test_words_figures_questions_and_bare_punctuation_are_not(text):
    assert not is_emoji_only(text)


@given(st.text(max_size=120))
def test_no_text_with_a_letter_is_emoji_alone(text):
    if is_emoji_only(text):
        assert not re.search(r"[^\W\d_]", text)
