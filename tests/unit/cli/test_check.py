"""`run.py check` changes nothing."""

from __future__ import annotations

from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from helpdesk.cli.check import outcomes


async def test_check_creates_no_database(tmp_path: Path) -> None:
    file, place = tmp_path / "helpdesk.toml", tmp_path / "data" / "desk.db"
    file.write_text(f'[data]\nfolder = "{tmp_path / "data"}"\n[database]\nurl = "sqlite:///{place}"\n')
    found = {what: problem async for what, problem in outcomes(file)}
    assert found[f"database sqlite:///{place}"] is None
    assert not place.exists()


async def database_outcome(tmp_path: Path, url: str) -> str | None:
    file = tmp_path / "helpdesk.toml"
    file.write_text(f'[data]\nfolder = "{tmp_path / "data"}"\n[database]\nurl = "{url}"\n')
    return next(problem for what, problem in [item async for item in outcomes(file)] if what.startswith("database "))


async def test_check_makes_the_connections_of_a_running_desk(tmp_path: Path, database_url: str) -> None:
    assert await database_outcome(tmp_path, database_url) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_notices_that_do_not_arrive_are_told(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = asyncpg.Connection.add_listener

    async def elsewhere(line: asyncpg.Connection, channel: str, heard: object) -> None:  # as behind a pooler
        await listen(line, f"{channel}_of_another", heard)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", elsewhere)
    assert "pool_mode = session" in str(await database_outcome(tmp_path, database_url))
