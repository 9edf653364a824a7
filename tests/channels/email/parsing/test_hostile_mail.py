"""Hostile and broken mail: something readable comes out, soon, and nothing raises."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import Inbound, Unreadable
from channels.email.describe import describe
from channels.email.facts.bounces import understand
from channels.email.mime.parse_mail import parse_mail
from channels.email.normalise import normalise, order_key
from channels.email.visible.visible_reply import visible

SAMPLES = Path(__file__).parents[4] / "channels" / "email" / "samples"
SHARED = Path(__file__).parents[5] / "shared" / "testdata" / "email"
MUTATIONS = 5_000
LONGEST = 2.0  # seconds for one mail


def corpus() -> list[bytes]:
    """The samples, and the mails nobody here wrote where they are at hand."""
    found = [path.read_bytes() for path in sorted(SAMPLES.glob("*.eml"))]
    if SHARED.is_dir():
        files = sorted(path for path in (SHARED / "corpora").rglob("*") if path.is_file())
        found += [path.read_bytes() for path in files if path.stat().st_size < 60_000]
    return found


def take(raw: bytes) -> None:
    """Everything the desk does with a mail. `Unreadable` only where there is nothing at all."""
    order_key(raw)
    try:
        found = normalise(raw, account="support", own_addresses=["support@example.org"], trusted_servers=["mx"])
    except Unreadable:
        assert not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe") or len(raw) < 2_000
        return
    assert isinstance(found, Inbound)
    for text in (found.subject, found.text, found.full_text or "", found.external_id):
        text.encode("utf-8")  # nothing that can't be stored
        assert "\0" not in text
    for item in found.attachments:
        item.name.encode("utf-8")
        assert item.name
        assert item.content is not None
        assert "/" not in item.name


def mutations(mails: list[bytes], count: int) -> Iterator[bytes]:
    chance = random.Random(20260302)
    for _ in range(count):
        raw = bytearray(chance.choice(mails))
        for _ in range(chance.randint(1, 6)):
            _mutate(raw, mails, chance)
        yield bytes(raw)


def _mutate(raw: bytearray, mails: list[bytes], chance: random.Random) -> None:
    place = chance.randrange(len(raw) + 1)
    kind = chance.randrange(8)
    if kind == 0:
        raw[place : place + chance.randint(1, 40)] = b""
    elif kind == 1:
        raw[place:place] = chance.randbytes(chance.randint(1, 20))
    elif kind == 2:
        other = chance.choice(mails)
        start = chance.randrange(len(other) + 1)
        raw[place:place] = other[start : start + chance.randint(1, 400)]
    elif kind == 3:
        raw[place:] = b""
    elif kind == 4:
        raw[place : place + 1] = chance.choice([b"\n", b"\r", b"\0", b'"', b"=", b"<", b">", b";", b"\x1b", b"\xff"])
    elif kind == 5:
        raw[:] = raw.replace(b"\r\n", chance.choice([b"\n", b"\r", b"\r\r\n"]))
    elif kind == 6:
        raw[:] = raw.replace(
            b"utf-8", chance.choice([b"utf-16", b"utf-7", b"x-nothing", b"", b"base64", b"iso-2022-jp", b"\xff"])
        )
    else:
        raw[:] = raw.replace(b"base64", chance.choice([b"quoted-printable", b"x-uuencode", b"", b"8bit", b"bas e64"]))


def test_five_thousand_mutated_mails_raise_nothing() -> None:
    for raw in mutations(corpus(), MUTATIONS):
        take(raw)


@given(st.binary(max_size=2_000))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_accepted_for_storage(raw: bytes) -> None:
    take(raw)


HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Message-ID",
    "References",
    "Content-Disposition",
]


@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.text(max_size=80)), max_size=10), st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_in_any_field_is_accepted(fields: list[tuple[str, str]], body: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    take((head + "\r\n" + body).encode("utf-8", "surrogatepass"))


@given(st.text(max_size=400), st.one_of(st.none(), st.text(max_size=400)), st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_the_visible_reply_is_part_of_the_whole(text: str, html: str | None, subject: str) -> None:
    reply = visible(text, html, subject)
    assert len(reply.text) <= max(len(reply.full_text), len(text))


def _wrapped(body: str, kind: str = "plain") -> bytes:
    return b"From: a@example.com\r\nContent-Type: text/" + kind.encode() + b"; charset=utf-8\r\n\r\n" + body.encode()


NASTY = {
    "a megabyte of quote marks": _wrapped("hi\n" + ">" * 1_000_000),
    "a hundred thousand quoted lines": _wrapped("hi\n" + "> x\n" * 100_000),
    "fifteen thousand lines that end in a colon": _wrapped("On Monday 5 May wrote:\n" * 15_000),
    "fifteen thousand openings without an end": _wrapped(
        "On Mon, 5 May 2025 at 10:00 somebody <a@example.com\n" * 15_000
    ),
    "fifteen thousand labels": _wrapped("From: a\n\n" * 15_000),
    "one line of a megabyte": _wrapped("wrote: @ " * 120_000),
    "blanks": _wrapped(" \t" * 500_000 + "x\n" + "\n" * 200_000),
    "dashes": _wrapped("-" * 500_000 + "\n" + "--\n" * 15_000),
    "begins of uuencoded files": _wrapped("begin 644 x\n" * 20_000),
    "nested blocks": _wrapped("<div>" * 50_000 + "x", "html"),
    "nested quotes": _wrapped('<blockquote type="cite">' * 20_000 + "x", "html"),
    "many marked quotes": _wrapped('<div class="gmail_quote">x</div>' * 20_000, "html"),
    "open tags": _wrapped("<a " * 200_000, "html"),
    "encoded words": b"From: a@example.com\r\nSubject: " + b"=?utf-8?q?" * 50_000 + b"\r\n\r\nx",
    "commas in an address field": b"From: " + b"a," * 200_000 + b"\r\n\r\nx",
    "brackets in an address field": b"From: " + b"<" * 100_000 + b"(" * 100_000 + b'"' * 99_999 + b"\r\n\r\nx",
    "parameters": b"From: a@example.com\r\nContent-Type: text/plain" + b"; a*0*=b" * 50_000 + b"\r\n\r\nx",
    "references": b"From: a@example.com\r\nReferences: " + b"<a@b> " * 100_000 + b"\r\n\r\nx",
    "a long header without an end": b"Subject: " + b"x" * 2_000_000,
    "a hundred thousand headers": b"X-A: b\r\n" * 100_000 + b"\r\nx",
    "multiparts in multiparts": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number) for number in range(3_000)
    ),
    "messages in messages": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 20_000,
    "a subject of Res": b"From: a@example.com\r\nSubject: " + b"Re: " * 50_000 + b"\r\n\r\nx",
    "an address without an end": b"From: " + b"a@" * 200_000 + b"\r\n\r\nx",
    "a report": b'From: MAILER-DAEMON@example.com\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\n'
    + b"a@example.com " * 50_000
    + b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\n\r\n" * 5_000
    + b"--b--\r\n",
    "words of a bounce": b"From: MAILER-DAEMON@example.com\r\nSubject: failure notice\r\n\r\n"
    + b"<a@example.com> a@b.c\n" * 20_000,
    "one flowed paragraph": b"From: a@example.com\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
    + b"some words \r\n" * 150_000,
    "a hundred thousand soft breaks": b"From: a@example.com\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=\r\n" * 300_000,
    "attributions in one line": _wrapped("On Mon, 5 May 2025 a@example.com wrote: " * 20_000),
    "addresses in the text": _wrapped(("a@" * 300 + ":\n") * 1_500),
    "names below": _wrapped("x\n\n" + "Regards,\n" * 14_000),
    "unlabelled bytes": b"From: a@example.com\r\n\r\n" + bytes(range(128, 256)) * 8_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_no_mail_takes_longer_than_two_seconds(name: str) -> None:
    begun = time.process_time()
    take(NASTY[name])
    assert time.process_time() - begun < LONGEST


def test_a_mail_of_thirty_megabytes_is_read_in_time() -> None:
    line = b"A" * 76 + b"\r\n"
    raw = (
        b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nsee the film\r\n--b\r\n'
        b'Content-Type: video/mp4; name="film.mp4"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + line * 390_000
        + b"--b--\r\n"
    )
    begun = time.process_time()
    mail = parse_mail(raw)
    assert mail.attachments[0].size == 390_000 * 57
    assert mail.text.strip() == "see the film"
    assert time.process_time() - begun < LONGEST


def test_only_an_empty_mail_is_unreadable() -> None:
    for raw in (b"", b"\r\n\r\n", b"\0\0", b"\xef\xbb\xbf \n"):
        with pytest.raises(Unreadable):
            parse_mail(raw)
    assert parse_mail(b"x").text == "x"


@pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"), reason="the mails of others are not at hand (../shared)"
)
def test_every_mail_of_others_is_described() -> None:
    files = [path for path in sorted((SHARED / "corpora").rglob("*")) if path.is_file()]
    assert len(files) > 400
    for path in files:
        raw = path.read_bytes()
        take(raw)
        try:
            describe(raw)
            understand(parse_mail(raw))
        except Unreadable:
            assert not raw.strip()
