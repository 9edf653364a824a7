"""Which ticket everybody has on the screen, and what is known of the visitors behind them. In memory; browsers repeat themselves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LASTS = timedelta(seconds=90)  # a page that is looked at asks for news every thirty
MOST_KNOWN = 20_000  # conversations

Chat = tuple[str, str]  # channel, conversation


@dataclass(slots=True)
class TicketViewers:
    """Who looks at which chat, and what its visitor does."""

    _people: dict[int, dict[Chat, tuple[int, datetime]]] = field(default_factory=dict)
    _visitors: OrderedDict[Chat, dict[str, Any]] = field(default_factory=OrderedDict)

    def report(self, *, person_id: int, chat: Chat, ticket_id: int, now: datetime) -> bool:
        """A person has a ticket with this chat on the screen. True: they had not before."""
        theirs = self._people.setdefault(person_id, {})
        for old in [address for address, (_, at) in theirs.items() if now - at > LASTS]:
            del theirs[old]
        fresh = chat not in theirs
        theirs[chat] = (ticket_id, now)
        return fresh

    def at(self, chat: Chat, *, now: datetime) -> dict[int, int]:
        """Who has it on the screen, and under which ticket: person -> ticket."""
        viewed = ((person, theirs.get(chat)) for person, theirs in self._people.items())
        return {person: known[0] for person, known in viewed if known is not None and now - known[1] <= LASTS}

    def heard(self, chat: Chat, what: Mapping[str, Any]) -> dict[str, Any]:
        """A visitor did something; all that is known of them now: typing, online, page."""
        known = self._visitors.pop(chat, {})
        visitor: dict[str, Any] = {name: bool(what[name]) for name in ("typing", "online") if name in what}
        if visitor.get("typing"):
            visitor["online"] = True
        if visitor.get("online") is False:
            visitor["typing"] = False
        page = what.get("page")
        if isinstance(page, Mapping) and page.get("url"):
            visitor["page"] = str(page["url"])
        self._visitors[chat] = known = {**known, **visitor}
        if len(self._visitors) > MOST_KNOWN:
            self._visitors.popitem(last=False)
        return known

    def known(self, chat: Chat) -> Mapping[str, Any]:
        """What is known of a visitor, perhaps nothing."""
        return self._visitors.get(chat, {})
