"""Form parser: request → form model, validation errors → one translatable sentence per field.

The only place that reads the body of a request. A handler calls `parse_form(request, SomeForm)` and gets typed values;
a faulty form raises `InvalidForm`, which is an ordinary `Invalid` about its first faulty field and carries all of them.
Where the page shows the form again, `refuse(request, error, SomeForm)` gives the error messages and the typed values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, get_origin

from aiohttp import web
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from helpdesk.errors import DeskError, Invalid
from helpdesk.errors import gettext_noop as _
from helpdesk.web.rendering.error_pages import sentence_for

F = TypeVar("F", bound="Form")
T = TypeVar("T")


INCOMPLETE = _("This form is not complete. Open the page again.")
TOO_LONG = _("This is too long: at most {most} characters.")
TOO_MANY = _("These are too many: at most {most}.")


class Fields(Protocol):
    """Posted fields by name; a name may stand more than once. Values are texts or files."""

    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def getall(self, name: str, /) -> list[Any]:
        """Every value of a name."""

    def values(self) -> Iterable[Any]:
        """Every value there is."""


class Form(BaseModel):
    """Base of all form models. Fields a form does not declare (the form token among them) are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """The error sentence of a field, in place of the general ones: `Annotated[str, ErrorMessage(…)]`."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused form, ready to be shown again.

    `errors`: one sentence per field name, "" for the whole form; `typed`: the posted values.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)


NOT_REFUSED = Refused()


class InvalidForm(Invalid):
    """A posted form that failed validation. `faults`: one error per faulty field, by its name in the page."""

    def __init__(self, faults: Mapping[str, Invalid]) -> None:
        first = next(iter(faults.values()))
        super().__init__(first.message, first.field, **first.values)
        self.faults = faults


class RefusedByRule(ValueError):
    """Carries the error of a rule through pydantic."""

    def __init__(self, error: Invalid) -> None:
        super().__init__(str(error))
        self.error = error


def checked(rule: Callable[[str], T]) -> Callable[[str], T]:
    """A slice's rule as a validator: the `Invalid` it raises becomes the error of the field."""

    def validator(value: str) -> T:
        try:
            return rule(value)
        except Invalid as error:
            raise RefusedByRule(error) from error

    return validator


async def read_fields(request: web.Request) -> Fields:
    """The fields of a form as they were posted; none for any other body. Raises Invalid for one that no browser makes."""
    try:
        return await request.post()
    except (LookupError, ValueError) as error:
        raise Invalid(INCOMPLETE) from error


async def parse_form(request: web.Request, form: type[F]) -> F:
    """The posted form as its model. Raises InvalidForm."""
    try:
        return form.model_validate(_values(form, await read_fields(request)))
    except ValidationError as error:
        faults: dict[str, Invalid] = {}
        for details in error.errors(include_url=False, include_input=False):
            name = str(details["loc"][0]) if details["loc"] else ""
            faults.setdefault(name, _fault(form, name, details))
        raise InvalidForm(faults) from error


async def _typed(request: web.Request, form: type[Form]) -> dict[str, Any]:
    """The posted texts and lists of texts; never a secret or a file."""
    shown: dict[str, Any] = {}
    for name, value in _values(form, await read_fields(request)).items():
        if isinstance(value, list):
            shown[name] = [item for item in value if isinstance(item, str)]
        elif isinstance(value, str) and _field(form, name).annotation is not SecretStr:
            shown[name] = value
    return shown


async def refuse(request: web.Request, error: DeskError, form: type[Form], *, language: str | None = None) -> Refused:
    """The refused form with its errors in the page's language, or in `language`."""
    faults = error.faults if isinstance(error, InvalidForm) else {error.field or "": error}
    known = _names(form)
    errors = {(name if name in known else ""): sentence_for(request, fault, language) for name, fault in faults.items()}
    return Refused(errors, await _typed(request, form))


def _names(form: type[Form]) -> Sequence[str]:
    return [info.alias or name for name, info in form.model_fields.items()]


def _field(form: type[Form], name: str) -> FieldInfo:
    return next(info for own, info in form.model_fields.items() if (info.alias or own) == name)


def _values(form: type[Form], fields: Fields) -> dict[str, Any]:
    return {
        name: fields.getall(name) if get_origin(_field(form, name).annotation) is list else fields[name]
        for name in _names(form)
        if name in fields
    }


def _fault(form: type[Form], name: str, details: Mapping[str, Any]) -> Invalid:
    kind, context = details["type"], details.get("ctx", {})
    refusal = context.get("error")
    if isinstance(refusal, RefusedByRule):
        return Invalid(refusal.error.message, name, **refusal.error.values)
    if name in _names(form):
        for note in _field(form, name).metadata:
            if isinstance(note, ErrorMessage):
                return Invalid(note.sentence, name)
    if kind not in ("string_too_long", "too_long"):
        return Invalid(INCOMPLETE, name)
    many = get_origin(_field(form, name).annotation) is list and len(details["loc"]) == 1
    return Invalid(TOO_MANY if many else TOO_LONG, name, most=context["max_length"])
