"""Fixtures of the web tests: a minimal site with sign-in and a few protected pages, on the database of the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from helpdesk.agents import actions
from helpdesk.agents.hashing import Passwords
from helpdesk.errors import Conflict, Invalid, NotFound
from helpdesk.settings import Settings
from helpdesk.web import app_keys, health, security, sign_in
from helpdesk.web.app_keys import signed_in
from helpdesk.web.rendering.page_renderer import PAGES, Pages

PASSWORD = "a horse on the roof"


@dataclass
class Time:
    """A clock the test moves."""

    now: datetime = field(default=datetime(2026, 3, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **units: float) -> None:
        self.now += timedelta(**units)


async def inside(request: web.Request) -> web.Response:
    return web.Response(text=f"{signed_in(request).name} {request[app_keys.CSRF]}")


@security.needs("people.manage")
async def bosses_only(_request: web.Request) -> web.Response:
    return web.Response(text="boss")


@security.secret_address
async def survey(_request: web.Request) -> web.Response:
    return web.Response(text="thanks")


@security.public
async def fails(request: web.Request) -> web.Response:
    raise {
        "missing": NotFound("There is no such ticket."),
        "numbered": NotFound("There is no ticket {number}.", number=12),
        "conflict": Conflict("Somebody else has just taken this ticket."),
        "invalid": Invalid("A tag needs a word.", "tag"),
        "broken": RuntimeError("postgresql://desk:hunter2@db/desk said no"),
    }[request.match_info["how"]]


def built(database: Any, clock: Time, settings: Settings) -> web.Application:
    """A site with sign-in and a few protected pages."""
    app = web.Application()
    registry = CollectorRegistry()
    app[app_keys.DATABASE] = database
    app[app_keys.SETTINGS] = settings
    app[app_keys.CLOCK] = clock.__call__
    app[app_keys.SECRET] = b"k" * 32
    app[app_keys.PASSWORDS] = Passwords(memory_kib=8, passes=1)
    app[app_keys.REGISTRY] = registry
    app[health.SEEN] = health.Seen(registry)
    app[PAGES] = Pages(language="en", clock=clock)
    security.protect(app)
    app.add_routes([*sign_in.routes(), *health.routes()])
    app.add_routes([web.get("/inbox", inside), web.post("/inbox", inside), web.get("/people", bosses_only)])
    app.add_routes([web.get("/fails/{how}", fails), web.get("/api/fails/{how}", fails), web.post("/s/{token}", survey)])
    return app


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate({"metrics": {"token": "t" * 32}})


@pytest.fixture
async def client(database, time, settings, aiohttp_client):
    return await aiohttp_client(built(database, time, settings), headers={"Accept-Language": "en"})


@pytest.fixture
async def sara(database, time) -> int:
    """An agent with the password PASSWORD."""
    person_id: int = await database.write(
        actions.add_person, name="Sara", email="sara@desk.example", role="agent", now=time(), by=None
    )

    def with_password(tx):
        from sqlalchemy import update

        from helpdesk.agents.models import people

        hashed = Passwords(memory_kib=8, passes=1).hash(PASSWORD)
        tx.execute(update(people).where(people.c.id == person_id).values(password_hash=hashed))

    await database.write(with_password)
    return person_id
