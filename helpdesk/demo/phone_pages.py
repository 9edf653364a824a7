"""Place a call to the demo's desk: its switchboard posts a signed webhook, as a real one would."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from helpdesk.demo.demo_calls import OUTCOMES, SOURCE, Call, signed, texts
from helpdesk.demo.demo_settings import Places
from helpdesk.demo.story_script import NAMES, NUMBERS, PEOPLE
from helpdesk.errors import Invalid
from helpdesk.web import app_keys
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering.page_renderer import PAGES
from helpdesk.web.security import secret_address

LONGEST = 3600  # seconds


class PhonePages:
    """Handlers of the page with the telephone."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.going: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page and its form."""
        return [
            web.get("/demo/phone", self.show),
            web.post("/demo/phone", self.call),
            web.post("/demo/originate/{secret}", self.originate),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """A form for a call, and the text messages that customers received."""
        return await self._shown(request, NUMBERS["mahsa"], "missed")

    async def call(self, request: web.Request) -> web.Response:
        """Let the switchboard tell of a call that just ended."""
        given = await request.post()
        number, outcome = str(given.get("number", "")).strip(), str(given.get("outcome", ""))
        if not re.fullmatch(r"[+\d۰-۹٠-٩ ()-]{3,24}", number) or outcome not in OUTCOMES:
            return await self._shown(request, number, outcome, problem=True, status=422)
        call = Call(
            number, outcome, agent=str(given.get("agent", PEOPLE[0][3]))[:8],
            wait=_seconds(given.get("wait"), 34), talk=_seconds(given.get("talk"), 120),
        )  # fmt: skip
        for _, event in call.events(request.app[app_keys.CLOCK](), self.places.recording):
            await self._tell(request.app, event)
        raise web.HTTPSeeOther("/demo/phone?sent")

    @secret_address
    async def originate(self, request: web.Request) -> web.Response:
        """The desk asks the switchboard to connect somebody with a customer, who answers after a second."""
        if request.match_info["secret"] != self.places.secret:
            raise web.HTTPNotFound
        asked = await request.json()
        call = Call(str(asked["to"]), "call_back", agent=str(asked.get("extension") or PEOPLE[0][3]), wait=1, talk=2)
        task = asyncio.create_task(self._play(request.app, call))
        self.going.add(task)
        task.add_done_callback(self.going.discard)
        return web.json_response({"id": "demo"})

    async def _play(self, app: web.Application, call: Call) -> None:
        """Tell of a call while it happens."""
        began = app[app_keys.CLOCK]()
        for at, event in call.events(began + timedelta(seconds=call.lasts), self.places.recording):
            await asyncio.sleep((at - app[app_keys.CLOCK]()).total_seconds())
            await self._tell(app, event)

    async def _tell(self, app: web.Application, event: Mapping[str, Any]) -> None:
        address = f"http://127.0.0.1:{self.places.port}/channels/phone/{SOURCE}"
        body, headers = signed(event, self.places.secret, app[app_keys.CLOCK]())
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.post(address, data=body, headers=headers) as answer,
        ):
            if answer.status != 200:
                raise Invalid(f"The desk refused the call: {(await answer.text())[:200]}")

    async def _shown(
        self, request: web.Request, number: str, outcome: str, *, problem: bool = False, status: int = 200
    ) -> web.Response:
        received = await asyncio.to_thread(texts, self.places.texts)
        return request.app[PAGES].render(
            request,
            "demo/phone.html",
            status=status,
            number=number,
            outcome=outcome,
            outcomes=OUTCOMES,
            people=[(extension, name) for _, name, _, extension in PEOPLE],
            known=[(item, NAMES.get(who, "")) for who, item in NUMBERS.items()],
            texts=[(item.to, item.text, datetime.fromtimestamp(item.at, UTC)) for item in received],
            sent="sent" in request.query,
            problem=problem,
            **await page_frame(request, "demo"),
        )


def _seconds(given: object, otherwise: int) -> int:
    text = str(given or "")
    return min(int(text), LONGEST) if text.isdecimal() and len(text) < 6 else otherwise
