"""What handlers find in the application: `request.app[keys.DATABASE]`. The composition root puts it there."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry

from helpdesk.agents.secrets import Passwords
from helpdesk.clock import Clock
from helpdesk.database.engine import Database
from helpdesk.settings import Settings

DATABASE = web.AppKey("database", Database)
SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
SECRET = web.AppKey("secret", bytes)  # the key everything is signed with
PASSWORDS = web.AppKey("passwords", Passwords)
REGISTRY = web.AppKey("registry", CollectorRegistry)
