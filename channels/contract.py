"""What a channel is and what it may ask of the desk. See channels/README.md.

It turns what its remote hands over into `Inbound`, and `Outbound` into what its remote wants; it sees nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

InboundKind = Literal[
    "message",  # a customer wrote (text, attachments)
    "edit",  # an earlier message was changed; `target` names it
    "reaction",  # an emoji on an earlier message; `target` names it
    "delivery",  # what became of one of our messages; `target` or `tokens` name it
    "survey_answer",  # a face was tapped or reasons were given
    "call",  # one record of a telephone call in `details`, comes again under its external id with more in it
    "note",  # something to show that is nobody's message (blocked, joined, unsupported)
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
    """News about one of our messages. `failed`: given up; `delayed`: tried again. `permanent`: the address is dead."""

    state: Literal["sent", "delayed", "failed"]
    recipients: Sequence[str] = ()  # addresses it is about, `email:a@b.c`
    permanent: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """A face or words given on the channel itself. The survey is named by `token`, or by the `call` it followed."""

    token: str | None = None
    call: str | None = None  # external id of the call
    score: Literal["happy", "neutral", "sad"] | None = None
    reasons: Sequence[str] = ()
    words: str = ""


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
    language: str | None = None
    thread: Thread = field(default_factory=Thread)
    attachments: Sequence[Attachment] = ()
    recipients: Sequence[Address] = ()  # whom else it was written to (To and Cc)
    copies: Sequence[Address] = ()  # the Cc part of them
    reply_via: str | None = None  # our own address the customer wrote to
    automatic: bool = False  # vacation notice, list mail, bounce, robot: never answered
    thanks: bool = False  # a mere thank-you, emoji or sticker: does not reopen
    target: str | None = None  # remote id of the message an edit, reaction or delivery is about
    part_of: str | None = None  # key shared by the parts of one message (an album): they become one entry
    delivery: Delivery | None = None
    survey: SurveyAnswer | None = None  # of a survey_answer
    details: Mapping[str, Any] = field(default_factory=dict)  # JSON the timeline shows (warnings, call record, …)


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

    token: str  # signed, unguessable, names the timeline entry; makes Message-ID, reply and bounce address
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
    survey: str | None = None  # token of the survey it asks, for channels whose buttons answer by themselves
    details: Mapping[str, Any] = field(default_factory=dict)


class DeliveryError(Exception):
    """The remote did not take a message.

    `permanent`: trying again is useless. `retry_after`: seconds to wait. `uncertain`: it may have
    arrived. `unreachable`: the address itself is dead until it writes again.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        uncertain: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.unreachable = unreachable


class Unreadable(ValueError):
    """What arrived can't be understood, and trying again won't help: quarantine at once."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do; the inbox shows only what is there."""

    attachments: bool = False
    html: bool = False
    subject: bool = False
    copies: bool = False
    typing: bool = False
    edits: bool = False
    buttons: bool = False
    stickers: bool = False
    calls: bool = False
    starts: bool = False  # the desk may write first


@dataclass(frozen=True, slots=True)
class State:
    """How an account of a channel is doing, for the status page. `problem` is a sentence or None."""

    account: str
    connected: bool
    problem: str | None = None
    since: datetime | None = None
    remote_count: int | None = None  # messages the server says it holds
    taken_count: int | None = None  # of those, how many were taken in


@runtime_checkable
class Desk(Protocol):
    """All a channel may ask of the desk: six verbs. `account` is the channel's own name of a mailbox or bot."""

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None
    ) -> bool:
        """Keep `raw` durably. Only after it returns may the remote be told. False: had it already."""

    async def remember(self, account: str, key: str, value: str) -> None:
        """Keep a cursor durably."""

    async def recall(self, account: str, key: str) -> str | None:
        """The cursor kept last, or None."""

    async def report(self, state: State) -> None:
        """Tell how an account is doing; shown on the status page and by `run.py check`."""

    async def transcript(self, conversation: str, *, after: int = 0) -> Sequence[Mapping[str, Any]]:
        """Public entries of a conversation with a sequence above `after`, oldest first."""

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Pass on a fleeting thing (typing, reading, page visited). May be lost."""


class Channel:
    """Base of every channel. A folder `channels/<name>/channel.py` has one subclass, named `Channel`."""

    name: ClassVar[str]  # the folder's name
    label: ClassVar[Mapping[str, str]]  # language -> word for people
    icon: ClassVar[str]  # an icon of the sheet
    can: ClassVar[Capabilities]
    kind: ClassVar[Literal["written", "phone"]] = "written"  # which working hours apply

    class Settings(BaseModel):
        """Overridden by the channel; read from `[channels.<name>]` of config/helpdesk.toml."""

        enabled: bool = False

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def accounts(self) -> Sequence[str]:
        """Names of the configured accounts."""
        return ()

    def own_addresses(self) -> Sequence[str]:
        """Our own addresses on this channel, `email:support@…`: robots never write to them."""
        return ()

    def order_key(self, raw: bytes) -> str:
        """Key of the conversation `raw` belongs to, cheaply. Same key: taken in order."""
        return ""

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        """Understand `raw`. Pure. None: nothing to show. Raises `Unreadable` when it can't be understood."""
        raise NotImplementedError

    def merge(self, kind: InboundKind, known: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
        """Details of a thing that comes again under its external id (a call): from those stored and those that came.

        Pure, and the same in whatever order and however often they come.
        """
        return {**known, **new}

    async def fetch(self, account: str, attachment: Attachment) -> Attachment:
        """Give content to an attachment that has only `remote`, or a `problem`. DeliveryError: try it all again later."""
        return attachment

    async def run(self, desk: Desk) -> None:
        """Listen on every account until cancelled."""

    async def send(self, outbound: Outbound) -> str:
        """Hand one message to the remote and return its remote id. Raises `DeliveryError`."""
        raise NotImplementedError

    async def edit(self, account: str, remote_id: str, text: str) -> None:
        """Make a sent message say something else. Raises `DeliveryError`; permanent where that can't be done (`can.edits`)."""
        raise DeliveryError("A sent message can't be changed here.", permanent=True)

    async def withdraw(self, account: str, remote_id: str) -> None:
        """Take a sent message back. Raises `DeliveryError`; permanent where that can't be done (`can.edits`)."""
        raise DeliveryError("A sent message can't be taken back here.", permanent=True)

    def remote_id(self, outbound: Outbound) -> str | None:
        """The id the remote will know it by, when that is fixed before sending."""
        return None

    def routes(self, desk: Desk) -> Sequence[Any]:
        """aiohttp route definitions to mount below `/channels/<name>/`."""
        return ()

    def hear(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Something fleeting from the desk: an agent writes (`typing`, `name`) or has `read`. May be lost."""

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """For `run.py check`: (what was tried, None or what is wrong and what to do)."""
        return ()
