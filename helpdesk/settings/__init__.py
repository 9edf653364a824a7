"""Settings: config/helpdesk.toml, overridden by the environment. Nothing is read at import.

`PASOKH_WEB__PORT=9000` sets `port` of `[web]`; `PASOKH_SECRET_KEY_FILE=/run/secrets/key` takes a value from a file.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from helpdesk.errors import Invalid
from helpdesk.settings.environment import PREFIX, overlay
from helpdesk.settings.validation_messages import explain as explain

Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
Language = Literal["fa", "en"]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Desk(Section):
    """The desk's public identity."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "پاسخ"
    public_url: str = "http://127.0.0.1:8080"
    language: Language = "fa"
    time_zone: str = "Asia/Tehran"

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.rstrip("/")
        if not re.fullmatch(r"https?://[^\s/?#]+", value):
            path = (
                " without a path: the desk needs a host name of its own"
                if re.match(r"https?://[^\s/?#]+/", value)
                else ""
            )
            raise ValueError(f"it must be an address like https://desk.example.com{path}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("it must be the name of a time zone, like Asia/Tehran") from None
        return value


class Data(Section):
    """Location of files, the generated secret and the default database."""

    folder: Path = Path("data")
    minimum_free_mb: NotNegative = 256


class Database(Section):
    url: str = "sqlite:///data/pasokh.db"

    @field_validator("url")
    @classmethod
    def _kind(cls, value: str) -> str:
        if not re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        return value


class Web(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: Literal["auto", "yes", "no"] = "auto"

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            ipaddress.ip_network(item)
        return value


class SignIn(Section):
    idle_minutes: Positive = 12 * 60
    session_days: Positive = 30
    link_minutes: Positive = 15
    invitation_hours: Positive = 72
    window_minutes: Positive = 15
    attempts_per_account: Positive = 5
    attempts_per_address: Positive = 30


class Tickets(Section):
    undo_seconds: Annotated[int, Field(ge=0, le=120)] = 15
    undo_seconds_by_channel: dict[str, Annotated[int, Field(ge=0, le=120)]] = Field(
        default_factory=lambda: {"webchat": 3}
    )
    unread_mail_minutes: NotNegative = 10
    reopening_days: NotNegative = 7
    reopening_days_by_channel: dict[str, NotNegative] = Field(default_factory=dict)
    quote_original: bool = False
    signature: str = ""
    signature_by_team: dict[str, str] = Field(default_factory=dict)

    def reopening(self, channel: str) -> int:
        """Days after resolution in which a message on `channel` reopens its ticket."""
        return self.reopening_days_by_channel.get(channel, self.reopening_days)


class Survey(Section):
    enabled: bool = True
    delay_minutes: NotNegative = 0
    delay_minutes_by_channel: dict[str, NotNegative] = Field(default_factory=lambda: {"email": 10})
    cool_down_days: NotNegative = 3
    change_hours: NotNegative = 48
    answerable_days: Positive = 14

    def delay(self, channel: str) -> int:
        """Minutes between resolution and the survey on `channel`."""
        return self.delay_minutes_by_channel.get(channel, self.delay_minutes)


class Automatic(Section):
    """Limits of automatic messages."""

    acknowledgement: bool = False
    when_closed: tuple[str, ...] = ("telegram",)
    per_contact_a_day: NotNegative = 4
    per_ticket_a_day: NotNegative = 2
    per_organisation_a_day: NotNegative = 50

    def limits(self) -> tuple[int, int, int]:
        """What one mailbox, one ticket and one organisation may get in a day."""
        return self.per_contact_a_day, self.per_ticket_a_day, self.per_organisation_a_day


class Intake(Section):
    batch: Positive = 50
    retry_seconds: tuple[Positive, ...] = (5, 30, 300, 1800, 7200)
    poll_seconds: Positive = 5
    normalise_seconds: NotNegative = 20

    @property
    def attempts(self) -> int:
        """Tries before quarantine."""
        return len(self.retry_seconds) + 1


class Outbox(Section):
    senders: Positive = 4
    lease_seconds: Positive = 120
    retry_seconds: tuple[Positive, ...] = (30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800, 28800)
    poll_seconds: Positive = 5


class Logs(Section):
    form: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Section):
    token: SecretStr = SecretStr("")


class Settings(Section):
    """All settings. `channels` is passed raw to each channel's own Settings."""

    desk: Desk = Desk()
    data: Data = Data()
    database: Database = Database()
    web: Web = Web()
    sign_in: SignIn = SignIn()
    tickets: Tickets = Tickets()
    survey: Survey = Survey()
    automatic: Automatic = Automatic()
    intake: Intake = Intake()
    outbox: Outbox = Outbox()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()
    secret_key: SecretStr | None = None
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("it must have at least 32 characters")
        return value

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are sent over https only."""
        if self.web.secure_cookies == "auto":
            return self.desk.public_url.startswith("https://")
        return self.web.secure_cookies == "yes"


def load(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of `file` (None: the defaults), overridden by PASOKH_… of `environment`.

    Raises Invalid with one sentence naming the setting and its place.
    """
    values = _read(file) if file else {}
    if "secret_key" in values:
        raise Invalid(
            f"secret_key does not belong in {file}: give it as {PREFIX}SECRET_KEY or {PREFIX}SECRET_KEY_FILE."
        )
    named = overlay(values, environment)
    try:
        return _at_its_port(Settings.model_validate(values))
    except ValidationError as error:
        raise explain(error, str(file or "the defaults"), named=named, model=Settings) from None


def channels_alone(file: Path, environment: Mapping[str, str]) -> Settings:
    """Defaults with the given channel sections, to validate those when other settings are invalid. Raises Invalid."""
    values = _read(file)
    overlay(values, environment)
    channels = values.get("channels", {})
    sections = (
        {name: channel for name, channel in channels.items() if isinstance(channel, dict)}
        if isinstance(channels, dict)
        else {}
    )
    return Settings(channels=sections)


def _at_its_port(settings: Settings) -> Settings:
    """The public URL defaults to the desk's own port."""
    untouched = Desk.model_fields["public_url"].default
    port = settings.web.port
    if settings.desk.public_url != untouched or untouched.endswith(f":{port}"):
        return settings
    desk = settings.desk.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    return settings.model_copy(update={"desk": desk})


def secret_key(settings: Settings) -> bytes:
    """The signing key: as configured, or generated once in `data/secret` with mode 0600."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data.folder / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # never overwrites a key another process created meanwhile
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_text().strip()
    if len(key) < 32:
        raise Invalid(f"The file {path} holds no usable key: put the old one back, or remove the file to make another.")
    return key.encode()


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Invalid(f"There is no file {file}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The file {file} is not valid TOML: {error}.") from None
    except OSError as error:
        raise Invalid(f"The file {file} can't be read: {error.strerror}.") from None
