"""The channel contract: what a channel is, and the six things it may ask of the desk. See channels/README.md.

It turns what its remote hands over into `Inbound`, and `Outbound` into what its remote wants; it sees nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from channels.messages import ANY as ANY
from channels.messages import Address as Address
from channels.messages import Attachment as Attachment
from channels.messages import Authentication as Authentication
from channels.messages import Cursor as Cursor
from channels.messages import Delivery as Delivery
from channels.messages import DeliveryError as DeliveryError
from channels.messages import Face as Face
from channels.messages import Inbound as Inbound
from channels.messages import InboundKind as InboundKind
from channels.messages import Moved as Moved
from channels.messages import Outbound as Outbound
from channels.messages import Oversize as Oversize
from channels.messages import Reachability as Reachability
from channels.messages import SurveyAnswer as SurveyAnswer
from channels.messages import Thread as Thread
from channels.messages import TryLater as TryLater
from channels.messages import Unreadable as Unreadable
from channels.messages import Wish as Wish
from channels.messages import Writer as Writer


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an outgoing message can carry, and what its customer gets to see; the inbox offers only that.

    What a verb of the channel says by itself is asked of the class: `Channel.can_edit`, `can_react`, `can_ring`.
    """

    attachments: bool = False
    subject: bool = False
    copies: bool = False
    starts: bool = False  # the desk may write first
    counted: bool = False  # leaves as text messages, paid for by the part
    reads: bool = False  # reports when its customer has read something (`Delivery`)
    replies: bool = False  # its customer sees which message an answer is meant for


@dataclass(frozen=True, slots=True)
class State:
    """How an account of a channel is doing, for the status page. `problem` is a sentence or None."""

    account: str
    connected: bool
    problem: str | None = None
    since: datetime | None = None
    remote_count: int | None = None  # messages the server says it holds
    taken_count: int | None = None  # of those, how many were taken in


Question = Literal[
    "transcript",  # conversation, after=0: its public entries above that sequence, oldest first
    "tickets",  # address: the customer's own tickets, newest first: number, subject, status, changed_at
    "suggestions",  # text, language: articles that may answer it, best first: title, text, confidence
    "reasons",  # why somebody may not have been satisfied, in the desk's order: key, words (language -> text)
    "shortage",  # one row while the desk keeps nothing new (`TryLater`): ask before a file is stored
    "link",  # address: ways to go on elsewhere with a one-time token: channel, label, url, expires_at; "": whether any
]


@runtime_checkable
class Desk(Protocol):
    """All a channel may ask of the desk: six verbs. `account` is the channel's own name of a mailbox or bot."""

    async def accept(
        self, account: str, external_id: str, raw: bytes, *, order_key: str, received_at: datetime | None = None,
        cursor: Cursor | None = None,
    ) -> bool:  # fmt: skip
        """Keep `raw` durably. Only after it returns may the remote be told. False: had it already.

        `cursor` is kept in the same transaction, when `raw` is new. Raises `Moved` and `TryLater`: neither was kept.
        """

    async def remember(self, account: str, key: str, value: str, *, was: str | None = ANY) -> None:
        """Keep a cursor durably. With `was` (None: nothing) only while it still says that; raises `Moved` otherwise."""

    async def recall(self, account: str, key: str) -> str | None:
        """The cursor kept last, or None."""

    async def report(self, state: State) -> None:
        """Tell how an account is doing; shown on the status page and by `run.py check`."""

    async def ask(self, question: Question, **about: Any) -> Sequence[Mapping[str, Any]]:
        """Look something up; see `Question`. What is not known gives an empty answer."""

    async def hint(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Pass on a fleeting thing (typing, reading, page visited). May be lost.

        The same channel in the desk's other processes hears it too (`Channel.hear`); `ours` is for them alone.
        """


class Channel:
    """Base of every channel. A folder `channels/<name>/channel.py` has one subclass, named `Channel`."""

    name: ClassVar[str]  # the folder's name
    label: ClassVar[Mapping[str, str]]  # language -> word for people
    writes: ClassVar[Mapping[str, str] | None] = None  # the word for what is written here, where it is another one
    icon: ClassVar[str]  # an icon of the sheet
    can: Capabilities  # of the class; an instance may take away what its settings do not allow
    kind: ClassVar[Literal["written", "phone"]] = "written"  # which working hours apply

    class Settings(BaseModel):
        """Overridden by the channel; read from `[channels.<name>]` of config/helpdesk.toml."""

        enabled: bool = False

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @property
    def can_edit(self) -> bool:
        """Whether sent messages can be changed and taken back."""
        return self._overrides("edit") and self._overrides("withdraw")

    @property
    def can_react(self) -> bool:
        """Whether the desk can put an emoji on a customer's message."""
        return self._overrides("react")

    @property
    def can_ring(self) -> bool:
        """Whether the desk can have somebody called. Overridden where settings decide."""
        return self._overrides("ring")

    def _overrides(self, verb: str) -> bool:
        return getattr(type(self), verb) is not getattr(Channel, verb)

    def accounts(self) -> Sequence[str]:
        """Names of the configured accounts."""
        return ()

    def own_addresses(self) -> Sequence[str]:
        """Our own addresses on this channel, `email:support@…`: robots never write to them."""
        return ()

    def reaches(self, address: str) -> bool:
        """Whether something written to this address can arrive: a landline takes no text messages."""
        return True

    def is_shared(self, conversation: str) -> bool:
        """Whether others read along in a conversation, so that it is no way to one customer alone."""
        return False

    def order_key(self, raw: bytes) -> str:
        """Key of the conversation `raw` belongs to, cheaply. Same key: taken in order."""
        return ""

    def fingerprint(self, raw: bytes) -> str | None:
        """A hash of what was written, the same however it travelled. Pure.

        Two raw forms with one external id and different fingerprints are two messages, and both are kept. None: an
        external id of this channel never names two messages, or this raw form holds no whole message.
        """
        return None

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        """Understand `raw`. Pure. None: nothing to show. Raises `Unreadable` when it can't be understood."""
        raise NotImplementedError

    def normaliser(self) -> Callable[[str, bytes], Inbound | list[Inbound] | None] | None:
        """`normalise` as a function that can be pickled, to run in a process of its own within a time budget.

        For channels whose raw forms are long and anybody's; None: `normalise` is quick whatever arrives.
        """
        return None

    def merge_call(self, known: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
        """One record of a call (`Inbound.call`) from the stored one and the one that came in.

        Pure, and the same in whatever order and however often they come.
        """
        return {**known, **new}

    def call_files(self, call: Mapping[str, Any]) -> tuple[str, bytes] | None:
        """The files of a call that can be fetched only now: a key of them, and a raw form that fetches them.

        Pure. The raw form is accepted beside the call; its Inbound has the same external id and the attachments,
        and nothing waits for it. The same key again is a no-op. None: there is nothing to fetch.
        """
        return None

    async def fetch(self, account: str, attachment: Attachment) -> Attachment:
        """Give content to an attachment that has only `remote`, or a `problem`. DeliveryError: try it all again later."""
        return attachment

    async def run(self, desk: Desk) -> None:
        """Listen on every account until cancelled."""

    async def send(self, outbound: Outbound) -> str | Sequence[str]:
        """Hand one message to the remote and return its remote id, or one of every piece. Raises `DeliveryError`."""
        raise NotImplementedError

    async def edit(self, account: str, remote_id: str, text: str, *, sender_name: str = "") -> None:
        """Make a sent message say something else; `sender_name` as when it left. Raises `DeliveryError`.

        Permanent where that can't be done (`can_edit`).
        """
        raise DeliveryError("A sent message can't be changed here.", permanent=True)

    async def withdraw(self, account: str, remote_id: str) -> None:
        """Take a sent message back. Raises `DeliveryError`; permanent where that can't be done (`can_edit`)."""
        raise DeliveryError("A sent message can't be taken back here.", permanent=True)

    async def react(self, account: str, remote_id: str, emoji: str) -> None:
        """Put an emoji on a customer's message; empty: take it away. Raises `DeliveryError` (`can_react`)."""
        raise DeliveryError("There are no reactions here.", permanent=True)

    async def ring(self, to: str, *, survey: str = "", extension: str = "") -> str:
        """Have `to` called: for a survey, or to connect an extension with it. Returns the call's id (`can_ring`)."""
        raise DeliveryError("Nobody can be called from here.", permanent=True)

    def link(self, account: str, token: str) -> str | None:
        """An address that opens a conversation here and hands `token` over (`Inbound.link`); None: there is none."""
        return None

    def remote_id(self, outbound: Outbound) -> str | None:
        """The id the remote will know it by, when that is fixed before sending."""
        return None

    def routes(self, desk: Desk) -> Sequence[Any]:
        """aiohttp route definitions to mount below `/channels/<name>/`."""
        return ()

    def hear(self, conversation: str, what: Mapping[str, Any]) -> None:
        """Something fleeting from the desk: an agent writes (`typing`, `name`) or has `read`. May be lost."""

    async def forget(self, address: str) -> Sequence[tuple[str, str]]:
        """Drop the files and the memory of a customer who is to be forgotten.

        Returns (account, word): the desk drops what this channel remembers there with that word in its key or value,
        and the raw forms under that order key.
        """
        return ()

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """For `run.py check`: (what was tried, None or what is wrong and what to do)."""
        return ()
