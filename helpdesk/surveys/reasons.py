"""Reasons for dissatisfaction, as configured in config/reasons.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpdesk.errors import Invalid
from helpdesk.settings import explain


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the boxes to tick. Reports count `key`; `words` are by language."""

    key: str
    words: Mapping[str, str]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    fa: str = Field(min_length=1, max_length=120)
    en: str = Field(min_length=1, max_length=120)
    active: bool = True


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reasons: list[_Row] = []


def load(file: Path) -> Sequence[Reason]:
    """The active reasons in the order of the file. Raises Invalid with one sentence naming the setting and the file."""
    try:
        rows = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).reasons
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid("The file {file} can't be read: {error}.", file=file, error=error) from None
    except ValidationError as error:
        raise explain(error, str(file)) from None
    keys = [row.key for row in rows]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise Invalid("The setting reasons.key in {file} can't be used: {key} is there twice.", file=file, key=twice[0])
    return [Reason(row.key, {"fa": row.fa, "en": row.en}) for row in rows if row.active]
