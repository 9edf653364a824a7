"""What the journey needs beside the transaction: the rules as configured, and nothing that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from channels.contract import Channel
from helpdesk.outbox.rules import Limits
from helpdesk.sla.targets import PolicyTargets
from helpdesk.surveys.reasons import Reason
from helpdesk.tickets.threading import entry_tokens


class Suggest(Protocol):
    """The part of the FAQ engine that the journey uses: (article, confidence, matched words), best first."""

    def __call__(self, text: str, language: str, /) -> Sequence[tuple[str, float, Sequence[str]]]:
        """What answers this text."""


class RenderText(Protocol):
    """Makes the few texts the desk writes by itself, in the customer's language."""

    def __call__(self, name: str, language: str, /, **values: Any) -> str:
        """The text `name` of templates/mail/, filled in."""


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """When a survey goes out and how long it can be answered."""

    enabled: bool = True
    delay: Callable[[str], timedelta] = lambda channel: timedelta(0)
    cool_down: timedelta = timedelta(days=3)
    changeable: timedelta = timedelta(hours=48)
    answerable: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DeskContext:
    """The rules of a running desk: what every step of the journey is handed."""

    name: str
    language: str
    public_url: str
    secret: bytes
    channels: Mapping[str, Channel]
    targets: PolicyTargets
    suggest: Suggest
    render_text: RenderText
    reopening: Callable[[str], timedelta]
    undo: timedelta = timedelta(seconds=15)
    undo_by_channel: Mapping[str, timedelta] = field(default_factory=dict)
    unread: timedelta = timedelta(0)  # an answer not read after so long is sent by mail too; 0: never
    acknowledgement: bool = False
    when_closed: frozenset[str] = frozenset()  # channels that say when somebody is back
    quote_original: bool = False
    signature: Callable[[str | None], str] = lambda team: ""
    limits: Limits = field(default_factory=Limits)
    survey: SurveyRules = field(default_factory=SurveyRules)
    own_addresses: frozenset[str] = frozenset()
    reasons: Sequence[Reason] = ()

    def time_to_undo(self, channel: str) -> timedelta:
        """How long a reply waits before it leaves."""
        return self.undo_by_channel.get(channel, self.undo)

    def verify(self, token: str) -> int | None:
        """The entry a token names, when we signed it."""
        return entry_tokens.verify(self.secret, token)

    def sign(self, entry_id: int) -> str:
        """The token of an entry."""
        return entry_tokens.sign(self.secret, entry_id)

    def sign_return(self, entry_id: int, address: str) -> str:
        """The token of the return path of an entry's message to `address`."""
        return entry_tokens.sign_return(self.secret, entry_id, address)

    def hours(self, channel: str) -> str:
        """Which working hours apply to a channel: written or phone."""
        known = self.channels.get(channel)
        return known.kind if known else "written"

    def has_subjects(self, channel: str) -> bool:
        """Whether messages of a channel have subjects; where they have none, the first words stand for it."""
        known = self.channels.get(channel)
        return known is None or known.can.subject

    def is_own_address(self, address: str) -> bool:
        """Whether an address is the desk's own, also in its plus forms."""
        local, at, domain = address.rpartition("@")
        return address in self.own_addresses or f"{local.partition('+')[0]}{at}{domain}" in self.own_addresses
