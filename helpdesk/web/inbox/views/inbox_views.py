"""View models of the inbox: list, ticket, customer, composer. Templates see these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from helpdesk.agents.rules import AgentView
from helpdesk.web.inbox.views.callback_view import CallBackView
from helpdesk.web.inbox.views.content_views import VisitorView
from helpdesk.web.inbox.views.message_menu_view import DestinationView, ReplyingTo
from helpdesk.web.inbox.views.timeline_views import ChannelMark, ClockExplanation, ClockView, EntryView, FileView, Item

Level = Literal["good", "soon", "far"]


@dataclass(frozen=True, slots=True)
class PersonBadge:
    """A person of the desk in a list of choices. `load`: open tickets, None when it is not known."""

    id: int
    name: str
    face: AgentView
    load: int | None = None

    @property
    def initial(self) -> str:
        return self.face.initial

    @property
    def hue(self) -> int:
        return self.face.hue

    @property
    def here(self) -> str:
        return self.face.here


@dataclass(frozen=True, slots=True)
class RowView:
    """One ticket in a list. `overdue`: the customer should have been called back by now; `wanted`: they want a person."""

    number: int
    name: str
    face: AgentView
    subject: str
    snippet: str
    channel: ChannelMark
    status: str
    clock: ClockView | None = None
    unread: bool = False
    draft: bool = False
    sad: bool = False
    overdue: bool = False
    assignee: PersonBadge | None = None
    typing: str = ""
    wanted: bool = False

    @property
    def preview(self) -> str:
        """How the newest message begins, unless the subject says just that."""
        subject = self.subject.rstrip("…. ")
        return "" if subject and self.snippet.startswith(subject) else self.snippet


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of a view or of a search."""

    view: str
    rows: Sequence[RowView] = ()
    sort: str = "deadline"
    search: str = ""
    open: int | None = None
    more: str = ""
    mine: int = 0

    @property
    def query(self) -> str:
        """What keeps a link inside this list: `?view=mine`."""
        given = {"q": self.search} if self.search else {"view": self.view}
        if self.sort != "deadline" and not self.search:
            given["sort"] = self.sort
        return "?" + urlencode(given)


@dataclass(frozen=True, slots=True)
class AddressView:
    """Where a customer is reached; `unreachable` says why they are not, `whole` is the address as channels know it."""

    icon: str
    value: str
    verified: bool = False
    unreachable: str = ""
    full_address: str = ""


@dataclass(frozen=True, slots=True)
class OtherTicket:
    """Another ticket of the same customer. `open`: it may be about the same matter."""

    number: int
    subject: str
    icon: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """Another customer who may be the same person. `why`: claimed proven wrote link, about `address`."""

    id: int
    contact: int
    name: str
    face: AgentView
    address: str
    why: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """The customer beside the ticket."""

    name: str
    face: AgentView
    since: datetime
    addresses: Sequence[AddressView] = ()
    faces: Sequence[str] = ()
    others: Sequence[OtherTicket] = ()
    more: bool = False
    notes: str = ""
    mark: str = ""
    blocked: bool = False
    offers: Sequence[JoinOffer] = ()


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggested answer, filled in; holes are left as `{name}`."""

    article: str
    title: str
    text: str
    confidence: float
    matched: Sequence[str]

    @property
    def level(self) -> Level:
        """How near it is, for words and colour."""
        return "good" if self.confidence >= 0.75 else "soon" if self.confidence >= 0.45 else "far"


@dataclass(frozen=True, slots=True)
class CopyView:
    """Somebody who can get a copy. `welcome`: they do, unless they are left out; else a person has to allow it."""

    address: str
    words: str
    welcome: bool = True


@dataclass(frozen=True, slots=True)
class ComposerView:
    """What is being written, and to whom. `ways`: the usual first."""

    to: str
    channel: ChannelMark
    tab: Literal["reply", "note"] = "reply"
    reply: str = ""
    note: str = ""
    suggestion: str = ""
    suggestions: Sequence[SuggestionView] = ()
    uploads: Sequence[FileView] = ()
    conflict: str = ""
    collided: bool = False  # something new arrived: the first Ctrl+Enter leads there
    copies: Sequence[CopyView] = ()
    copied: Sequence[str] | None = None  # whose boxes were ticked in a reply that was refused; None: who is welcome
    can_quote: bool = False
    quote: bool = False
    ways: Sequence[DestinationView] = ()
    answering: ReplyingTo | None = None
    about: str = ""

    @property
    def stuck(self) -> bool:
        """Whether nothing can be written to them at all: no message reaches the only way."""
        return bool(self.ways) and all(way.closed in ("mute", "off") for way in self.ways)

    @property
    def way(self) -> DestinationView | None:
        """The way it goes unless another one is chosen."""
        return next((way for way in self.ways if way.chosen), None)


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket with everything beside it. `newest`: the last entry; `moves`: statuses it may be given.

    `owed`: no person has answered in this round.
    """

    number: int
    subject: str
    status: str
    person: PersonView
    composer: ComposerView
    newest: int
    cycle: int = 1
    priority: str = "normal"
    tags: Sequence[str] = ()
    assignee: PersonBadge | None = None
    people: Sequence[PersonBadge] = ()
    moves: Sequence[str] = ()
    clock: ClockView | None = None
    why: ClockExplanation | None = None
    timeline: Sequence[Item] = ()
    earlier: bool = False
    here: Sequence[str] = ()
    writing: Sequence[str] = ()
    owed: bool = False
    person_wanted: bool = False
    call_back: CallBackView | None = None
    visitor: VisitorView | None = None
    merged_into: int | None = None

    @property
    def length(self) -> int:
        """How many characters of messages there are to draw."""
        return sum(len(item.text) + len(item.quoted) for item in self.timeline if isinstance(item, EntryView))
