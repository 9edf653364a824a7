"""Settings of `[channels.phone]` in config/helpdesk.toml, and where their secrets come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from channels.contract import Channel
from channels.phone.web.webhook_request import Options

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Score = Literal["happy", "neutral", "sad"]
Proof = Literal["signature", "token", "twilio", "vonage", "none"]
PROOFS: Mapping[str, Proof] = {"generic": "signature", "mapped": "signature", "twilio": "twilio", "vonage": "vonage"}


class Strict(BaseModel):
    """A misspelt setting is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Source(Strict):
    """One switchboard that posts its events to /channels/phone/<name>."""

    name: Name
    provider: Literal["generic", "mapped", "asterisk", "freepbx", "issabel", "3cx", "yeastar", "twilio", "vonage"]
    proof: Proof | Literal[""] = ""  # how it proves itself; empty: what its provider can do
    time_zone: str = "Asia/Tehran"  # of times it writes without one
    direction: Literal["", "inbound", "outbound"] = ""  # of a source that never says it
    recordings: str = ""  # recordings are fetched below this address, and from nowhere else
    recordings_folder: Path | None = None  # or read from this folder
    recordings_root: str = ""  # cut off the names the switchboard tells: /var/spool/asterisk/monitor/
    recordings_headers: dict[str, str] = {}  # sent when fetching; {secret} is replaced
    recordings_limit: int = Field(50 * 1024 * 1024, ge=1024)  # bytes of one recording
    fields: dict[str, str] = {}  # provider "mapped": our name -> theirs
    words: dict[str, dict[str, str]] = {}  # provider "mapped": our name -> their word -> ours

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @field_validator("recordings")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+/", value):
            raise ValueError("an address with its path: https://pbx.example/recordings/")
        return value if not value or value.endswith("/") else f"{value}/"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.recordings and self.recordings_folder is not None:
            raise ValueError("recordings come from an address or from a folder; take one of them away")
        if self.name == "sms":
            raise ValueError('"sms" is the place where text messages arrive; give the source another name')
        if self.provider == "mapped" and "call_id" not in self.fields:
            raise ValueError('a source with provider = "mapped" must say in `fields` where call_id is')
        return self

    @property
    def proves(self) -> Proof:
        """How it proves itself."""
        return self.proof or PROOFS.get(self.provider, "token")

    @property
    def options(self) -> Options:
        """How its events are read."""
        return Options(self.time_zone, self.fields, self.words, self.direction)


class Sms(Strict):
    """The gateway that takes text messages."""

    driver: Literal["none", "http", "kavenegar", "twilio", "folder"] = "none"
    sender: str = ""  # our own line or number
    url: str = ""  # http: where messages are posted; others: another address of their service
    account: str = ""  # twilio: the account's SID
    folder: Path | None = None  # driver "folder": messages are written there, for demonstrations
    json_body: bool = True  # http: JSON, else a form
    headers: dict[str, str] = {}  # http: further headers; {secret} is replaced
    body: dict[str, str] = {"to": "{to}", "from": "{sender}", "text": "{text}", "id": "{token}"}  # http
    id_at: str = "id"  # http: where its answer holds the message's id
    receipt: dict[str, str] = {"id": "id", "state": "state", "reason": "reason"}  # http: fields of a delivery report
    incoming: dict[str, str] = {"id": "id", "from": "from", "to": "to", "text": "text"}  # http: of an arriving message
    states: dict[str, str] = {}  # http: its word -> sent | delayed | failed
    stop_words: list[str] = ["لغو", "stop", "unsubscribe"]
    start_words: list[str] = ["شروع", "start"]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.driver == "http" and not self.url:
            raise ValueError('driver = "http" needs the url of the gateway')
        if self.driver == "twilio" and not (self.account and self.sender):
            raise ValueError('driver = "twilio" needs the account and the sender')
        if self.driver == "folder" and self.folder is None:
            raise ValueError('driver = "folder" needs the folder')
        return self


class Originate(Strict):
    """How the switchboard is asked to call somebody. Empty: it can't be."""

    url: str = ""
    headers: dict[str, str] = {}  # {secret} is replaced
    body: dict[str, str] = {"to": "{to}", "survey_id": "{survey}", "extension": "{extension}"}


class Survey(Strict):
    """The way a survey takes after a call, by the kind of number."""

    mobile: Literal["text", "call", "none"] = "text"
    landline: Literal["call", "none"] = "none"  # no text message reaches a landline
    keys: dict[str, Score] = {"1": "happy", "2": "neutral", "3": "sad"}
    since: time = time(9, 0)
    until: time = time(21, 0)
    time_zone: str = "Asia/Tehran"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.since >= self.until:
            raise ValueError("`since` must be before `until`")
        return self


class PhoneSettings(Channel.Settings):
    """`[channels.phone]`."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = False
    region: str = Field("IR", pattern=r"^[A-Z]{2}$")  # of numbers written without a country
    area: str = Field("", pattern=r"^\d*$")  # "021" completes numbers of one's own city
    language: Literal["fa", "en"] = "fa"  # of subjects
    public_url: str = ""  # how the outside reaches the desk; Twilio signs it
    own_numbers: list[str] = Field(default_factory=list)  # never taken for a caller
    sources: list[Source] = Field(default_factory=list)
    sms: Sms = Sms()
    survey: Survey = Survey()
    originate: Originate = Originate()

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources have the same name: {', '.join(twice)}")
        if not self.public_url and any(source.proves == "twilio" for source in self.sources):
            raise ValueError("Twilio signs the address it calls: public_url must say how the outside reaches the desk")
        return self

    def source(self, name: str) -> Source | None:
        """The source of that name."""
        return next((source for source in self.sources if source.name == name), None)


def known_zone(value: str) -> str:
    """The name of a time zone. Raises ValueError."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{value!r} is no time zone") from None
    return value


def secrets_of(env: Mapping[str, str], name: str) -> list[str]:
    """The secrets of a source: `PASOKH_PHONE_<NAME>_SECRET`, while rotating `…_SECRET_OLD` too; `_FILE` reads a file."""
    stem = "PASOKH_PHONE_" + re.sub(r"[^A-Z0-9]", "_", name.upper()) + "_SECRET"
    secrets = []
    for item in (stem, f"{stem}_OLD"):
        if env.get(item):
            secrets.append(env[item])
        elif env.get(f"{item}_FILE"):
            secrets.append(Path(env[f"{item}_FILE"]).read_text(encoding="utf-8").strip())
    return [item for item in secrets if item]
