"""The reader of a page: the person, their language, the time, and how stored values are shown to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from channels.contract import Channel
from helpdesk.agents.rules import HUES, AgentView, Person
from helpdesk.contacts import anonymous_names
from helpdesk.tickets.vocabulary import CALL_BACK, NEVER
from helpdesk.web.inbox.views.inbox_views import PersonBadge
from helpdesk.web.inbox.views.timeline_views import ChannelMark, ClockView
from helpdesk.web.media.media_probe import MediaInfo

FAR = timedelta(hours=6)
ENDED = ("resolved", "closed", "spam", "merged")
STILL = ("waiting", "on_hold", *ENDED)


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader. `fill`: renders an article for a ticket; `reasons`: key → label of a survey reason."""

    me: Person
    now: datetime
    language: str
    channels: Mapping[str, Channel]
    fill: Callable[[str, Mapping[str, Any]], tuple[str, str] | None]
    calendar: Callable[[str], tuple[str, Any]]
    hours: Callable[[str], str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    undo: Callable[[str], timedelta] = lambda channel: timedelta(seconds=15)
    quote: bool = False
    look: Callable[[str | None], MediaInfo | None] = lambda digest: None

    def reaches(self, places: Sequence[str]) -> bool:
        """Whether a customer with these addresses is reached when they are gone: by telephone, mail, or what waits for them."""
        waits = (self.channels.get(place.partition(":")[0]) for place in places)
        return any(place.startswith("phone:+") for place in places) or any(
            known is not None and not known.can.reads for known in waits
        )

    def channel(self, name: str | None, *, writing: bool = False) -> ChannelMark:
        """Icon and label of a channel; a removed one keeps its name. `writing`: label of its written messages."""
        known = self.channels.get(name or "")
        if known is None:
            return ChannelMark("chat", name or "")
        label = known.writes if writing and known.writes else known.label
        return ChannelMark(known.icon, label.get(self.language) or name or "")


def face_of(name: str, number: int) -> AgentView:
    """The avatar of a customer: a letter on a stable colour. Mere numbers have none."""
    letter = next((char for char in name if char.isalpha()), "")
    return AgentView(letter.upper(), number % HUES + 1)


def name_of(name: str, address: str, language: str = "fa") -> str:
    """A customer's display name: the name, else the address; an anonymous visitor."""
    called = name.strip() or address.partition(":")[2] or address
    token = called.rpartition(":")[2]
    if not name.strip() and anonymous_names.TOKEN.fullmatch(token):
        return anonymous_names.anonymous_name(token, language)
    return called


def somebody(person: Person, load: int | None = None) -> PersonBadge:
    """A person as a choice."""
    return PersonBadge(person.id, person.name, person.face, load)


def by_id(people: Sequence[Person]) -> dict[int, PersonBadge]:
    """People by id."""
    return {person.id: somebody(person) for person in people}


def chip(ticket: Any, now: datetime) -> ClockView | None:
    """The clock chip of a list row; None when the status says enough."""
    if ticket.deadline_kind == CALL_BACK:
        return replace(running_clock(ticket.deadline_start, ticket.deadline, now), call_back=True)
    if ticket.status in STILL:
        return None
    running = ticket.deadline != NEVER
    if not running or (ticket.deadline_kind == "resolution" and ticket.answered and ticket.deadline > now + FAR):
        return ClockView("met", 0, 100, None, now) if ticket.answered else None
    return running_clock(ticket.deadline_start or ticket.created_at, ticket.deadline, now)


def running_clock(started_at: datetime, due_at: datetime, now: datetime, warn_at: datetime | None = None) -> ClockView:
    """The chip of a running clock. Without `warn_at` it warns at three quarters."""
    left = (due_at - now).total_seconds()
    total = max((due_at - started_at).total_seconds(), 1.0)
    share = min(max(round(100 * (1 - left / total)), 0), 100)
    near = now >= warn_at if warn_at is not None else share >= 75
    state = "late" if left <= 0 else "soon" if near else "calm"
    return ClockView(state, left, share, due_at, now, far=abs(left) > FAR.total_seconds())  # type: ignore[arg-type]
