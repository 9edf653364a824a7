"""Quiet hours: when, and by which way, an automatic text or call may leave. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from channels.phone.calls.phone_numbers import is_mobile
from channels.phone.settings import Survey

Way = Literal["text", "call", "none"]


def quiet_until(survey: Survey, now: datetime) -> float:
    """Seconds until the hours in which people may be disturbed; 0 within them."""
    local = now.astimezone(ZoneInfo(survey.time_zone))
    if survey.since <= local.time() < survey.until:
        return 0.0
    morning = local.replace(hour=survey.since.hour, minute=survey.since.minute, second=0, microsecond=0)
    if local.time() >= survey.until:
        morning += timedelta(days=1)
    return max(1.0, (morning.astimezone(now.tzinfo) - now).total_seconds())


def survey_way(survey: Survey, number: str, region: str) -> Way:
    """The way a survey takes to this number."""
    return survey.mobile if is_mobile(number, region=region) else survey.landline
