"""View models of the timeline and of SLA clocks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from helpdesk.agents.rules import AgentView
from helpdesk.web.inbox.views.content_views import (
    CallView,
    CardView,
    EditView,
    MediaView,
    OriginView,
    PlaceView,
    PollView,
    QuoteView,
    ReactionView,
)

ClockState = Literal["calm", "soon", "late", "met", "paused"]
By = Literal["customer", "desk", "robot", "note"]


@dataclass(frozen=True, slots=True)
class ChannelMark:
    """A channel as people see it."""

    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock chip. `seconds` until the due time, negative behind it; `share` of the time used, 0 to 100.

    `far`: it is due so late that the time of day says more than the time left. `call_back`: somebody is to call then.
    """

    state: ClockState
    seconds: float
    share: int
    due_at: datetime | None
    now: datetime
    far: bool = False
    call_back: bool = False


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment; `problem` says why there is no content."""

    id: int
    name: str
    size: int
    image: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of an outgoing entry: queued sending sent delivered read failed uncertain undone. `at`: when it was read."""

    state: str
    reason: str = ""
    undo_until: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """A message, note or call. `human_after`: seconds of working time after which it was the first human answer.

    Every field can be hashed: an entry that looks the same is drawn once. `look` is sticker or bare for what has no
    bubble; `shown` are pictures and films, `heard` sounds; `doings`: what this reader may do with it; `ended`: the
    ticket was over when it came; `cut`: `text` is the beginning of a very long one; `is_quotation`: whether what is `quoted` is somebody else's.
    """

    id: int
    by: By
    author: str
    face: AgentView
    at: datetime
    text: str
    channel: ChannelMark | None = None
    subject: str = ""
    cut: bool = False
    quoted: str = ""
    is_quotation: bool = True
    html: bool = False
    original: bool = False
    files: tuple[FileView, ...] = ()
    delivery: DeliveryView | None = None
    call: CallView | None = None
    human_after: float | None = None
    automatic: bool = False
    thanks: bool = False
    ended: bool = False
    stranger: bool = False
    copies: tuple[str, ...] = ()
    dropped_copies: tuple[str, ...] = ()  # addresses no mail can be written to
    answers_to: str = ""
    unverified: str = ""
    by_number: bool = False
    named_by: str = ""
    problem: str = ""
    shown: tuple[MediaView, ...] = ()
    heard: tuple[MediaView, ...] = ()
    sticker: MediaView | None = None
    emoji: str = ""
    quote: QuoteView | None = None
    origin: OriginView | None = None
    place: PlaceView | None = None
    card: CardView | None = None
    poll: PollView | None = None
    edits: tuple[EditView, ...] = ()
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    reactions: tuple[ReactionView, ...] = ()
    group: str = ""
    via: str = ""
    wants_person: bool = False
    doings: Hashable | None = None
    form: str = "entry"


class ChangeText(dict[str, Any]):
    """The stored values of a change; missing ones are empty, so that no old entry breaks a page."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of state. `what` names it, `who` did it (empty: the desk itself), `data` holds names and values."""

    id: int
    at: datetime
    what: str
    icon: str
    who: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    form: str = "change"

    @property
    def values(self) -> ChangeText:
        """The stored values."""
        return ChangeText(self.data)


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Two changes or more in a row, folded."""

    id: int
    at: datetime
    changes: Sequence[ChangeView]
    form: str = "changes"


@dataclass(frozen=True, slots=True)
class DayView:
    """A new day of the timeline; `near`: within the last months, so the year goes without saying."""

    at: datetime
    near: bool = True
    form: str = "day"


@dataclass(frozen=True, slots=True)
class TaskView:
    """The follow-up call of a sad answer. `unreachable`: there is neither a number nor an address to reach them at."""

    id: int
    owner: str = ""
    clock: ClockView | None = None
    done_at: datetime | None = None
    outcome: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class SurveyView:
    """An answered survey."""

    id: int
    at: datetime
    score: str
    reasons: Sequence[str] = ()
    words: str = ""
    task: TaskView | None = None
    form: str = "survey"


Item = EntryView | ChangeView | ChangesView | DayView | SurveyView


@dataclass(frozen=True, slots=True)
class ExplanationPart:
    """A piece of the bar: `on` counted, `off` did not count, `left` is still there. In per cent of the bar."""

    kind: Literal["on", "off", "left"]
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class ExplanationStep:
    """One working interval that counted, or (`off`) one day that did not."""

    starts: datetime
    ends: datetime
    seconds: float
    off: bool = False


@dataclass(frozen=True, slots=True)
class IgnoredEntry:
    """Something that did not stop the clock: bot automation survey note failed deleted call."""

    kind: str
    icon: str
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class QueueView:
    """A caller's waiting in the queue: seconds, how many are promised, and whether that was kept."""

    at: datetime
    seconds: int
    promised: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class ClockExplanation:
    """A clock, explained. `target` in minutes of working time, `seconds` those used until it stopped."""

    kind: str
    met: bool
    started_at: datetime
    started_by: str
    target: int
    due_at: datetime
    policy: str
    calendar: str
    steps: Sequence[ExplanationStep] = ()
    parts: Sequence[ExplanationPart] = ()
    now_x: float | None = None
    ignored: Sequence[IgnoredEntry] = ()
    stopped_at: datetime | None = None
    answered_by: str = ""
    how: str = ""
    seconds: float = 0
    breached_at: datetime | None = None
    queues: Sequence[QueueView] = ()
    called: bool = False  # it started with a call
