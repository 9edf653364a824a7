"""A desk for benchmarks: one channel or all of them, the real articles, working hours without a gap."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from channels import registry
from helpdesk.app import App, build_app
from helpdesk.settings import Settings

TOKEN = "700:AAAbbbCCCdddEEEfff"
SECRETS = {"PASOKH_TELEGRAM_SHOP_TOKEN": TOKEN, "PASOKH_PHONE_PBX_SECRET": "benchmark"}


def channels_in(folder: Path, api: str = "http://127.0.0.1:9") -> dict[str, dict[str, Any]]:
    """The settings of every channel; nothing in them leaves the machine."""
    return {
        "email": {
            "enabled": True,
            "deliver": f"folder:{folder / 'outgoing'}",
            "mailboxes": [{"name": "support", "address": "support@dalan.example"}],
        },
        "telegram": {"enabled": True, "bots": [{"name": "shop", "api": api, "commands": False}]},
        "webchat": {
            "enabled": True,
            "folder": str(folder / "webchat"),
            "sites": [{"name": "shop", "origins": ["https://shop.example"]}],
        },
        "phone": {
            "enabled": True,
            "sources": [{"name": "pbx", "provider": "generic"}],
            "sms": {"driver": "folder", "folder": str(folder / "texts")},
        },
    }


def settings_for(folder: Path, url: str | None, channels: Mapping[str, Any], *, undo: int = 15) -> Settings:
    """Settings of a desk in `folder`, on SQLite there or on the database at `url`."""
    return Settings.model_validate(
        {
            "data": {"folder": folder},
            "database": {"url": url or f"sqlite:///{folder / 'desk.db'}"},
            "intake": {"batch": 100},
            "tickets": {"undo_seconds": undo, "undo_seconds_by_channel": {}},
            "automatic": {"when_closed": []},  # the same figures at any hour
            "secret_key": "benchmark" * 5,
            "channels": dict(channels),
        }
    )


@asynccontextmanager
async def desk(url: str | None = None, channel: str = "email", *, undo: int = 15, **given: Any) -> AsyncIterator[App]:
    """A fresh desk with one channel, gone when the context closes. `undo` in seconds; `given`: settings that differ."""
    with tempfile.TemporaryDirectory(prefix="pasokh-bench-", dir=Path.cwd()) as name:
        raw = channels_in(Path(name))[channel] | given
        kind: Any = registry.load(channel)
        made = {channel: kind(kind.Settings.model_validate(raw), env=SECRETS)}
        async with build_app(settings_for(Path(name), url, {}, undo=undo), where="the benchmark", channels=made) as app:
            yield app
