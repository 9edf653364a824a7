"""Pure helpers: faces, formatting, ids, settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from channels.telegram.base import ids, phrases
from channels.telegram.base.entities import html
from channels.telegram.settings import NoToken, TelegramSettings, token
from channels.telegram.updates.emoji_faces import face_of


@pytest.mark.parametrize(
    ("emoji", "score"),
    [
        ("🙂", "happy"),
        ("👍🏿", "happy"),
        ("😐", "neutral"),
        ("☹", "sad"),
        ("☹️", "sad"),
        ("🚗", None),
        ("😀😡", None),
        ("", None),
    ],
)
def test_a_face_stands_for_a_score(emoji, score):
    assert face_of(emoji) == score


@given(some.text(max_size=60))
def test_no_words_stand_for_a_face(text):
    if face_of(text) is not None:
        assert not re.search(r"[^\W\d_]", text)


@given(
    some.text(max_size=30),
    some.lists(
        some.tuples(
            some.integers(-2, 40), some.integers(-2, 40), some.sampled_from(("bold", "text_link", "pre", "mention", ""))
        )
    ),
)
def test_formatting_never_lets_markup_through(text, marks):
    made = html(
        text, [{"type": kind, "offset": at, "length": length, "url": "javascript:x\"'<"} for at, length, kind in marks]
    )
    if made is not None:
        assert not re.search(r"<(?!/?(?:b|pre|br)>)", made)


def test_both_languages_say_everything_and_name_the_same_values():
    for name, (persian, english) in phrases.WORDS.items():
        assert persian, name
        assert set(re.findall(r"{\w+}", persian)) == set(re.findall(r"{\w+}", english)), name


def test_a_value_keeps_its_direction_in_a_persian_sentence():
    assert phrases.phrase("fa", "too_large_told", name="a {b}.pdf").count("\u2068a {b}.pdf\u2069") == 1
    assert "“a.pdf”" in phrases.phrase("en", "too_large_told", name="a.pdf")


@given(
    some.integers(-(10**13), 10**13).filter(bool),
    some.none() | some.integers(1, 10**6),
    some.none() | some.sampled_from(["bc1", "a:b/c@d"]),
)
def test_a_conversation_is_found_again_by_its_key(chat, topic, business):
    where = ids.Place(chat, topic, None, business)
    assert ids.place_of(where.key) == where


def test_settings_that_can_not_work_are_refused_by_name():
    for wrong in (
        {"bots": [{"name": "a"}, {"name": "a"}]}, {"bots": [{"name": "A b"}]}, {"bots": [{"name": "a", "proxy": "ftp://x"}]},
        {"bots": [{"name": "a", "mode": "webhook"}]}, {"bots": [{"name": "a", "tokn": "x"}]}, {"bots": [{"name": "a", "api": "x"}]},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            TelegramSettings.model_validate(wrong)


def test_the_token_comes_from_the_environment_or_a_file(tmp_path: Path):
    (tmp_path / "token").write_text("12:abcdefghijkl\n")
    assert token({"PASOKH_TELEGRAM_MY_SHOP_TOKEN": "12:abcdefghijkl"}, "my-shop") == "12:abcdefghijkl"
    assert token({"PASOKH_TELEGRAM_A_TOKEN_FILE": str(tmp_path / "token")}, "a") == "12:abcdefghijkl"
    for env in ({}, {"PASOKH_TELEGRAM_A_TOKEN": "nonsense"}, {"PASOKH_TELEGRAM_A_TOKEN_FILE": str(tmp_path / "gone")}):
        with pytest.raises(NoToken, match="PASOKH_TELEGRAM_A_TOKEN") as caught:
            token(env, "a")
        assert "nonsense" not in str(caught.value)
