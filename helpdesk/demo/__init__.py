"""The demo: one process, one folder, nobody outside. Mail comes in through the desk's own door and leaves to a folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from helpdesk import app, logs
from helpdesk.agents import actions as agents
from helpdesk.clock import now
from helpdesk.demo.pages import Demo
from helpdesk.demo.script import PEOPLE, SHOP, SUPPORT
from helpdesk.demo.seed import ACCOUNT, Past, Player
from helpdesk.settings import Settings
from helpdesk.web import keys

MARK = "this is a demo"


def settings_for(folder: Path, port: int, mail_port: int) -> Settings:
    """The settings of a demo in `folder`."""
    mail = {
        "enabled": True,
        "deliver": f"folder:{folder / 'outgoing'}",
        "mailboxes": [{"name": ACCOUNT, "address": SUPPORT, "display_name": SHOP}],
        "receiver": {"enabled": True, "protocol": "smtp", "port": mail_port},
    }
    chat = {
        "enabled": True,
        "folder": str(folder / "webchat"),
        "sites": [{"name": "dalan", "origins": [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]}],
    }
    return Settings.model_validate(
        {
            "desk": {"name": SHOP, "public_url": f"http://127.0.0.1:{port}"},
            "data": {"folder": folder},
            "database": {"url": f"sqlite:///{folder / 'desk.db'}"},
            "web": {"port": port},
            "survey": {"delay_minutes_by_channel": {}},
            "sign_in": {"link_minutes": 24 * 60},
            "channels": {"email": mail, "webchat": chat},
        }
    )


async def prepare(folder: Path, settings: Settings) -> None:
    """Play the story into an empty folder; an existing demo stays as it was left."""
    if (folder / MARK).exists():
        return
    _clear(folder)
    past = Past(now())
    async with app.house(settings, where="the demo", clock=past) as house:
        await Player(house, past, folder / "outgoing").play(now())
    (folder / MARK).touch()


def _clear(folder: Path) -> None:
    """Make room; an earlier start may have been cut off in the middle of the story."""
    for half in folder.glob("desk.db*"):
        half.unlink()
    (folder / "outgoing").mkdir(parents=True, exist_ok=True)


async def run(*, folder: Path, port: int, mail_port: int, fresh: bool, say: Callable[[str], None]) -> None:
    """Open the demo and say how to get in."""
    if fresh and (folder / MARK).exists():
        shutil.rmtree(folder)
    settings = settings_for(folder, port, mail_port)
    logs.set_up("text", "warning")
    say("Opening the demo …")
    await prepare(folder, settings)
    pages = Demo(folder / "outgoing", mail_port)
    async with app.house(settings, where="the demo") as house, app.running(house):
        application = app.web_of(house, more=pages.routes())
        application[keys.DEMO] = True
        async with app.open_door(house, application) as address:
            login, name, _ = PEOPLE[0]
            token = await house.database.write(
                agents.invite_or_link, name=name, email=f"{login}@dalan.example", role="administrator", now=now(),
                lasts=timedelta(days=1),
            )  # fmt: skip
            say(f"\nThe desk of {SHOP}, a shop that does not exist, is open at {address}")
            say(f"  Sign in once by this link:  {address}/sign-in/link/{token}?next=/inbox")
            say(f"  Play the customer here:     {address}/demo")
            say(f"  Chat as a visitor here:     {address}/demo/shop")
            say("  Or send it a mail from another terminal:")
            say(f'    .venv/bin/python run.py mail send --port {mail_port} "سلام، سفارشم کجاست؟"')
            say("Ctrl+C ends it; `python run.py demo --fresh` begins anew.")
            await asyncio.Event().wait()
