"""The demo: one process, one folder, nobody outside. All four channels are real; the world they talk to is played here."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from helpdesk import logs
from helpdesk.agents import actions as agents
from helpdesk.app import App, build_app, open_website, running_app, web_application
from helpdesk.clock import now
from helpdesk.demo.bot_api_twin import Twin
from helpdesk.demo.demo_customers import Customers
from helpdesk.demo.demo_pages import Demo
from helpdesk.demo.demo_settings import Places, channels, settings_for, sla
from helpdesk.demo.play_story import Past, Player
from helpdesk.demo.story_script import PEOPLE, SHOP
from helpdesk.web import app_keys

MARK = "this is a demo"
GREETING = {
    "en": """
The desk of {shop}, a shop that does not exist, is open at {address}
  Sign in once by this link:  {link}

Be the customer, four ways (all on {address}/demo):
  E-mail     {address}/demo
             or: .venv/bin/python run.py mail send --demo --port {mail_port} "سلام، سفارشم کجاست؟"
  Telegram   {address}/demo/telegram   a customer's phone; nothing goes over the internet
  Web chat   {address}/demo/shop       a page of the shop, the bubble in its corner
  Telephone  {address}/demo/phone      place a call, read the texts that the desk sends

The demo's desk is open day and night, so that clocks run whenever you look.
Ctrl+C ends it; `python run.py demo --fresh` begins anew.""",
    "fa": """
میز پشتیبانی {shop}، فروشگاهی که وجود ندارد، باز است: {address}
  با این پیوند یک بار وارد شوید:  {link}

به‌جای مشتری، از چهار راه ({address}/demo):
  ایمیل        {address}/demo
               یا: .venv/bin/python run.py mail send --demo --port {mail_port} "سلام، سفارشم کجاست؟"
  تلگرام       {address}/demo/telegram   گوشی مشتری؛ چیزی به اینترنت نمی‌رود
  گفت‌وگوی سایت  {address}/demo/shop       صفحه‌ای از فروشگاه، با حباب گوشه‌اش
  تلفن         {address}/demo/phone      تماس بگیرید و پیامک‌های میز را بخوانید

میز آزمایشی شبانه‌روز باز است تا هر وقت نگاه کنید ساعت‌ها کار کنند.
پایان با Ctrl+C؛ از نو با `python run.py demo --fresh`.""",
}


async def prepare(places: Places) -> None:
    """Play the story into an empty folder; an existing demo stays as it was left."""
    if (places.folder / MARK).exists():
        return
    _clear(places)
    past = Past(now())
    twin = Twin(places.folder / "telegram", past)
    async with AsyncExitStack() as stack:
        made = channels(places, await stack.enter_async_context(twin.open()))
        app = await stack.enter_async_context(
            build_app(settings_for(places), where="the demo", clock=past, sla=sla(), channels=made)
        )
        running = [asyncio.create_task(made[name].run(app.desk_for(name))) for name in ("telegram", "webchat")]
        try:
            customers = Customers(app, past, twin, places.recording)
            await Player(app, past, places.outgoing, places.texts, customers).play(now())
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    (places.folder / MARK).touch()


def _clear(places: Places) -> None:
    """Make room; an earlier start may have been cut off in the middle of the story."""
    for half in places.folder.glob("desk.db*"):
        half.unlink()
    for name in ("telegram", "webchat", "texts", "outgoing"):
        shutil.rmtree(places.folder / name, ignore_errors=True)
    places.outgoing.mkdir(parents=True)


async def run(*, folder: Path, port: int, mail_port: int, fresh: bool, say: Callable[[str], None]) -> None:
    """Open the demo and say how to get in."""
    if fresh and (folder / MARK).exists():
        shutil.rmtree(folder)
    places = Places(folder, port, mail_port)
    logs.set_up("text", "error")  # what goes wrong in the story is meant to
    say("Opening the demo …")
    await prepare(places)
    logs.set_up("text", "warning")
    twin = Twin(folder / "telegram", now)
    async with AsyncExitStack() as stack:
        made = channels(places, await stack.enter_async_context(twin.open()))
        app = await stack.enter_async_context(
            build_app(settings_for(places), where="the demo", sla=sla(), channels=made)
        )
        application = web_application(app, more=Demo(places, twin).routes())
        application[app_keys.DEMO] = True
        address = await stack.enter_async_context(open_website(app, application))
        await stack.enter_async_context(running_app(app))
        places.secret_file.write_text(places.secret, encoding="utf-8")
        places.address_file.write_text(address, encoding="utf-8")
        stack.callback(places.address_file.unlink, missing_ok=True)
        say(await _greeting(app, address, mail_port))
        await asyncio.Event().wait()


async def _greeting(app: App, address: str, mail_port: int) -> str:
    login, name, *_ = PEOPLE[0]
    token = await app.database.write(
        agents.invite_or_link, name=name, email=f"{login}@dalan.example", role="administrator", now=now(),
        lasts=timedelta(days=1),
    )  # fmt: skip
    language = "fa" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("fa") else "en"
    link = f"{address}/sign-in/link/{token}?next=/inbox"
    return GREETING[language].format(shop=SHOP, address=address, link=link, mail_port=mail_port)
