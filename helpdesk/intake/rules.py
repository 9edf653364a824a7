"""What a database can keep of what arrives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")


def storable(value: T) -> T:
    """The same value, its texts without half characters and NUL, which no database keeps. What is fine is not copied."""
    changed = _storable(value)
    return value if changed is None else changed


def _storable(value: Any) -> Any:
    """The mended value, None when there is nothing to mend."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes) or value is None or isinstance(value, int | float):
        return None
    if isinstance(value, Mapping):
        if all(_storable(key) is None and _storable(one) is None for key, one in value.items()):
            return None
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        mended = [_storable(one) for one in value]
        if all(one is None for one in mended):
            return None
        items = [was if one is None else one for was, one in zip(value, mended, strict=True)]
        return items if isinstance(value, list) else tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: _storable(getattr(value, one.name)) for one in fields(value)}
        wrong = {name: one for name, one in found.items() if one is not None}
        return replace(value, **wrong) if wrong else None
    return None


def _text(value: str) -> str | None:
    if value.isascii():
        return None if "\0" not in value else value.replace("\0", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    return None if "\0" not in value else value.replace("\0", "")
