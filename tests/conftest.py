"""What every test may ask for. A test that takes `database` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import helpdesk.app  # noqa: F401 - lays every table in the metadata
from helpdesk.database import migrate
from helpdesk.database.engine import Database, open_database
from tests.support.servers import postgres


@pytest.fixture(scope="session")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    asyncio.run(migrate.bring_up(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """One private server for all tests of this process."""
    if postgres.programs() is None and not postgres.required():
        pytest.skip("PostgreSQL is not installed: its half of the tests is left out")
    with postgres.running() as server:
        server.prepare(lambda url: asyncio.run(migrate.bring_up(url)))
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, empty_desk: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database at the newest revision."""
    if request.param == "sqlite":
        shutil.copy(empty_desk, tmp_path / "desk.db")
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    url = server.fresh()
    yield url
    server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database, open."""
    opened = await open_database(database_url)
    yield opened
    await opened.close()
