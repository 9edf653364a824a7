"""The demo's page of a customer's telephone: relative times advance while nobody writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpdesk.clock import now
from helpdesk.demo.bot_api_twin import Twin
from helpdesk.demo.bot_chats import Phone
from helpdesk.demo.bot_pages import BotPages
from helpdesk.demo.story_script import TELEGRAM
from helpdesk.web import app_keys


class Asked:
    """A request at a moment."""

    def __init__(self, at: Any) -> None:
        self.app = {app_keys.CLOCK: lambda: at}


def test_the_phone_page_polls_while_relative_times_change(tmp_path) -> None:
    start = now().replace(second=0, microsecond=0)
    twin = Twin(tmp_path, lambda: start)
    Phone(twin.chats, TELEGRAM[3]).writes("Where is my jug?")
    pages = BotPages(twin)

    def seen(**later: float) -> str:
        return str(pages._shown(Asked(start + timedelta(**later)), TELEGRAM[3])["seen"])  # type: ignore[arg-type]

    assert seen(seconds=1) == seen(seconds=59)
    assert seen(seconds=59) != seen(seconds=61)
    assert seen(minutes=61) == seen(minutes=90)
