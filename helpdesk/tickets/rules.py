"""Which ticket a message belongs to, and whether it wakes it up. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from helpdesk.tickets.rows import TicketChanges, TicketRow
from helpdesk.tickets.vocabulary import ENDED, Status

Unproven = Literal["", "number", "authentication"]  # what is missing for a sender to be proven; "": nothing
Authentication = Literal["unknown", "passed", "failed"]
Hint = Literal["reply_token", "message_token", "remote_id", "number", "conversation", "caller"]
_MARK = re.compile(r"[\[［]\s?(?:[^\W\d_]{1,12}\s?)?[#＃]\s?(\d{1,12})\s?[\]］]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a hint led to. `welcome`: the sender takes part in it."""

    ticket_id: int
    hint: Hint
    status: Status
    resolved_at: datetime | None
    welcome: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the message goes. `ticket_id` None: a new ticket, following `follows` when that is set."""

    ticket_id: int | None = None
    hint: Hint | None = None
    reopens: bool = False
    stranger: bool = False
    follows: int | None = None
    unproven: Unproven = ""


def why_unproven(hint: Hint | None, authentication: Authentication) -> Unproven:
    """What is missing for a message to be its sender's for certain.

    A number in a subject can be guessed, and so can an address in From; where both are all there is, or the mail
    server doubts the sender, a message may be added to a ticket and do nothing else.
    """
    if authentication == "failed":
        return "authentication"
    return "number" if hint == "number" and authentication != "passed" else ""


def which_ticket(
    candidates: Iterable[Candidate], *, received_at: datetime, window: timedelta, automatic: bool, thanks: bool,
    authentication: Authentication = "unknown",
) -> Choice:  # fmt: skip
    """Decide from the tickets that the hints led to, best hint first; they are looked up lazily.

    A subject number alone counts only for somebody who takes part. A message to an ended ticket
    reopens it within `window` after its resolution, unless it is automatic or a mere thank-you;
    later, or from a sender who is not proven, it opens a new ticket that follows the old one. An ended
    ticket found first does not hide a living one that the sender takes part in: a number in the subject
    is set aside by any other hint at one, a stronger hint by its like.
    """
    ended: Choice | None = None
    for candidate in candidates:
        if candidate.hint == "number" and not candidate.welcome:
            continue
        living = candidate.status not in ENDED
        if ended is not None and not (living and candidate.welcome):
            continue
        if ended is not None and ended.reopens and candidate.hint == "number" and ended.hint != "number":
            continue
        unproven = why_unproven(candidate.hint, authentication)
        if living or automatic or (thanks and candidate.welcome):
            return Choice(candidate.ticket_id, candidate.hint, stranger=not candidate.welcome, unproven=unproven)
        in_time = candidate.resolved_at is not None and received_at <= candidate.resolved_at + window
        if candidate.welcome and in_time and not unproven:
            ended = Choice(candidate.ticket_id, candidate.hint, reopens=True)
        else:
            ended = Choice(follows=candidate.ticket_id, unproven=unproven)
    return ended or Choice(unproven=why_unproven(None, authentication))


def without_numbers(subject: str, numbers: Collection[int]) -> str:
    """A subject without the marks `[#n]` of these tickets, in whatever digits; others may be somebody else's."""
    if "#" not in subject and "＃" not in subject:
        return subject
    shorter = _MARK.sub(lambda mark: "" if int(mark[1]) in numbers else mark[0], subject)
    return subject if shorter == subject else " ".join(shorter.split())


def status_after_customer(status: Status) -> Status:
    """What a customer's message does to a ticket that is not ended."""
    return "open" if status in ("waiting", "on_hold") or status in ENDED else status


def status_after_answer(status: Status) -> Status:
    """What a person's first public message does to a ticket."""
    return "open" if status == "new" else status


def status_changes(ticket: TicketRow, status: Status, now: datetime) -> TicketChanges:
    """The columns of a ticket that gets another status."""
    ended = status in ENDED
    changes: TicketChanges = {"status": status, "active": not ended, "changed_at": now}
    if status == "resolved":
        changes["resolved_at"] = now
    if status == "closed":
        changes["closed_at"] = now
        changes["resolved_at"] = ticket.resolved_at or now
    if ticket.status in ENDED and not ended:
        changes["resolved_at"] = changes["closed_at"] = None
    return changes


def message_snippet(text: str, files: Sequence[str]) -> str:
    """What a list shows of a message: the beginning of its text, else the names of its files."""
    return snippet(text) or (snippet(f"📎 {', '.join(files)}") if files else "")


def snippet(text: str, limit: int = 140) -> str:
    """The beginning of a text on one line, cut at a space, at most `limit` characters; no quoted lines before others."""
    begin = text[: limit * 4]
    if ">" in begin:
        begin = "\n".join(line for line in begin.split("\n") if not line.startswith(">")).strip() or begin
    line = " ".join(begin.split())
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", limit // 2, limit)
    return line[: cut if cut > 0 else limit - 1].rstrip() + "…"
