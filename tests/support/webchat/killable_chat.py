"""A desk process with the web chat, for kill tests; an agent answers everything.

Run as `python -m tests.support.webchat.killable_chat FOLDER DATABASE_URL PORT`; prints "ready" once it listens.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from helpdesk import logs
from helpdesk.app import build_app, open_website, running_app, web_application
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from tests.support.desk.desk_story import HOURS, suggest_nothing
from tests.support.desk.killable_mail_desk import answer_everything
from tests.support.webchat.chat_client import SHOP


def settings_for(folder: Path, url: str, port: int) -> Settings:
    """A desk with one website."""
    chat = {
        "enabled": True, "folder": str(folder / "webchat"), "sites": [{"name": "shop", "origins": [SHOP]}],
        "limits": {"messages": [100_000, 1000.0], "frames": [100_000, 1000.0], "arrivals": [100_000, 1000.0]},
    }  # fmt: skip
    return Settings.model_validate(
        {
            "secret_key": "k" * 40,
            "data": {"folder": folder},
            "database": {"url": url},
            "web": {"port": port},
            "tickets": {"undo_seconds": 0, "undo_seconds_by_channel": {}},
            "outbox": {"lease_seconds": 1, "poll_seconds": 1},
            "channels": {"webchat": chat},
        }
    )


async def main(folder: Path, url: str, port: int) -> None:
    """Run until killed."""
    logs.set_up("text", "error")
    rules = SlaConfig(Policies(), {kind: parse(HOURS) for kind in ("written", "phone")})
    settings = settings_for(folder, url, port)
    async with (
        build_app(settings, sla=rules, suggester=suggest_nothing, migrated=True) as app,
        running_app(app),
        open_website(app, web_application(app)),
    ):
        print("ready", flush=True)
        await answer_everything(app)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
