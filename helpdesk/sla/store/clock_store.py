"""Writing one clock: anew, or only what changed of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, update

from helpdesk.database.dialect import put
from helpdesk.database.fast_insert import FastInsert
from helpdesk.database.metadata import Row
from helpdesk.sla.store.models import clocks

_NEW = FastInsert(clocks)


def store_clock(tx: Connection, before: Row | None, values: Mapping[str, Any]) -> None:
    """Make a clock have these values; `before` is the row that is there."""
    if before is None:
        put(tx, _NEW, values)
        return
    other = {name: value for name, value in values.items() if getattr(before, name) != value}
    if other:
        tx.execute(_setting(tuple(other)), {"key": before.id, **{f"v_{name}": value for name, value in other.items()}})


@cache
def _setting(names: tuple[str, ...]) -> Update:
    given = {name: bindparam(f"v_{name}", type_=clocks.c[name].type) for name in names}
    return update(clocks).where(clocks.c.id == bindparam("key")).values(**given)
