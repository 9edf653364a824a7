"""Header fields are read as senders write them, not as they should be."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from channels.email.mime.address_fields import addressees
from channels.email.mime.headers import date, ids, message_id, parameters, text


def test_a_name_split_inside_a_letter_is_put_together() -> None:
    octets = "پشتیبانی".encode()
    words = b" ".join(b"=?utf-8?B?" + base64.b64encode(piece) + b"?=" for piece in (octets[:5], octets[5:]))
    assert text(words.decode()) == "پشتیبانی"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=?utf-8?Q?a_b=20c?=", "a b c"),
        ("=?UTF-8?b?2LPZhNin2YU?= x", "سلام x"),
        ("a=?utf-8?q?b?=c", "abc"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("=?x-nothing?q?caf=E9?=", "café"),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        ("folded\r\n\tvalue", "folded value"),
        ("=?utf-8*fa?q?a?=", "a"),
        ("=?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"),
    ],
)
def test_encoded_words_are_read_as_they_are_written(value: str, shown: str) -> None:
    assert text(value) == shown


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("a@example.com", [("", "a@example.com")]),
        ("<a@example.com>", [("", "a@example.com")]),
        ('"Sample, Anna" <a@example.com>', [("Sample, Anna", "a@example.com")]),
        ("Sample, Anna <a@example.com>", [("Sample, Anna", "a@example.com")]),
        ("a@example.com (Anna)", [("Anna", "a@example.com")]),
        ("friends: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
        ("undisclosed-recipients:;", []),
        ("a@example.com; b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("'a@example.com' <a@example.com>", [("a@example.com", "a@example.com")]),
        ('"Anna \\"A\\" Sample" <a@example.com>', [('Anna "A" Sample', "a@example.com")]),
        ("Anna a@example.com", [("Anna", "a@example.com")]),
        ("<@relay.example.net:a@example.com>", [("", "a@example.com")]),
        ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
        ("=?utf-8?B?2LPYp9ix2KcsINmF?= <a@example.com>", [("سارا, م", "a@example.com")]),
        ("Anna < a@example.com >", [("Anna", "a@example.com")]),
        ("Anna", [("", "Anna")]),
        ("", []),
    ],
)
def test_addresses_are_read_as_they_are_written(field: str, found: list[tuple[str, str]]) -> None:
    assert addressees(field) == found


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 02 Mar 2026 11:20:31 +0330", datetime(2026, 3, 2, 7, 50, 31, tzinfo=UTC)),
        ("2 Mar 2026 11:20 GMT", datetime(2026, 3, 2, 11, 20, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 11.20.31 +0000", datetime(2026, 3, 2, 11, 20, 31, tzinfo=UTC)),
        ("2026-03-02T11:20:31Z", datetime(2026, 3, 2, 11, 20, 31, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 11(eleven) : 20 : 31 +0000", datetime(2026, 3, 2, 11, 20, 31, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 99 Mar 2026 99:99:99 +9999", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_are_written_or_not_at_all(value: str, moment: datetime | None) -> None:
    assert date(value) == moment


def test_ids_without_brackets_or_broken_over_lines_are_ids() -> None:
    assert ids("<a@x> <b@x>\r\n <c@x>") == ["<a@x>", "<b@x>", "<c@x>"]
    assert ids("a@x b@x") == ["<a@x>", "<b@x>"]
    assert ids('"Message of Monday" <a@x>') == ["<a@x>"]
    assert message_id("<a@x\r\n .y>") == "<a@x.y>"
    assert message_id("a@x") == "<a@x>"
    assert message_id("") is None


def test_parameters_are_read_in_all_their_forms() -> None:
    assert parameters("text/plain; charset=utf-8") == ("text/plain", {"charset": "utf-8"})
    assert parameters("a/b; name=a b.pdf; x=y")[1] == {"name": "a b.pdf", "x": "y"}
    assert parameters('a/b; name*0="one "; name*1=two')[1]["name"] == "one two"
    assert parameters("a/b; name*=utf-8''%D8%B3.pdf")[1]["name"] == "س.pdf"
    assert parameters("a/b; name*0*=utf-8''%D8; name*1*=%B3.pdf")[1]["name"] == "س.pdf"
    assert parameters('a/b; name="a;b.pdf"')[1]["name"] == "a;b.pdf"
    assert parameters("a/b;;; =x; name")[0] == "a/b"
