"""The channel registry: finds channels by looking at the folder."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from channels.contract import Channel

HERE = Path(__file__).parent


def names(folder: Path = HERE) -> list[str]:
    """The names of the channels there are, without loading them."""
    return sorted(path.parent.name for path in folder.glob("*/channel.py"))


def load(name: str, folder: Path = HERE) -> type[Channel]:
    """One channel. Raises TypeError when its `channel.py` has no class `Channel` named like the folder."""
    return _load(folder, name)


def find(folder: Path = HERE) -> dict[str, type[Channel]]:
    """Every channel of `folder`, by name, in alphabetical order.

    Raises TypeError when a folder has a `channel.py` without a class `Channel` named like the folder.
    """
    return {name: _load(folder, name) for name in names(folder)}


def _load(folder: Path, name: str) -> type[Channel]:
    if folder == HERE:
        module = importlib.import_module(f"channels.{name}.channel")
    else:
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        module = importlib.import_module(f"{name}.channel")
    kind = getattr(module, "Channel", None)
    if not (isinstance(kind, type) and issubclass(kind, Channel) and kind is not Channel and kind.name == name):
        raise TypeError(
            f"channels/{name}/channel.py must define a class Channel(contract.Channel) with name = {name!r}"
        )
    return kind
