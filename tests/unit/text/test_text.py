"""Text normalisation: search keys, digits, half-spaces, direction, language detection."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.text import (
    _key_of_any,
    clean,
    detected_language,
    direction,
    from_digits,
    isolate,
    key,
    keys,
    language,
    to_persian_digits,
)


def test_every_spelling_of_the_same_word_has_one_key() -> None:
    assert key("كتابي") == key("کتابی") == key("ﮐﺘﺎﺑﯽ") == key("کـتـابـی") == key("کِتابی")
    assert key("أإآٱ") == "اااا"
    assert key("مسئول") == key("مسيول") == key("مسی\u0654ول")
    assert key("خانۀ") == key("خانة") == key("خانه\u0654") == "خانه"
    assert key("مؤسسه") == "موسسه"


def test_both_digit_sets_become_ascii() -> None:
    assert key("۰۹۱۲ ٣٤٥") == "0912 345"
    assert from_digits("کد ۱۲٣4") == "کد 1234"
    assert to_persian_digits("12٣ تا") == "۱۲۳ تا"


def test_a_half_space_is_a_space_and_is_also_searchable_without_it() -> None:
    assert key("می\u200cخواهم") == "می خواهم"
    assert key("می\u200cخواهم", joined=True) == "میخواهم"
    assert keys("سفارش می\u200cخواهم").split() == ["سفارش", "می", "خواهم", "میخواهم"]


def test_latin_case_and_accents_fold() -> None:
    assert key("Café  ORDER\n١") == "cafe order 1"


def test_storing_keeps_half_spaces_and_drops_direction_overrides() -> None:
    assert clean("\u202eمی\u200cخواهم\u202c\x00\r\nب") == "می\u200cخواهم\nب"
    assert clean("a\ud800b") == "a\ufffdb"


def test_a_value_cannot_break_out_of_its_isolation() -> None:
    assert isolate("a\u2069b\u202e") == "\u2068ab\u2069"


def test_direction_is_that_of_the_first_strong_letter() -> None:
    assert direction("۱۲ - سلام hello") == "rtl"
    assert direction("(12) Hello سلام") == "ltr"
    assert direction("123") == "rtl"
    assert direction("123", "ltr") == "ltr"


def test_language_is_the_script_of_most_letters() -> None:
    assert language("سلام، order 12 من کجاست") == "fa"
    assert language("where is my order سلام") == "en"
    assert language("123", "en") == "en"


@given(st.text())
def test_keys_are_idempotent(text: str) -> None:
    assert key(key(text)) == key(text)


@given(st.text())
def test_unicode_composition_and_tatweel_do_not_change_the_key(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_stored_can_always_be_encoded(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    clean(text).encode()
    assert "\x00" not in clean(text)


@given(st.text(st.characters(max_codepoint=0x06FF) | st.sampled_from("\u200c\u200e«»")), st.booleans())
def test_the_fast_path_for_persian_gives_the_same_key(text: str, joined: bool) -> None:
    assert key(text, joined=joined) == _key_of_any(text, joined=joined)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("سلام، سفارش من کجاست؟", "fa"),
        ("سلام، خطای TypeError در فایل app.py می‌گیرم", "fa"),
        ("سلام عليكم لطفا پيگيري كنيد", "fa"),
        ("السلام عليكم، أين طلبي؟ لم يصل إلى الآن", "ar"),
        ("Where is my order?", "en"),
        ("Wo ist meine Bestellung? Ich möchte sie zurückschicken, grüße", "other"),
        ("Где мой заказ?", "other"),
        ("12345", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_by_the_script(words: str, found: str | None) -> None:
    assert detected_language(words) == found
