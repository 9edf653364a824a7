"""Settings of `[channels.webchat]` in config/helpdesk.toml, and where their secrets come from."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from channels.contract import Channel
from channels.webchat.chat.hours import DAYS, Hours

ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.\-\[\]:]+")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Words = dict[Literal["fa", "en"], Annotated[str, Field(max_length=400)]]


class Strict(BaseModel):
    """A misspelt setting is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Question(Strict):
    """A field of the form before the first message, or of the form outside working hours."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]  # name, email and phone are understood
    label: Words = {}
    required: bool = False


class Week(Strict):
    """When somebody is there: `week.sat = [["08:00", "24:00"]]`; a missing day is closed."""

    tz: str = "Asia/Tehran"
    week: dict[Literal["sat", "sun", "mon", "tue", "wed", "thu", "fri"], list[tuple[str, str]]]
    closed: list[str] = []  # dates, 2026-03-21

    def hours(self) -> Hours:
        """The same, ready to be asked. Raises ValueError for what is no time, no date or no zone."""
        return Hours.of(self.tz, {DAYS.index(day): spans for day, spans in self.week.items()}, self.closed)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self.hours()
        return self


class Site(Strict):
    """One website with its own looks, words and team. Its name is the account the desk knows it by."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
    origins: list[str] = []  # https://shop.example, https://*.shop.example; nobody else may connect
    language: Literal["fa", "en", "page"] = "page"  # page: as the page says
    team: Words = {"fa": "پشتیبانی", "en": "Support"}  # who answers until a person has
    greeting: Words = {"fa": "سلام! چه کمکی از ما برمی‌آید؟", "en": "Hello! How can we help?"}
    promise: Words = {}  # under the name while open: "usually within 9 minutes"
    away: Words = {}  # replaces the words of the form outside working hours
    accent: str = ""  # #0b787b; empty: turquoise
    accent_dark: str = ""
    side: Literal["start", "end"] = "end"  # where the launcher sits
    before: list[Question] = []  # asked before the first message
    offline: list[Question] = [Question(name="email", required=True)]
    hours: Week | None = None  # none: always open
    identity: Literal["off", "optional", "enforced"] = "optional"
    suggestions: bool = True  # articles while the first message is typed
    desk_team: str = ""  # name of the desk's team that gets these conversations

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        origins = [item.strip().lower().rstrip("/") for item in value]
        for item in origins:
            if not ORIGIN.fullmatch(item):
                raise ValueError(f"{item!r} is no origin like https://shop.example")
        return origins

    @field_validator("accent", "accent_dark")
    @classmethod
    def _colour(cls, value: str) -> str:
        if value and not COLOUR.fullmatch(value):
            raise ValueError("a colour is written #0b787b")
        return value


class Limits(Strict):
    """How much one connection, one visitor and one network address may do; each a burst and so many a second."""

    frames: tuple[int, float] = (60, 10.0)  # of a connection; beyond it is closed
    messages: tuple[int, float] = (20, 1.0)  # of a visitor; beyond it the message must wait
    arrivals: tuple[int, float] = (60, 1.0)  # connections of a network address
    uploads: tuple[int, float] = (10, 0.2)  # of a visitor
    upload_bytes: tuple[int, float] = (52_428_800, 20_000.0)  # of all strangers of a network address, on each site
    suggestions: tuple[int, float] = (10, 1.0)  # of a connection; beyond it there are none
    wishes: tuple[int, float] = (6, 0.02)  # of a visitor: transcripts, links, a person, an end
    sockets: Annotated[int, Field(ge=1)] = 20  # open at once of one visitor


class WebchatSettings(Channel.Settings):
    """`[channels.webchat]`."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = False
    sites: list[Site] = Field(default_factory=list)
    folder: Path = Path("data/webchat")  # files that visitors and agents sent, by content
    upload_limit: int = Field(10_485_760, ge=1024)  # bytes of one file
    trusted_proxies: list[str] = Field(default_factory=list)  # networks whose X-Forwarded-For is believed
    blocked: list[str] = Field(default_factory=list)  # networks that may not connect
    limits: Limits = Limits()

    @field_validator("trusted_proxies", "blocked")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for item in value:
            ipaddress.ip_network(item)
        return value

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        names = [site.name for site in self.sites]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sites have the same name: {', '.join(twice)}")
        return self

    def site(self, name: str) -> Site | None:
        """The site of that name."""
        return next((site for site in self.sites if site.name == name), None)


def secret(env: Mapping[str, str], site: str) -> bytes | None:
    """What `identify` is signed with: `PASOKH_WEBCHAT_<SITE>_SECRET`, or the content of `…_SECRET_FILE`.

    None when nothing is set; raises OSError when the file can't be read.
    """
    name = f"PASOKH_WEBCHAT_{re.sub(r'[^A-Z0-9]', '_', site.upper())}_SECRET"
    if env.get(name):
        return env[name].encode()
    if env.get(f"{name}_FILE"):
        return Path(env[f"{name}_FILE"]).read_bytes().strip()
    return None
