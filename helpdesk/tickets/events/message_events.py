"""Events of messages, calls and call backs: what people of the desk do."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.tickets.events.event import Event


@dataclass(frozen=True)
class ReplyUndone(Event):
    """The answer `of` was taken back before it left; `voids` are the status changes it had made."""

    name = "undone"
    of: int
    voids: list[int]


@dataclass(frozen=True)
class SentAgain(Event):
    name = "sent_again"
    of: int


@dataclass(frozen=True)
class SentMessageEvent(Event):
    """Something was done to the message `of` at the customer's. `state`: queued, sent or failed for `reason`."""

    of: int
    state: str | None = None
    words: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class MessageEdited(SentMessageEvent):
    """Without a `state` it is the customer who changed a message."""

    name = "edited"


@dataclass(frozen=True)
class MessageDeleted(SentMessageEvent):
    name = "withdrawn"


@dataclass(frozen=True)
class ReactionSet(SentMessageEvent):
    """The desk's emoji on a message; `words` "" takes it away."""

    name = "reacted"


@dataclass(frozen=True)
class FilesLost(Event):
    """The message `of` arrived without these of its files."""

    name = "files_lost"
    of: int
    files: list[str]
    reason: str


@dataclass(frozen=True)
class UnreadMailed(Event):
    """Answers nobody read in the chat were sent by mail as well."""

    name = "mailed"
    of: list[int]
    to: str


@dataclass(frozen=True)
class CallRequested(Event):
    """Somebody had the switchboard ring the number `to`. `state`: asked, ringing, failed or uncertain."""

    name = "rings"
    to: str
    state: str
    reason: str | None = None
    call: str | None = None


@dataclass(frozen=True)
class CallbackClosed(Event):
    """Nobody needs to call back any more."""

    name = "wish_closed"


@dataclass(frozen=True)
class FollowUpCreated(Event):
    """A person, or (`to` None) whoever is free, is to call an unhappy customer back."""

    name = "follow_up"
    to: int | None
    due_at: str | None


@dataclass(frozen=True)
class CalledBack(Event):
    name = "called_back"
    outcome: str


@dataclass(frozen=True)
class SurveyNotSent(Event):
    """The ticket ended and its customer is not asked how it was, for the reason `why`."""

    name = "not_asked"
    why: str


@dataclass(frozen=True)
class TapsTakenBack(Event):
    """A program that reads links answered the survey with several faces; the first, `was`, is forgotten."""

    name = "taps_taken_back"
    survey: int
    was: str
