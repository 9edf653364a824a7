"""Brings a database to the newest shape, from empty or from any earlier one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"


def config(tx: Connection | None = None) -> Config:
    """Alembic's settings, without a file. Alembic is loaded only when there is something to do."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = tx
    return made


def newest() -> str:
    """The newest revision there is: the files are numbered."""
    return max(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def current(tx: Connection) -> str | None:
    """The revision a database has; None: it is empty."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    revision: str | None = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def upgrade(tx: Connection, revision: str = "head") -> None:
    """Run what is missing, in this transaction."""
    if current(tx) == (newest() if revision == "head" else revision):
        return
    from alembic import command

    command.upgrade(config(tx), revision)


async def bring_up(url: str, revision: str = "head") -> None:
    """Open the database at `url`, bring it to `revision`, and close it again."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        await asyncio.to_thread(_sqlite, Path(rest[1:]), revision)
        return
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(f"postgresql+asyncpg://{rest}")
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7270653)")  # two starts, one upgrade
            await connection.run_sync(upgrade, revision)
    finally:
        await engine.dispose()


def _sqlite(path: Path, revision: str) -> None:
    from helpdesk.database.sqlite import engine_for

    path.parent.mkdir(parents=True, exist_ok=True)
    engine = engine_for(path, begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as tx:
            upgrade(tx, revision)
    finally:
        engine.dispose()


def shape_of(path: Path) -> str | None:
    """The revision of a SQLite file; None: there is none yet. Slow: call it in a thread."""
    if not path.exists():
        return None
    from helpdesk.database.sqlite import engine_for

    engine = engine_for(path, begin="BEGIN")
    try:
        with engine.begin() as tx:
            return current(tx)
    finally:
        engine.dispose()
