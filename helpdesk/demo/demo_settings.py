"""The settings of the demo: every channel on, nobody outside, a desk that is open day and night."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels import registry
from channels.contract import Channel
from helpdesk.demo import sample_files
from helpdesk.demo.bot_api_twin import TOKEN
from helpdesk.demo.demo_calls import DESK_NUMBER, RECORDING, SOURCE
from helpdesk.demo.demo_customers import ACCOUNT, SITE
from helpdesk.demo.story_script import SHOP, SUPPORT
from helpdesk.settings import Settings
from helpdesk.sla import policies

ALWAYS = {
    "tz": "Asia/Tehran",
    "official_holidays": False,
    "week": {day: [["00:00", "24:00"]] for day in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")},
}


@dataclass(frozen=True)
class Places:
    """Where the demo is: its folder, its ports, and the secret its switchboard signs with."""

    folder: Path
    port: int
    mail_port: int
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def address(self) -> str:
        """Of its pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def outgoing(self) -> Path:
        """Mails that the desk sent."""
        return self.folder / "outgoing"

    @property
    def texts(self) -> Path:
        """Text messages that the desk sent."""
        return self.folder / "texts"

    @property
    def recordings(self) -> Path:
        """The switchboard's folder of sounds."""
        return self.folder / "recordings"

    @property
    def secret_file(self) -> Path:
        """The secret, for `run.py phone send`."""
        return self.folder / "phone.secret"

    @property
    def address_file(self) -> Path:
        """Says where the demo is while it runs."""
        return self.folder / "address"

    @property
    def originate(self) -> str:
        """Where its switchboard is asked to call somebody."""
        return f"{self.address}/demo/originate/{self.secret}"

    @property
    def recording(self) -> str:
        """Where the sound of its calls can be fetched."""
        return f"{self.address}/demo/recordings/{RECORDING}"


def settings_for(places: Places) -> Settings:
    """The settings of a demo."""
    return Settings.model_validate(
        {
            "desk": {"name": SHOP, "public_url": places.address},
            "data": {"folder": places.folder},
            "database": {"url": f"sqlite:///{places.folder / 'desk.db'}"},
            "web": {"port": places.port},
            "survey": {"delay_minutes_by_channel": {}},
            "sign_in": {"link_minutes": 24 * 60},
        }
    )


def sla() -> policies.SlaConfig:
    """The usual promises, at every hour: whoever opens the demo at night sees clocks that run as well."""
    return policies.read({"calendar": {"written": ALWAYS, "phone": ALWAYS}})


def _sections(places: Places, bot_api: str) -> Mapping[str, dict[str, Any]]:
    """What `[channels.*]` of the demo's settings would say."""
    return {
        "email": {
            "enabled": True,
            "deliver": f"folder:{places.outgoing}",
            "mailboxes": [{"name": ACCOUNT, "address": SUPPORT, "display_name": SHOP}],
            "receiver": {"enabled": True, "protocol": "smtp", "port": places.mail_port},
        },
        "telegram": {"enabled": True, "bots": [{"name": SITE, "api": bot_api, "commands": False}]},
        "webchat": {
            "enabled": True,
            "folder": str(places.folder / "webchat"),
            "sites": [{"name": SITE, "origins": [places.address, f"http://localhost:{places.port}"]}],
        },
        "phone": {
            "enabled": True,
            "own_numbers": [DESK_NUMBER],
            "sources": [
                {
                    "name": SOURCE,
                    "provider": "generic",
                    "recordings_folder": str(places.recordings),
                    "recordings_root": "/demo/recordings/",
                }
            ],
            "sms": {"driver": "folder", "folder": str(places.texts)},
            "originate": {"url": places.originate},
            "survey": {"since": "00:00", "until": "23:59"},
        },
    }


def channels(places: Places, bot_api: str) -> dict[str, Channel]:
    """All four, on this machine alone. `bot_api`: where the bot's twin listens."""
    places.recordings.mkdir(parents=True, exist_ok=True)
    (places.recordings / RECORDING).write_bytes(sample_files.sound())
    env = {
        f"PASOKH_TELEGRAM_{SITE.upper()}_TOKEN": TOKEN,
        f"PASOKH_PHONE_{SOURCE.upper()}_SECRET": places.secret,
    }
    made: dict[str, Channel] = {}
    for name, own in _sections(places, bot_api).items():
        kind: Any = registry.load(name)
        made[name] = kind(kind.Settings.model_validate(own), env=env)
    return made
