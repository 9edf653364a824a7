"""A mail of any single thing, over and over, takes time that grows as its size does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from channels.contract import Unreadable
from channels.email.facts.raw_mail_id import intake_id
from channels.email.normalise import normalise, order_key
from tests.support.growth.measure import growth

RUNS = (
    " ", "\t", "\n", "\r", ";", "_", "<", ">", '"', "\\", '\\"', "\\(", "a", "0", "=", "-", "a@", "a,", "()", "(a", '"a', "<a", "س ",
    "e\u0301", "\u200b", "\x00", ">\n", "a\n", "\n ", "wrote:\n", "On 1/1/1 ", "\n--a", "begin 644 a\n", "=?a?q?a", "=?a?b?YQ==?= ",
    "Re: ", "a: b\n", "<div>", "</div>", "<br>", "a;b=", "user unknown a@b.c\n", "Action: failed\n\n", "--x\n\n",
)  # fmt: skip
HEAD = "From: a <a@b.c>\nTo: support@example.org\nSubject: x\nMessage-ID: <1@b.c>\n"
FIELDS = ("From", "To", "Subject", "Message-ID", "References", "Date", "Content-Type", "Content-Disposition", "Authentication-Results", "X-Failed-Recipients")  # fmt: skip
REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\n"
PLACES: dict[str, Callable[[str], str]] = {
    **{name: lambda run, name=name: f"{name}: {run}\n{HEAD}\nhello\n" for name in FIELDS},  # type: ignore[misc]
    "parameters": lambda run: f"Content-Type: text/plain; a={run}\n{HEAD}\nhello\n",
    "twenty recipients": lambda run: "".join(f"To: {run[at::20]}\n" for at in range(20)) + f"{HEAD}\nhello\n",
    "text": lambda run: f"{HEAD}\n{run}",
    "HTML": lambda run: f"{HEAD}Content-Type: text/html\n\n<div class=gmail_quote>{run}",
    "flowed text": lambda run: f"{HEAD}Content-Type: text/plain; format=flowed\n\n{run}",
    "parts": lambda run: f"{HEAD}Content-Type: multipart/mixed; boundary=x\n\n{run}",
    "parts without a boundary": lambda run: f"{HEAD}Content-Type: multipart/mixed\n\n--x\n\n{run}",
    "report": lambda run: f"{HEAD}{REPORT}--x\nContent-Type: message/delivery-status\n\n{run}\n--x--\n",
    "returned mail": lambda run: f"{HEAD}{REPORT}{run}\n--x\nContent-Type: message/rfc822\n\nSubject: x\n\n{run}\n--x--\n",
    "returned fields": lambda run: f"{HEAD}{REPORT}--x\nContent-Type: message/rfc822\n\nSubject: {run}\n\nx\n--x--\n",
    "words of a server": lambda run: f"From: mailer-daemon@b.c\nSubject: x\n\n{run}",
}  # fmt: skip


def take(mail: str) -> None:
    raw = mail.encode("utf-8", "surrogateescape")
    order_key(raw)
    intake_id(raw)
    with suppress(Unreadable):  # nothing is in it: that, too, is said soon
        normalise(raw, account="support", own_addresses=["support@example.org"], trusted_servers=["a"])


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_no_run_of_anything_makes_a_mail_slow(place: str) -> None:
    slow = []
    for run in RUNS:
        times = growth(take, lambda size, run=run: PLACES[place](run * (max(1, size // len(run)))))  # type: ignore[misc]
        if times is not None:
            slow.append(f"{run!r}: {times:.0f} times as long for 8 times as much")
    assert not slow, slow
