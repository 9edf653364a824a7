"""The messages a channel exchanges with the desk: `Inbound`, `Outbound` and their parts. Re-exported by contract.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

InboundKind = Literal[
    "message",  # a customer wrote (text, attachments)
    "edit",  # an earlier message was changed; `target` names it
    "reaction",  # an emoji on an earlier message; `target` names it
    "delivery",  # what became of one of our messages; `target` or `tokens` name it
    "survey_answer",  # a face was tapped or reasons were given
    "call",  # the record of a telephone call in `call`; comes again under its external id with more in it
    "note",  # something to show that is nobody's message (blocked, joined, unsupported)
    "wish",  # the customer asks something of the desk itself; `wish` says what
]
Wish = Literal[
    "person",  # no robot any more, please
    "end",  # the matter is settled
    "transcript",  # the conversation by mail, to the address in `also`
]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message or leaves with it.

    `content` is None when only `remote` is known yet, or when it was refused; `problem` then says why.
    """

    name: str
    content_type: str
    content: bytes | None
    size: int
    inline: bool = False
    content_id: str | None = None
    remote: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A place where one customer is reached: `address` is `email:a@b.c`, `telegram:<bot>:<user>`, …"""

    address: str
    name: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything in a message that hints at the ticket it belongs to; the desk decides."""

    reply_tokens: Sequence[str] = ()  # signed tokens found in the addresses it was sent to
    message_tokens: Sequence[str] = ()  # signed tokens found in In-Reply-To and References, newest first
    remote_ids: Sequence[str] = ()  # ids of messages it answers, newest first
    numbers: Sequence[int] = ()  # ticket numbers written in the subject
    conversation: str | None = None  # key of a chat that has one open ticket at a time


@dataclass(frozen=True, slots=True)
class Delivery:
    """News about one of our messages. `failed`: given up; `delayed`: tried again; `read`: seen, and all before it.

    `permanent`: the address is dead. `returned_to`: tokens of the return paths it came to, where anybody may write a
    report; None where the remote itself says so.
    """

    state: Literal["sent", "delayed", "failed", "read"]
    recipients: Sequence[str] = ()  # addresses it is about, `email:a@b.c`
    permanent: bool = False
    reason: str = ""
    returned_to: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """A face or words given on the channel itself. The survey is named by `token`, or by the `call` it followed."""

    token: str | None = None
    call: str | None = None  # external id of the call
    score: Literal["happy", "neutral", "sad"] | None = None
    reasons: Sequence[str] = ()
    words: str = ""


Authentication = Literal["unknown", "passed", "failed"]
Writer = Literal["customer", "shop", "bot"]  # shop: our side, writing past the desk; bot: a program of others


@dataclass(frozen=True, slots=True)
class Reachability:
    """News about the author's address: whether it can be written to from now on, and why not, in words."""

    reachable: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Oversize:
    """A message left at its remote because of its size. Bytes of the message and of the limit; None: unknown."""

    size: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing that happened on a channel, understood. Times are aware and UTC."""

    kind: InboundKind
    external_id: str  # the remote's own id of it (mail: Message-ID or hash), unique within the account
    author: Address | None = None
    subject: str = ""
    text: str = ""  # what the person wrote, without quotes and signature
    full_text: str | None = None  # the whole text when it differs from `text`
    html: str | None = None  # the original HTML, not sanitised
    sent_at: datetime | None = None  # the sender's own date, shown but not trusted
    language: str | None = None  # only where the remote states it; the desk judges the text
    thread: Thread = field(default_factory=Thread)
    attachments: Sequence[Attachment] = ()
    recipients: Sequence[Address] = ()  # whom else it was written to (To and Cc)
    copies: Sequence[Address] = ()  # the Cc part of them
    reply_via: str | None = None  # our own address the customer wrote to
    writer: Writer = "customer"  # whose words these are; only a customer's ask for an answer
    authentication: Authentication = "unknown"  # whether the remote vouches for its author
    automatic: bool = False  # a robot wrote it (vacation notice, report): asks nothing, is never answered
    no_auto_reply: bool = (
        False  # no robot may answer it (list, group, silence asked for), but a person may have written it
    )
    gesture: bool = False  # a sticker, a reaction, a tapped face: asks nothing, whatever text stands for it
    thanks: bool = False  # mere thanks or a gesture, reopens nothing; the desk decides, channels leave it alone
    wants_person: bool = False  # beside what they wrote: no robot any more, please
    target: str | None = None  # remote id of the message an edit, reaction or delivery is about
    part_of: str | None = None  # key shared by the parts of one message (an album): they become one entry
    delivery: Delivery | None = None
    survey: SurveyAnswer | None = None  # of a survey_answer
    wish: Wish | None = None  # of a wish
    call: Mapping[str, Any] = field(default_factory=dict)  # of a call: its record, JSON for `Channel.merge_call`
    command: str | None = None  # the bot command it begins with, without the slash; a bare one asks nothing
    reachability: Reachability | None = None  # the author blocked us or left, or let us in again
    oversize: Oversize | None = None  # this stands for a message that was not fetched
    also: Sequence[Address] = ()  # further addresses of its author; `verified` where the remote vouches for them
    link: str | None = None  # one-time token of the desk that the author came with (`Channel.link`)
    moved_to: str | None = None  # the conversation goes on under this key
    team: str | None = None  # name of the team that this account or site belongs to
    details: Mapping[str, Any] = field(
        default_factory=dict
    )  # JSON the timeline shows (warnings, origin, …); decides nothing


@dataclass(frozen=True, slots=True)
class Face:
    """One of the three answers of a survey."""

    score: Literal["happy", "neutral", "sad"]
    label: str
    url: str  # page that records it; reading it alone records nothing
    picture: str  # public address of its drawing


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message that must leave. Retrying it is harmless where `token` makes the remote id."""

    token: str  # signed, unguessable, names the timeline entry; makes Message-ID and reply address
    kind: Literal["message", "survey"]
    account: str
    to: Address
    text: str
    html: str | None = None  # written by the desk, already clean
    subject: str = ""
    language: str = "fa"
    copies: Sequence[Address] = ()
    sender_name: str = ""
    reply_via: str | None = None  # our address the customer wrote to
    attachments: Sequence[Attachment] = ()
    in_reply_to: str | None = None  # remote id
    references: Sequence[str] = ()  # remote ids, oldest first
    conversation: str | None = None
    automatic: bool = False
    signature: str = ""
    faces: Sequence[Face] = ()
    returns: Mapping[str, str] = field(default_factory=dict)  # recipient -> token of the return path of their mail
    survey: str | None = None  # token of the survey it asks, for channels whose buttons answer by themselves
    details: Mapping[str, Any] = field(default_factory=dict)


ANY = "\0"  # whatever a cursor says; no cursor holds it


@dataclass(frozen=True, slots=True)
class Cursor:
    """Something a channel remembers, and what it believes to stand there (None: nothing; `ANY`: no matter)."""

    key: str
    value: str
    was: str | None = ANY


class Moved(Exception):
    """A cursor no longer holds the value its channel expected: another process was quicker. Read it and try again."""


class TryLater(Exception):
    """The desk keeps nothing new at the moment: its disk is nearly full, or its database does not answer.

    Nothing was kept. The remote must keep what it has and come again: 451, 503, an offset that is not confirmed.
    """


class DeliveryError(Exception):
    """The remote did not take a message.

    `permanent`: trying again is useless. `retry_after`: seconds to wait. `uncertain`: it may have
    arrived. `unreachable`: the address itself is dead until it writes again. `left`: the remote has the
    message by these ids, only the `files` of these names will never get there.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
        unreachable: bool = False,
        left: Sequence[str] = (),
        files: Sequence[str] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.unreachable = unreachable
        self.left = left
        self.files = files


class Unreadable(ValueError):
    """What arrived can't be understood, and trying again won't help: quarantine at once."""
