"""Text splitting: counted as Telegram counts, nothing lost, nothing torn."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as some

from channels.telegram.sending.split import pieces, units

TEXT = some.lists(
    some.sampled_from(
        [
            "سلام",
            "می\u200cخواهم",
            "😀",
            "👨\u200d👩\u200d👧",
            "🇮🇷",
            "👍🏽",
            "word",
            "é",
            " ",
            "\n",
            "\n\n",
            ". ",
            "؟ ",
            "x" * 30,
        ]
    ),
    max_size=120,
).map("".join)


def bare(text):
    return "".join(text.split())


@given(TEXT, some.integers(20, 60), some.integers(15, 20))
def test_nothing_is_lost_and_every_piece_fits(text, limit, first):
    found = pieces(text, limit, first=first)
    assert bare("".join(found)) == bare(text)
    assert all(units(one) <= (first if number == 0 else limit) for number, one in enumerate(found))
    assert all(one.strip() for one in found)


@given(TEXT)
def test_nothing_joined_is_torn(text):
    for one in pieces(text, 40)[1:]:
        assert one[0] not in "\u200c\u200d\ufe0f"
        assert not unicodedata.combining(one[0])
        assert not "\U0001f3fb" <= one[0] <= "\U0001f3ff"
    for one in pieces(text, 40)[:-1]:
        assert one[-1] not in "\u200c\u200d"


@given(some.text(max_size=300))
def test_units_are_those_of_utf_16(text):
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_a_paragraph_is_the_best_place_to_cut_then_a_line_a_sentence_a_space():
    assert pieces("one two.\n\nthree four five", 20) == ["one two.", "three four five"]
    assert pieces("a long line here\nand one more", 20) == ["a long line here", "and one more"]
    assert pieces("Gone today. It left here", 20) == ["Gone today.", "It left here"]
    assert pieces("سفارش رسید؟ پس چرا نرسیده است", 16) == ["سفارش رسید؟", "پس چرا نرسیده", "است"]
    assert pieces("abcdefgh ijklmnop qrst", 20) == ["abcdefgh ijklmnop", "qrst"]


def test_a_short_text_stays_whole():
    assert pieces("  hello ", 4096) == ["hello"]
    assert pieces("", 4096) == []
