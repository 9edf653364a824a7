"""What a database can keep of what arrives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
OTHER = " other:"  # in the external id of a message whose own id another message bears already
FINE = frozenset({bool, int, float, bytes, datetime})


def id_of_other(external_id: str, fingerprint: str) -> str:
    """The external id of a message that bears the id of another one."""
    return f"{external_id}{OTHER}{fingerprint[:16]}"


def bears_id_of_another(external_id: str) -> bool:
    """Whether a message was kept although another one had its id."""
    return OTHER in external_id


def storable(value: T) -> T:
    """The same value, its texts without half characters and NUL, which no database keeps. What is fine is not copied."""
    changed = _storable(value)
    return value if changed is None else changed


def _storable(value: Any) -> Any:
    """The mended value, None when there is nothing to mend. Every message passes here: what can't be wrong goes first."""
    kind: Any = type(value)
    if kind is str:
        return None if value.isascii() and "\0" not in value else _text(value)
    if not value or kind in FINE:
        return None
    if kind is tuple or kind is list:
        mended = [_storable(item) for item in value]
        if mended.count(None) == len(mended):
            return None
        return kind(was if item is None else item for was, item in zip(value, mended, strict=True))
    if isinstance(value, Mapping):
        if all(_storable(key) is None and _storable(item) is None for key, item in value.items()):
            return None
        return {storable(key): storable(item) for key, item in value.items()}
    if is_dataclass(value):
        wrong = {name: stored for name in _names(kind) if (stored := _storable(getattr(value, name))) is not None}
        return replace(value, **wrong) if wrong else None  # type: ignore[type-var]
    return None


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _text(value: str) -> str | None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    return None if "\0" not in value else value.replace("\0", "")
