"""`python -m helpdesk.sla.calendar.official_holidays 2020 2036`: official holidays of Iran as JSON, the last year left out.

The package that knows them holds those of every country and never lets go of their 12 MiB, so it is asked once, in a
process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 60  # seconds


@cache
def holidays(first: int, after: int) -> dict[date, str]:
    """Persian names by day, for the years from `first` up to the one before `after`."""
    command = [sys.executable, "-m", "helpdesk.sla.calendar.official_holidays", str(first), str(after)]
    try:
        output = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=LONGEST).stdout  # noqa: S603
        named = json.loads(output)
    except (OSError, ValueError, subprocess.SubprocessError):  # where no process can be started, memory is the price
        named = asked(first, after)
    return {date.fromisoformat(day): name for day, name in named.items()}


def asked(first: int, after: int) -> dict[str, str]:
    """The same from the package itself."""
    from holidays import country_holidays

    country = country_holidays("IR", years=range(first, after), language="fa_IR")
    return {day.isoformat(): country[day] for day in sorted(country)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asked(int(sys.argv[1]), int(sys.argv[2]))))
