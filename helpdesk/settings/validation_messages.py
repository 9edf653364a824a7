"""Validation errors of settings as sentences: each with its place and, when misspelt, the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from helpdesk.errors import Invalid

MOST = 10  # faults reported at once


def explain(
    error: ValidationError,
    where: str,
    *,
    section: str = "",
    named: Mapping[str, str] | None = None,
    model: type[BaseModel] | None = None,
) -> Invalid:
    """One sentence per fault. `section` prefixes the names, `named` maps them to variables.

    `model`: the settings class, to suggest names for misspelt ones.
    """
    errors = error.errors(include_url=False, include_context=False, include_input=False)[:MOST]
    settings = [".".join(str(item) for item in (section, *item["loc"]) if item != "") for item in errors]
    sentences = [
        _sentence(item, setting, where, named or {}, model) for item, setting in zip(errors, settings, strict=True)
    ]
    return Invalid(" ".join(sentences), field=settings[0])


def _sentence(
    fault: Any, setting: str, where: str, named: Mapping[str, str], model: type[BaseModel] | None
) -> str:  # fmt: skip
    reason = fault["msg"].removeprefix("Value error, ").rstrip(".")
    if fault["type"] == "extra_forbidden":
        reason = f"there is no such setting{near(str(fault['loc'][-1]), _known(model, fault['loc'][:-1]))}"
    source = named.get(setting)
    place = f"from the environment ({source})" if source else f"in {where}"
    return f"The setting {setting} {place} can't be used: {reason[:1].lower()}{reason[1:]}{'' if reason.endswith('?') else '.'}"


def near(name: str, known: Iterable[str]) -> str:
    """`; did you mean "enabled"?`, or nothing when no known name is near."""
    close = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def _known(model: type[BaseModel] | None, path: Iterable[str | int]) -> Iterable[str]:
    """The known settings at a path."""
    for step in path:
        if model is not None and isinstance(step, str):
            field = model.model_fields.get(step)
            model = _model_in(field.annotation) if field is not None else None
    return model.model_fields if model is not None else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for argument in get_args(annotation) if (model := _model_in(argument)) is not None), None)
