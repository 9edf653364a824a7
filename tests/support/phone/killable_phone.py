"""A desk process with the phone channel, for kill tests.

Run as `python -m tests.support.phone.killable_phone FOLDER DATABASE_URL PORT`; prints "ready" once its pages answer.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings
from helpdesk import logs
from helpdesk.app import build_app, open_website, running_app, web_application
from helpdesk.settings import Settings
from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.policies import Policies, SlaConfig
from tests.support.desk.desk_story import HOURS, suggest_nothing

TOKEN = "key"
PHONE = {"enabled": True, "sources": [{"name": "pbx", "provider": "generic", "proof": "token"}]}


def settings_for(folder: Path, url: str, port: int) -> Settings:
    """A desk that answers on this port."""
    return Settings.model_validate(
        {
            "secret_key": "k" * 40,
            "data": {"folder": folder},
            "database": {"url": url},
            "web": {"port": port},
            "intake": {"poll_seconds": 1},
        }
    )


async def main(folder: Path, url: str, port: int) -> None:
    """Run until killed."""
    logs.set_up("text", "error")
    phone = Channel(PhoneSettings.model_validate(PHONE), env={"PASOKH_PHONE_PBX_SECRET": TOKEN})
    rules = SlaConfig(Policies(), {kind: parse(HOURS) for kind in ("written", "phone")})
    made = build_app(
        settings_for(folder, url, port), sla=rules, suggester=suggest_nothing, migrated=True, channels={"phone": phone}
    )
    async with made as app, running_app(app), open_website(app, web_application(app)):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
