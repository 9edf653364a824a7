"""Events of customers: what they ask for, and what is learned about who they are."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.tickets.events.event import Event


@dataclass(frozen=True)
class CustomerRequest(Event):
    """The customer asks for a person, an end or a transcript (`wish`). `granted`: whether they may."""

    name = "wish"
    wish: str | None
    text: str
    granted: bool


@dataclass(frozen=True)
class TranscriptRefused(Event):
    """`why` is a code: no_address, channel_off, nothing_said, unanswered, or one of the outbox's limits."""

    name = "transcript_refused"
    why: str | None
    address: str


@dataclass(frozen=True)
class ContactsJoined(Event):
    name = "joined"
    names: list[str]
    why: str
    join: int


@dataclass(frozen=True)
class ContactsParted(Event):
    name = "parted"
    names: list[str]
    join: int


@dataclass(frozen=True)
class AddressLearned(Event):
    """`by`: the channel that told it."""

    name = "learned"
    address: str
    by: str
    verified: bool


@dataclass(frozen=True)
class JoinOffered(Event):
    """Two customers may be one. `why`: claimed, proven or link."""

    name = "join_offered"
    address: str
    why: str


@dataclass(frozen=True)
class LinkFollowed(Event):
    """The customer followed a one-time link from the address `previous` to another channel."""

    name = "link_followed"
    address: str
    previous: str
    by: str
    number: int | None = None


@dataclass(frozen=True)
class ChatMoved(Event):
    name = "chat_moved"
    previous: str
    to: str


@dataclass(frozen=True)
class UnseenMessageEdited(Event):
    """The customer edited a message that never reached the desk."""

    name = "edited_unseen"


@dataclass(frozen=True)
class CustomerBlocked(Event):
    name = "shut_out"


@dataclass(frozen=True)
class CustomerUnblocked(Event):
    name = "let_in"


@dataclass(frozen=True)
class CustomerRenamed(Event):
    """Somebody of the desk gave the customer another name."""

    name = "renamed"
    to: str
    previous: str
