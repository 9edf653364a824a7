"""A desk for benchmarks: the email channel, the real articles, working hours without a gap."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from helpdesk import app
from helpdesk.settings import Settings


def settings_for(folder: Path, url: str | None) -> Settings:
    """Settings of a desk in `folder`, on SQLite there or on the database at `url`."""
    return Settings.model_validate(
        {
            "data": {"folder": folder},
            "database": {"url": url or f"sqlite:///{folder / 'desk.db'}"},
            "intake": {"batch": 100},
            "secret_key": "benchmark" * 5,
            "channels": {
                "email": {
                    "enabled": True,
                    "deliver": f"folder:{folder / 'outgoing'}",
                    "mailboxes": [{"name": "support", "address": "support@dalan.example"}],
                }
            },
        }
    )


@asynccontextmanager
async def desk(url: str | None = None) -> AsyncIterator[app.House]:
    """A fresh desk, gone when the context closes."""
    with tempfile.TemporaryDirectory(prefix="pasokh-bench-", dir=Path.cwd()) as name:
        async with app.house(settings_for(Path(name), url), where="the benchmark") as house:
            yield house
