"""An event of the timeline: a change of a ticket, and the JSON it is stored as.

It is stored as the JSON of an entry of the kind `change`: its `name` under the key "change", its fields under
their own names (`previous` as "from"). A field whose default is None is left out while it is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Self

_KEYS = {"previous": "from"}  # what is no name in Python


@dataclass(frozen=True)
class Event:
    """A change of a ticket. Build one of its subclasses."""

    name: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """What the entry stores."""
        stored: dict[str, Any] = {"change": self.name}
        for attribute, key, optional, _ in _fields(type(self)):
            value = getattr(self, attribute)
            if value is not None or not optional:
                stored[key] = value
        return stored

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The event that `to_json` stored. Raises KeyError when a field it can't do without is missing."""
        given = {attribute: data[key] for attribute, key, _, needed in _fields(cls) if needed or key in data}
        return cls(**given)


_FIELDS: dict[type, Sequence[tuple[str, str, bool, bool]]] = {}


def _fields(event: type[Event]) -> Sequence[tuple[str, str, bool, bool]]:
    """(attribute, key, left out while None, needed) of every field."""
    if event not in _FIELDS:
        _FIELDS[event] = _read_fields(event)
    return _FIELDS[event]


def _read_fields(event: type[Event]) -> Sequence[tuple[str, str, bool, bool]]:
    return [
        (item.name, _KEYS.get(item.name, item.name), item.default is None, item.default is MISSING)
        for item in fields(event)
    ]
