"""Tolerant JSON access: a field of the wrong kind counts as missing, and nothing raises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]
_UNWANTED = re.compile("[\x00\ud800-\udfff]")


def loads(raw: bytes) -> Any:
    """The JSON of `raw`. Raises ValueError when it is none, however it is broken."""
    try:
        return json.loads(raw.decode("utf-8", "replace").removeprefix("\ufeff"), strict=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def obj(holder: Json, key: str) -> Json:
    """The object below `key`, or an empty one."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def objects(holder: Json, key: str) -> list[Json]:
    """The objects in the list below `key`; whatever else is in it is passed over."""
    value = holder.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(holder: Json, key: str, limit: int = 100_000) -> str:
    """The string below `key` without what no database takes, or ""."""
    value = holder.get(key)
    return _UNWANTED.sub("", value[:limit]) if isinstance(value, str) else ""


def number(holder: Json, key: str) -> int | None:
    """The whole number below `key`, or None."""
    value = holder.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    return int(value) if isinstance(value, float) and math.isfinite(value) and value.is_integer() else None


def decimal(holder: Json, key: str) -> float | None:
    """The number below `key`, or None."""
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        parsed = float(value)
    except OverflowError:
        return None
    return parsed if math.isfinite(parsed) else None


def ident(holder: Json, key: str) -> str:
    """An identifier, number or string, as a string; "" when there is none."""
    whole_number = number(holder, key)
    return str(whole_number) if whole_number is not None else text(holder, key, 200)


def moment(holder: Json, key: str) -> datetime | None:
    """A time in seconds since 1970 as UTC; None when missing or 0 (an inaccessible message)."""
    seconds = number(holder, key)
    if not seconds or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
