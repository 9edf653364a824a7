"""Types of form fields: numbers, lines, texts, ticks and files as browsers post them."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp.web_request import FileField
from pydantic import BeforeValidator, InstanceOf, StringConstraints

from helpdesk.text import from_digits

MOST_DIGITS = 15  # what every database takes as a number


def whole_number(text: str, otherwise: int = 0) -> int:
    """A whole number from 0 in ASCII digits, within what a database takes; `otherwise` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else otherwise


def _record_id(posted: object) -> int:
    number = whole_number(str(posted), -1)
    if number < 0:
        raise ValueError("not a number")
    return number


def _typed_number(posted: object) -> int:
    return whole_number(from_digits(str(posted)).strip().lstrip("#"))


def _one_spelling_of_line_ends(posted: object) -> object:
    """Browsers count a line end as one character and post it as two."""
    return posted.replace("\r\n", "\n") if isinstance(posted, str) else posted


RecordId = Annotated[int, BeforeValidator(_record_id)]
OptionalId = Annotated[int | None, BeforeValidator(lambda posted: None if posted in ("", None) else _record_id(posted))]
TypedNumber = Annotated[int, BeforeValidator(_typed_number)]  # digits of any script, perhaps behind a #; 0: none
Tick = Annotated[bool, BeforeValidator(bool)]  # posted with any value when it is set, else not at all
Token = Annotated[str, StringConstraints(max_length=500)]  # made by the page, not by people
Text = Annotated[str, BeforeValidator(_one_spelling_of_line_ends)]  # of several lines; its length is counted by `Field`
UploadedFile = InstanceOf[FileField]


def files_only(posted: Any) -> list[FileField]:
    """The files of a file field; an empty one is posted as a file without a name."""
    return [value for value in posted if isinstance(value, FileField) and value.filename]


Uploads = Annotated[list[UploadedFile], BeforeValidator(files_only)]
