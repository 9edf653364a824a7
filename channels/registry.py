"""Finds the channels by looking at the folder."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from channels.contract import Channel

HERE = Path(__file__).parent


def find(folder: Path = HERE) -> dict[str, type[Channel]]:
    """Every channel of `folder`, by name, in alphabetical order.

    Raises TypeError when a folder has a `channel.py` without a class `Channel` named like the folder.
    """
    found = {}
    for path in sorted(folder.glob("*/channel.py")):
        name = path.parent.name
        found[name] = _load(folder, name)
    return found


def _load(folder: Path, name: str) -> type[Channel]:
    if folder == HERE:
        module = importlib.import_module(f"channels.{name}.channel")
    else:
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        module = importlib.import_module(f"{name}.channel")
    kind = getattr(module, "Channel", None)
    if not (isinstance(kind, type) and issubclass(kind, Channel) and kind is not Channel and kind.name == name):
        raise TypeError(f"channels/{name}/channel.py must define a class Channel(contract.Channel) with name = {name!r}")
    return kind
