"""The enabled channels, constructed from their sections of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from channels import registry
from channels.contract import Channel
from helpdesk.errors import Invalid
from helpdesk.settings import Settings, validation_messages


def channels_of(settings: Settings, where: str, *, folder: Path = registry.HERE) -> dict[str, Channel]:
    """The enabled channels with their settings. Raises Invalid naming every faulty setting."""
    made: dict[str, Channel] = {}
    faults: list[Invalid] = []
    for name, raw in settings.channels.items():
        place = f"channels.{name}"
        if name not in (known := registry.names(folder)):
            near = validation_messages.near(name, known)
            faults.append(Invalid(f"The setting {place} in {where} names no channel there is{near or '.'}", place))
            continue
        if raw.get("enabled") is False:
            continue  # disabled channels are not imported
        kind = registry.load(name, folder)
        try:
            own = kind.Settings.model_validate(_behind_proxies(settings, raw, kind))
        except ValidationError as error:
            faults.append(validation_messages.explain(error, where, section=place, model=kind.Settings))
        else:
            made |= {name: kind(own)} if own.enabled else {}
    if faults:
        raise Invalid(" ".join(map(str, faults)), faults[0].field)
    return made


def _behind_proxies(settings: Settings, raw: Mapping[str, Any], kind: type[Channel]) -> Mapping[str, Any]:
    """A channel with pages of its own stands behind the same proxies as the desk; its own list adds to them."""
    own = raw.get("trusted_proxies", [])
    if "trusted_proxies" not in kind.Settings.model_fields or not isinstance(own, list):
        return raw
    return {**raw, "trusted_proxies": [*dict.fromkeys([*settings.web.trusted_proxies, *own])]}
