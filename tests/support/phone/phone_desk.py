"""A desk with the phone channel: a switchboard that reports calls, and agents who act on them."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.phone.channel import Channel
from channels.phone.normalise import envelope
from channels.phone.settings import PhoneSettings
from helpdesk.journey.lifecycle import status
from tests.support.desk.desk_story import MONDAY, Story
from tests.support.phone.switchboard import Event, Switchboard

ENV = {"PASOKH_PHONE_SMS_SECRET": "key", "PASOKH_PHONE_PBX_SECRET": "key"}


class Phone:
    """A desk with a telephone."""

    def __init__(self, desk: Story, **settings: Any) -> None:
        own = {"enabled": True, "sources": [{"name": "pbx", "provider": "asterisk"}], **settings}
        self.desk = desk
        self.channel = Channel(PhoneSettings.model_validate(own), env=ENV, now=desk.time)
        desk.context.channels["phone"] = self.channel  # type: ignore[index]
        self.count = 0
        self.began = desk.time()

    @staticmethod
    def at_nine() -> Switchboard:
        """A switchboard at 09:30, when test desks open."""
        return Switchboard(call=f"pbx-{int(MONDAY.timestamp())}.1", at=MONDAY.timestamp())

    def board(self, number: int = 1) -> Switchboard:
        """A switchboard whose clock is the desk's."""
        call = f"pbx-{int(self.desk.time().timestamp())}.{number}"
        return Switchboard(call=call, at=self.desk.time().timestamp())

    async def hears(self, events: list[Event]) -> None:
        """Events arrive and are processed one by one."""
        for event in events:
            self.count += 1
            raw = envelope("asterisk", "application/json", json.dumps(event), self.desk.time())
            await self.desk.app.desk_for("phone").accept("pbx", f"e{self.count}", raw, order_key=event["Linkedid"])
            await self.desk.work()

    async def tells(self, form: dict[str, Any]) -> None:
        """A call summary arrives in the desk's generic format."""
        self.count += 1
        raw = envelope("generic", "application/json", json.dumps(form), self.desk.time())
        await self.desk.app.desk_for("phone").accept("pbx", f"t{self.count}", raw, order_key=str(form["call_id"]))
        await self.desk.work()

    async def calls(self) -> list[Any]:
        """All call entries, oldest ticket first."""
        found = []
        for number in range(1, 5):
            try:
                found += [line for line in await self.desk.timeline(number) if line.kind == "call"]
            except Exception:
                break
        return found


async def resolve(desk: Story, ticket_id: int, by: int) -> None:
    """A person resolves the ticket."""
    await desk.database.write(
        status.set_status, desk.context, ticket_id=ticket_id, status="resolved", by=by, now=desk.time()
    )


def answered(board: Switchboard) -> list[Event]:
    board.rings_in().joins()
    line = board.takes()
    return board.waits(30).finishes(line, "caller", 30).ends("h")


def abandoned(board: Switchboard) -> list[Event]:
    return board.rings_in().joins().waits(30).gives_up().ends("h", cause=0)


async def posts(phone: Phone, place: str, *forms: dict[str, str] | Event, as_json: bool = False) -> None:
    """Webhooks arrive over HTTP and are processed together."""
    app = web.Application()
    app.add_routes(phone.channel.routes(phone.desk.app.desk_for("phone")))
    async with TestClient(TestServer(app)) as client:
        for form in forms:
            what: dict[str, Any] = {"json": form} if as_json else {"data": form}
            async with client.post(f"/{place}?token=key", **what) as answer:
                assert answer.status == 200
    await phone.desk.work()
