"""A desk process with one bot, for kill tests; an agent answers everything.

Run as `python -m tests.support.telegram.bot_api_child FOLDER DATABASE_URL BOT_API_URL`; prints "ready" when up.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from helpdesk import logs
from helpdesk.app import build_app, running_app
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from tests.support.desk.desk_story import HOURS, suggest_nothing
from tests.support.desk.killable_mail_desk import answer_everything


def settings_for(folder: Path, url: str, api: str) -> Settings:
    """A desk with one bot."""
    bot = {"name": "shop", "api": api, "per_second": 1000, "wait_seconds": 1, "commands": False}
    return Settings.model_validate(
        {
            "secret_key": "k" * 40,
            "data": {"folder": folder},
            "database": {"url": url},
            "tickets": {"undo_seconds": 0},
            "automatic": {"when_closed": []},  # the real clock runs here, at any hour
            "outbox": {"lease_seconds": 5, "poll_seconds": 1},
            "channels": {"telegram": {"enabled": True, "bots": [bot]}},
        }
    )


async def main(folder: Path, url: str, api: str) -> None:
    """Run until killed."""
    logs.set_up("text", "error")
    rules = SlaConfig(Policies(), {kind: parse(HOURS) for kind in ("written", "phone")})
    settings = settings_for(folder, url, api)
    async with (
        build_app(settings, sla=rules, suggester=suggest_nothing, migrated=True) as app,
        running_app(app),
    ):
        print("ready", flush=True)
        await answer_everything(app)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
