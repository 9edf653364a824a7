"""A webhook request: headers, fields, time of arrival and the options of its source."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from channels.phone.calls.call_events import NotACall, believable, iso


@dataclass(frozen=True, slots=True)
class Options:
    """What a source's configuration says about reading it."""

    zone: str = "Asia/Tehran"  # of times written without one
    fields: Mapping[str, str] = field(default_factory=dict)  # our name -> theirs, `caller.number` for nested ones
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # our name -> their word -> ours
    direction: str = ""  # of sources that never say it


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request. `fields` are those of its form or its JSON object."""

    provider: str
    fields: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
    options: Options = field(default_factory=Options)

    def text(self, *names: str) -> str:
        """The first of these fields that is not empty, stripped."""
        for name in names:
            value = self.fields.get(name)
            if value is not None and not isinstance(value, (dict, list)) and str(value).strip():
                return str(value).strip()
        return ""

    def seconds(self, *names: str) -> float | None:
        """A duration: `12`, `12.5`, `0:00:12`, `00:12`; None when it is none of these."""
        return seconds(self.text(*names))

    def time(self, *names: str) -> str | None:
        """A moment in UTC as text, in whatever usual form it came; None when there is none."""
        at = moment(self.text(*names), self.options.zone)
        return iso(at) if at else None


def webhook_of(asked: Mapping[str, Any], options: Options = Options()) -> Webhook:
    """The webhook of `{"provider", "headers", "body", "received_at"}`; body as text or as an object already read."""
    headers = {str(name).lower(): str(value) for name, value in dict(asked.get("headers") or {}).items()}
    body = asked.get("body")
    fields = {"events": body} if isinstance(body, list) else body
    if not isinstance(fields, Mapping):
        fields = parse(str(fields or ""), headers)
    received: datetime | None = moment(str(asked.get("received_at") or ""), options.zone)
    return Webhook(str(asked.get("provider") or "").lower(), fields, headers, received, options)


def parse(body: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """The fields of a form or a JSON object. Raises NotACall saying what is wrong with it."""
    kind = headers.get("content-type", "").lower()
    if "json" in kind or body.lstrip()[:1] in ("{", "["):
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NotACall(f"the body is not whole JSON: {error}") from None
        if isinstance(fields, list):
            fields = {"events": fields}
        if not isinstance(fields, dict):
            raise NotACall("the body is JSON but no object")
        return fields
    try:
        pairs = parse_qsl(body.strip(), keep_blank_values=True, strict_parsing=bool(body.strip()), max_num_fields=500)
    except ValueError as error:
        raise NotACall(f"the body is neither JSON nor a form: {error}") from None
    if not pairs:
        raise NotACall("the body is empty")
    return dict(pairs)


def moment(text: str, zone: str) -> datetime | None:
    """Seconds since 1970, ISO 8601, RFC 2822; without a zone it is `zone`'s. None when it is no time."""
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{9,11}(\.\d+)?", text):
            return believable(datetime.fromtimestamp(float(text), UTC))
        if re.fullmatch(r"\d{12,14}", text) and not text.startswith("20"):
            return believable(datetime.fromtimestamp(int(text) / 1000, UTC))
        parsed = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text.replace("/", "-"))
    except (ValueError, OverflowError, OSError):
        return None
    return believable(parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone)))


def seconds(text: str) -> float | None:
    """See `Webhook.seconds`."""
    if re.fullmatch(r"\d{1,7}(\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"(\d{1,3}:)?\d{1,2}:\d{1,2}(\.\d+)?", text):
        total = 0.0
        for part in text.split(":"):
            total = total * 60 + float(part)
        return total
    return None


def later(at: str | None, by: float | None) -> str | None:
    """The moment `by` seconds after another, as text."""
    return iso(datetime.fromisoformat(at) + timedelta(seconds=by)) if at and by is not None else None
