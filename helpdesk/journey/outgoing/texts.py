"""The few texts the desk writes by itself: templates/mail/NAME.LANGUAGE.txt, filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpdesk import dates, text

SPOKEN = ("fa", "en")


def text_renderer(folder: Path, *, fallback: str = "fa") -> Callable[..., str]:
    """A function that makes the text `name` in a language; values put into sentences are isolated."""
    filters: Mapping[str, Callable[..., str]] = {
        "isolate": text.isolate,
        "digits": text.digits,
        "moment": dates.full_words,
    }
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(filters)

    def make(name: str, language: str, /, **values: Any) -> str:
        spoken = language if language in SPOKEN else fallback
        stem, _, ending = name.rpartition(".")
        return environment.get_template(f"{stem}.{spoken}.{ending}").render(language=spoken, **values).strip()

    return make
