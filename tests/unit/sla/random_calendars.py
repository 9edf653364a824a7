"""Random calendars and start times around the hard cases: DST changes, midnights, holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.unit.sla.due_oracle import DAYS

# A zone and a day near a DST change (or a plain day).
JUMPS = [
    ("Asia/Tehran", "2022-03-21"), ("Asia/Tehran", "2022-09-21"), ("Asia/Tehran", "2021-09-21"),
    ("Asia/Tehran", "2026-03-20"),
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-11-01"),
    ("America/New_York", "2026-03-08"), ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),
    ("America/Sao_Paulo", "2018-11-04"), ("Africa/Casablanca", "2026-03-22"), ("Asia/Kathmandu", "2026-05-01"),
    ("Pacific/Apia", "2011-12-30"), ("Pacific/Kiritimati", "1994-12-31"), ("America/St_Johns", "2026-11-01"),
    ("UTC", "2026-02-28"),
    ("America/Caracas", "2016-05-01"), ("Asia/Pyongyang", "2018-05-04"), ("Europe/Dublin", "2026-10-25"),
]  # fmt: skip


def moment_of_day(random: Random) -> str:
    return f"{random.randrange(24):02}:{random.choice((0, 0, 0, 15, 30, 45, random.randrange(60))):02}"


def hours(random: Random) -> list[list[str]]:
    found = []
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3))):
        a, b = moment_of_day(random), random.choice((moment_of_day(random), moment_of_day(random), "24:00"))
        found.append([a, b])
    return found


def calendar(random: Random) -> tuple[dict[str, Any], date]:
    zone, day = random.choice(JUMPS)
    jump = date.fromisoformat(day)
    near = [(jump + timedelta(days=n)).isoformat() for n in range(-5, 8)]
    week = {d: hours(random) for d in DAYS if random.random() < 0.85}
    return {
        "tz": zone,
        "week": week,
        "holidays": random.sample(near, random.randrange(4)),
        "exceptions": {d: hours(random) for d in random.sample(near, random.randrange(4))},
    }, jump


def start_near(random: Random, day: date) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(minutes=random.randrange(-3 * 1440, 2 * 1440))
