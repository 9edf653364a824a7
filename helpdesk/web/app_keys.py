"""Typed keys of the aiohttp application and request: `request.app[DATABASE]`, `request[PERSON]`.

The composition root fills the application's keys, `helpdesk.web.security` those of the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry

from channels.contract import State
from helpdesk.agents.hashing import Passwords
from helpdesk.agents.queries import Session
from helpdesk.agents.rules import Person
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.files.file_store import FileStore
from helpdesk.journey.context import DeskContext
from helpdesk.live.event_bus import EventBus
from helpdesk.live.presence import Presence
from helpdesk.live.sse import Feeds
from helpdesk.settings import Settings
from helpdesk.surveys.reasons import Reason

StateOf = Mapping[tuple[str, str], State]

DATABASE = web.AppKey("database", Database)
SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
SECRET = web.AppKey("secret", bytes)  # signing key of tokens and links
PASSWORDS = web.AppKey("passwords", Passwords)
REGISTRY = web.AppKey("registry", CollectorRegistry)
CONTEXT = web.AppKey("context", DeskContext)
FILES = web.AppKey("files", FileStore)
LIVE = web.AppKey("live", EventBus)
FEEDS = web.AppKey("feeds", Feeds)
PRESENCE = web.AppKey("presence", Presence)
REPORTS: web.AppKey[StateOf] = web.AppKey("reports")  # the newest state of every channel account
REASONS: web.AppKey[Sequence[Reason]] = web.AppKey("reasons")  # why a customer was not satisfied
DEMO = web.AppKey("demo", bool)  # whether this is the demo

PERSON: web.RequestKey[Person | None] = web.RequestKey("person")  # who is signed in
SESSION: web.RequestKey[Session | None] = web.RequestKey("session")
CSRF = web.RequestKey("csrf", str)  # the token a form must carry
ID = web.RequestKey("id", str)  # request id, in logs and on error pages


def signed_in(request: web.Request) -> Person:
    """The signed-in person of a handler that is not public."""
    person = request[PERSON]
    assert person is not None
    return person
