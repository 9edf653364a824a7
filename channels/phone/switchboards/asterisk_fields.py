"""Asterisk field values: names of channels, dialled numbers, hang-up causes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from channels.phone.calls.call_events import believable
from channels.phone.calls.phone_numbers import e164

DIAL_STATUS = {
    "ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer", "CANCEL": "cancelled", "CONGESTION": "failed",
    "CHANUNAVAIL": "failed", "DONTCALL": "failed", "TORTURE": "failed", "INVALIDARGS": "failed", "ABORT": "cancelled",
    "GOTO": "cancelled", "CONTINUE": "no_answer",
}  # fmt: skip
CDR_STATUS = {"ANSWERED": "answered", "BUSY": "busy", "NO ANSWER": "no_answer", "FAILED": "failed",
              "CONGESTION": "failed"}  # fmt: skip
NOWHERE = {"", "s", "h", "i", "t", "o", "a", "e"}  # extensions of the dialplan's own, nobody dials them
_CHANNEL = re.compile(r"(?P<tech>[A-Za-z0-9_]+)/(?P<rest>.+?)(?:-[0-9a-f]{4,})?(?:;[12])?$")
_EXTENSION = re.compile(r"\d{2,6}")
_TRUNK = re.compile(r"trunk|pstn|\bdid\b|incoming|inbound|external|outside|provider", re.IGNORECASE)
_FROM_OUTSIDE = re.compile(r"(from-)?(trunk|pstn|did|external|outside|provider|incoming|inbound)", re.IGNORECASE)
_INSIDE = re.compile(r"internal|local|users?\b|phones?\b|agents?\b|staff", re.IGNORECASE)


def line(channel: str, context: str = "") -> tuple[str, bool | None]:
    """(extension, leads outside) of a channel name: `PJSIP/101-0000000b` is extension 101, a trunk leads outside."""
    match = _CHANNEL.match(channel.strip())
    if match is None:
        return "", None
    name = re.split(r"[@/]", match["rest"])[0]
    if _FROM_OUTSIDE.match(context):  # a trunk may bear a short number for its name
        return "", True
    if _EXTENSION.fullmatch(name) and match["tech"].upper() not in ("DAHDI", "ZAP", "KHOMP"):
        return name, False
    if match["tech"].lower() == "local":
        return "", True if e164(name) else None
    if not _TRUNK.search(context) and _INSIDE.search(context) and not _TRUNK.search(name):
        return name, False
    return "", True


def member(interface: str) -> str:
    """The extension of a queue member: `PJSIP/101`, `Local/101@from-queue/n`, `Agent/101`."""
    match = re.match(r"(?:[A-Za-z0-9_]+/)?([^@/\s-]+)", interface.strip())
    return match[1] if match else ""


def dialled(dial_string: str, caller_id: str = "") -> str:
    """The outside number in `09121234567@trunk`, `SIP/trunk/0912…` or, failing that, in the called line's own id."""
    parts = [part for part in re.split(r"[/@,]", dial_string) if e164(part)]
    return parts[0] if parts else caller_id if e164(caller_id) else ""


def epoch(text: str | None) -> datetime | None:
    """`1795302002.811523` -> that moment; None when it is no such number."""
    try:
        seconds = float(text or "")
        return believable(datetime.fromtimestamp(seconds, UTC)) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def number_or_none(text: str | None) -> float | None:
    """Seconds written as digits, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e7 else None


def whole(text: str | None) -> int | None:
    """A whole number, or None."""
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else None


def zoned(text: str, ended: str, stamp: datetime | None) -> datetime | None:
    """A time a call record writes without its zone. The record's own end, written at `stamp`, tells the zone."""
    try:
        local, end = (datetime.fromisoformat(item).replace(tzinfo=UTC) for item in (text, ended))
    except ValueError:
        return None
    if stamp is None or believable(local) is None:
        return None
    offset = round((end - stamp).total_seconds() / 900) * 900
    return local - timedelta(seconds=offset) if abs(offset) <= 15 * 3600 else None


def folded(event: Mapping[str, object]) -> dict[str, str]:
    """The fields of an event with small letters, `<unknown>` as nothing."""
    plain = {str(key).lower(): "" if value is None else str(value) for key, value in event.items()}
    return {key: "" if value == "<unknown>" else value for key, value in plain.items()}
