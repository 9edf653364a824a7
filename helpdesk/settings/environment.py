"""Settings from environment variables: two underscores descend a level, `_FILE` reads the value from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpdesk.errors import Invalid

PREFIX = "PASOKH_"


def overlay(values: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Apply the environment to `values`; returns the variable behind each setting.

    `PASOKH_<CHANNEL>_…` of a configured channel is left to the channel. Raises Invalid.
    """
    named = {}
    own = tuple(f"{PREFIX}{channel.upper()}_" for channel in values.get("channels", ()))  # channels read these
    for variable in sorted(name for name in environment if name.startswith(PREFIX) and not name.startswith(own)):
        path, text = variable.removeprefix(PREFIX).lower().split("__"), environment[variable]
        if len(path) == 1 and path[0].partition("_")[0] in values.get("channels", {}):
            continue  # a channel's own secret, which only the channel reads
        if path[-1].endswith("_file"):
            path[-1], text = path[-1].removesuffix("_file"), _content(variable, text)
        _put(values, path, text, variable)
        named[".".join(path)] = variable
    return named


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{variable} names a file that can't be read: {path} ({type(error).__name__}).") from None


def _put(values: Any, path: list[str], text: str, variable: str) -> None:
    for here in path[:-1]:
        values = _step(values, here, variable)
    if isinstance(values, dict):
        values[path[-1]] = _value(text)
    else:
        _step(values, path[-1], variable)
        values[int(path[-1])] = _value(text)


def _step(values: Any, key: str, variable: str) -> Any:
    if isinstance(values, dict):
        return values.setdefault(key, {})
    if isinstance(values, list) and key.isdigit() and int(key) < len(values):
        return values[int(key)]
    raise Invalid(f"{variable} in the environment names no setting: there is no {key} to set.")


def _value(text: str) -> Any:
    """Lists and tables as in TOML, everything else as text: pydantic converts it."""
    if text.startswith(("[", "{")):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    return text
