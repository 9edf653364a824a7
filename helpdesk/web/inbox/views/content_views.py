"""View models of an entry's content: media, quotes, places, contact cards, polls, reactions, calls. All are hashable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Said = Literal["", "recording", "voicemail", "voice"]


@dataclass(frozen=True, slots=True)
class MediaView:
    """A picture, film or sound in the page. `form`: picture, video, round, loop, audio or sticker; sizes in pixels of the page."""

    id: int
    form: str
    name: str
    size: int = 0
    width: int = 0
    height: int = 0
    seconds: float | None = None
    role: Said = ""

    @property
    def url(self) -> str:
        return f"/inbox/files/{self.id}/show"


@dataclass(frozen=True, slots=True)
class EditView:
    """An earlier version of a message, and since when it was shown."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a message answers. `entry` 0: it is not on this timeline; `what` names a kind when there are no words."""

    words: str
    who: str = ""
    entry: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class OriginView:
    """Where a message was first written."""

    who: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place on earth. `live`: it moved for a while."""

    latitude: float
    longitude: float
    map: str
    name: str = ""
    address: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class CardView:
    """Somebody's telephone number. `verified`: surely the sender's own."""

    name: str
    phone: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class PollView:
    """A question with choices and their votes."""

    question: str
    options: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReactionView:
    """An emoji on a message. `ours`: the desk put it there; `waiting`: the remote has not taken it yet."""

    emoji: str
    count: int = 1
    ours: bool = False
    waiting: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CallView:
    """A telephone call. `outcome` as in the record of the phone, `live` while it goes on; seconds waited, rung, talked.

    `share`: the waiting's part of both, in per cent. `agents` in the order in which they spoke; `tel` for calling back.
    `promised`: seconds a caller may wait in the queue, `in_time` whether that was kept (None: open, or gone before).
    """

    outcome: str
    outgoing: bool = False
    live: bool = False
    number: str = ""
    line: str = ""
    queue: str = ""
    waited: int | None = None
    rang: int | None = None
    talked: int | None = None
    agents: tuple[str, ...] = ()
    hangup_by: str = ""
    share: int = 0
    tel: str = ""
    rings: bool = False
    kept: tuple[str, ...] = ()  # recordings the switchboard has and the desk has not
    promised: int | None = None
    in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class VisitorView:
    """Who chats, from which page. `known`: the website vouches for them."""

    page: str = ""
    title: str = ""
    referrer: str = ""
    language: str = ""
    user: str = ""
    email: str = ""
    known: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    here: bool | None = None
