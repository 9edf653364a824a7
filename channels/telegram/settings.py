"""Settings of `[channels.telegram]` in config/helpdesk.toml, and where the bots' tokens come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from channels.contract import Channel

_PROXIES = ("http://", "https://", "socks5://", "socks5h://")
_TOKEN = re.compile(r"(\d{1,20}):[A-Za-z0-9_-]{10,}")


class Strict(BaseModel):
    """A misspelt setting is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Bot(Strict):
    """One bot. Its name is the account the desk knows it by, and part of its customers' addresses."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]
    mode: Literal["polling", "webhook"] = "polling"
    team: str | None = None  # name of the team that its customers' tickets go to
    proxy: str = ""  # http://, socks5:// or socks5h://host:port; only this is used, never the environment's
    api: str = "https://api.telegram.org"  # another server of the Bot API
    language: Literal["fa", "en"] = "fa"  # where the customer's own is not known
    welcome: dict[str, str] = {}  # language -> first words; {name}, {desk} and {hours} may stand in them
    hours: dict[str, str] = {}  # language -> when somebody is there
    ask_number: bool = True  # the welcome has a button that sends the customer's own number
    commands: bool = True  # tell Telegram the bot's commands at every start
    signed: bool = True  # an agent's name above their words
    per_second: float = Field(25, gt=0, le=1000)  # messages to all chats together
    wait_seconds: int = Field(50, ge=0, le=50)  # how long Telegram may keep a question for updates open

    @field_validator("proxy")
    @classmethod
    def _known_proxy(cls, value: str) -> str:
        if value and not value.startswith(_PROXIES):
            raise ValueError("must begin with http://, https://, socks5:// or socks5h://")
        return value

    @field_validator("api")
    @classmethod
    def _known_api(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/")


class TelegramSettings(Channel.Settings):
    """`[channels.telegram]`."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = False
    bots: list[Bot] = Field(default_factory=list)
    public_url: str = ""  # where Telegram reaches the desk, for bots with mode = "webhook"; https
    survey_days: int = Field(14, ge=1)  # a face may be tapped for so long; the desk has the last word

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        names = [bot.name for bot in self.bots]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two bots have the same name: {', '.join(twice)}")
        deaf = [bot.name for bot in self.bots if bot.mode == "webhook"]
        if deaf and not self.public_url.startswith(("https://", "http://127.0.0.1")):
            raise ValueError(f"public_url must be an https address for the webhook of {', '.join(deaf)}")
        return self

    def bot(self, name: str) -> Bot:
        """The bot of that name. Raises KeyError."""
        for bot in self.bots:
            if bot.name == name:
                return bot
        raise KeyError(name)


class NoToken(Exception):
    """A bot's token is missing or isn't one; the message says which variable to set."""


def variable(name: str) -> str:
    """The variable of the environment that holds a bot's token."""
    return f"PASOKH_TELEGRAM_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_TOKEN"


def token(env: Mapping[str, str], name: str) -> str:
    """The bot's token: `PASOKH_TELEGRAM_<NAME>_TOKEN`, or the content of the file `…_TOKEN_FILE`. Raises NoToken."""
    named = variable(name)
    value = env.get(named, "")
    if not value and env.get(f"{named}_FILE"):
        try:
            value = Path(env[f"{named}_FILE"]).read_text(encoding="utf-8")
        except OSError as error:
            raise NoToken(f"{named}_FILE can't be read: {error.strerror}.") from None
    value = value.strip()
    if not value:
        raise NoToken(f"Set {named} to the token that BotFather gave for this bot.")
    if not _TOKEN.fullmatch(value):
        raise NoToken(f"{named} does not look like a bot's token (digits, a colon, letters).")
    return value


def bot_id(bot_token: str) -> str:
    """The bot's own user id, which its token begins with."""
    return bot_token.partition(":")[0]
