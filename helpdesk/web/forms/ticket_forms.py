"""Form models of the ticket page: reply, note, draft, assignment, status, edit, reaction, call, merge."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from helpdesk.journey.answering.reply import LONGEST, LONGEST_SUBJECT
from helpdesk.tickets.vocabulary import Status
from helpdesk.web.forms.field_types import (
    OptionalId,
    RecordId,
    Text,
    Tick,
    Token,
    TypedNumber,
    UploadedFile,
    Uploads,
    whole_number,
)
from helpdesk.web.forms.form_parser import ErrorMessage, Form

MOST_FILES = 20
MOST_COPIES = 100
LONGEST_ARTICLE_NAME = 128
LONGEST_OUTCOME = 2000
LONGEST_EMOJI = 64

ReplyText = Annotated[
    Text, Field(max_length=LONGEST), ErrorMessage("This answer is longer than 100,000 characters; send it as a file.")
]
DraftFiles = Annotated[list[RecordId], Field(max_length=MOST_FILES, default_factory=list)]
NewFiles = Annotated[Uploads, Field(max_length=MOST_FILES, default_factory=list)]
ArticleName = Annotated[str, AfterValidator(lambda name: name if len(name) <= LONGEST_ARTICLE_NAME else "")]
DraftKind = Annotated[Literal["reply", "note"], ErrorMessage("This draft can't be kept.")]


class ReplyForm(Form):
    """A reply. `seen`: the newest entry on the sender's screen; `copies` and `quotes`: their checkboxes were shown."""

    text: ReplyText = ""
    seen: RecordId
    suggestion: ArticleName = ""
    file: DraftFiles
    upload: NewFiles
    then: Literal["", "resolve"] = ""
    copies: Tick = False
    cc: Annotated[list[Token], Field(max_length=MOST_COPIES, default_factory=list)]
    quotes: Tick = False
    quote: Tick = False
    reply_to: OptionalId = None
    via: Token = ""
    subject: Annotated[str, Field(max_length=LONGEST_SUBJECT)] = ""


class NoteForm(Form):
    """An internal note."""

    text: ReplyText = ""
    file: DraftFiles
    upload: NewFiles


class DraftForm(Form):
    """A draft, saved while it is written."""

    kind: DraftKind = "reply"
    text: Annotated[Text, Field(max_length=LONGEST), ErrorMessage("This draft can't be kept.")] = ""


class DraftFileForm(Form):
    """A file for a draft, or the id of one to remove (`drop`)."""

    drop: OptionalId = None
    upload: Annotated[UploadedFile | None, ErrorMessage("There is no file in this form.")] = None


class PresenceForm(Form):
    """Somebody has the ticket open, perhaps writing."""

    writing: Tick = False
    kind: Literal["reply", "note"] = "reply"


class AssignForm(Form):
    """The new assignee; empty: nobody."""

    person: OptionalId


class StatusForm(Form):
    """The status a button names."""

    status: Annotated[Status, ErrorMessage("There is no such status.")]


class EntryForm(Form):
    """The entry of the timeline that a button is about."""

    entry: RecordId


class EditForm(EntryForm):
    """The new text of a sent message."""

    text: ReplyText = ""


class Reaction(NamedTuple):
    """An emoji for an entry; none to take it away."""

    entry: int
    emoji: str


def _reaction(posted: object) -> Reaction:
    """Parse `12 👍`: a button posts one value only."""
    entry, _, emoji = str(posted).partition(" ")
    number = whole_number(entry, -1)
    if number < 0 or len(emoji) > LONGEST_EMOJI:
        raise ValueError("no reaction")
    return Reaction(number, emoji.strip())


class ReactionForm(Form):
    """One button of the row of emojis."""

    react: Annotated[Reaction, BeforeValidator(_reaction)]


class FollowUpForm(Form):
    """The outcome of a follow-up call."""

    task: RecordId
    outcome: Annotated[Text, Field(max_length=LONGEST_OUTCOME)] = ""


class CallForm(Form):
    """Whom to call: a number of the customer, or the call (`entry`) whose caller it is."""

    number: Token = ""
    entry: OptionalId = None


class MergeForm(Form):
    """The other ticket: an offered one (`into`) or any by its number (`other`).

    `sure`: confirmed although the customers differ; `here`: merge the other ticket into this one.
    """

    into: Token = ""
    other: TypedNumber = 0
    sure: Tick = False
    here: Tick = False

    @property
    def by_number(self) -> bool:
        """Whether none of the offered tickets was chosen."""
        return self.into in ("", "other")

    @property
    def number(self) -> int:
        """The other ticket's number; 0: none."""
        return self.other if self.by_number else whole_number(self.into)
