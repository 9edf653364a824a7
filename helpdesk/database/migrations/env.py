"""What Alembic runs: always on a connection that is handed over, always in its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from helpdesk.database.metadata import Id, Json, Moment, metadata


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own column types by their names."""
    if kind == "type" and isinstance(item, Moment):
        autogen.imports.add("from helpdesk.database.metadata import Moment")
        return "Moment()"
    if kind == "type" and (item is Id or item is Json):
        name = "Id" if item is Id else "Json"
        autogen.imports.add(f"from helpdesk.database.metadata import {name}")
        return name
    return False


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare: Any) -> bool:
    """Full-text tables are made by hand."""
    return not (kind == "table" and name is not None and name.startswith("words"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render,
    include_object=ours,
    transaction_per_migration=False,
    render_as_batch=False,
)
context.run_migrations()
