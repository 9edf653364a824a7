"""Phone numbers in every spelling."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from channels.phone.calls.phone_numbers import e164, is_hidden, is_mobile, is_outside, number

MOBILE = "+989121234567"
DIGITS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
PREFIXES = ("0", "", "98", "+98", "0098", "+98 (0)", "+980", "00 98 ")


@pytest.mark.parametrize(
    "text",
    [
        "09121234567",
        "9121234567",
        "989121234567",
        "+989121234567",
        "00989121234567",
        "+98 (0)912 123 4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "0912-123-4567",
        "0912 123 45 67",
        "\u200e09121234567\u200f",
        "tel:+98-912-123-4567",
        "sip:09121234567@10.0.0.1;user=phone",
        '"Sara" <09121234567>',
        "\uff0b989121234567",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(text):
    assert number(text) == MOBILE
    assert is_mobile(number(text))


@pytest.mark.parametrize("text", ["02122334455", "2122334455", "+982122334455", "0098 21 2233 4455", "۰۲۱-۲۲۳۳۴۴۵۵"])
def test_every_spelling_of_a_landline_is_one_number(text):
    assert number(text) == "+982122334455"
    assert not is_mobile(number(text))


@given(
    st.integers(0, 9_999_999),
    st.sampled_from(["912", "935", "901", "990", "919", "921"]),
    st.sampled_from(PREFIXES),
    st.sampled_from(DIGITS),
    st.sampled_from(["", " ", "-"]),
)
def test_prefix_digits_and_spaces_make_no_difference(last, start, prefix, digits, space):
    own = f"{start}{space}{last:07d}"
    text = (prefix + own).translate(str.maketrans("0123456789", digits))
    assert number(text) == f"+98{start}{last:07d}"


@pytest.mark.parametrize(
    ("text", "known"),
    [("+44 20 7946 0958", "+442079460958"), ("00442079460958", "+442079460958"), ("+1 202 555 0143", "+12025550143")],
)
def test_numbers_of_other_countries_keep_theirs(text, known):
    assert number(text) == known


@pytest.mark.parametrize("text", ["101", "۱۰۱", "1000", "*72", "client:mina", "12345"])
def test_extensions_codes_and_names_stay_as_they_are(text):
    assert number(text) == text.translate(str.maketrans("۰۱", "01"))
    assert not is_outside(text)


@pytest.mark.parametrize(
    "text", ["anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", "Restricted", "+266696687"]
)
def test_a_hidden_number_is_nobodys(text):
    assert number(text) is None
    assert is_hidden(text)


@pytest.mark.parametrize("text", [None, "", " ", "<unknown>", "unknown", "s"])
def test_an_unknown_or_empty_number_is_none(text):
    assert number(text) is None


def test_a_number_of_ones_own_city_is_completed_where_the_city_is_known():
    assert number("22334455", area="021") == "+982122334455"
    assert number("22334455") == "22334455"
    assert number("09121234567", area="021") == MOBILE


@given(st.text(max_size=40))
def test_anything_is_a_number_or_what_it_was_and_never_an_error(text):
    made = number(text)
    assert made is None or made == "anonymous" or e164(made) in (None, made) or made
    if e164(text):
        assert number(made) == made


FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966)
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(KINDS), st.sampled_from(DIGITS))
def test_every_country_in_every_international_spelling_is_what_the_library_says(region, kind, digits):
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    wanted = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    for form in FORMATS:
        text = phonenumbers.format_number(example, form)
        assert number(text.translate(str.maketrans("0123456789", digits))) == wanted
    assert number("00" + wanted[1:]) == wanted


@given(
    st.sampled_from(
        ["21", "26", "31", "41", "51", "61", "71", "77", "81", "87", "910", "912", "930", "937", "990", "994"]
    ),
    st.integers(0, 99_999_999),
    st.sampled_from(DIGITS),
)
def test_every_iranian_number_that_the_library_believes_is_the_same_here(start, rest, digits):
    national = f"{start}{rest:08d}"[:10]
    parsed = phonenumbers.parse(f"0{national}", "IR")
    if not phonenumbers.is_valid_number(parsed):
        return
    wanted = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    own = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    for text in (own, f"0{national}", f"+98{national}", f"0098{national}", f"98{national}", f"+98 (0) {national}"):
        assert number(text.translate(str.maketrans("0123456789", digits))) == wanted, text
