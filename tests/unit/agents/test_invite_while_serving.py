"""`run.py invite` beside a running desk."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpdesk import clock
from helpdesk.agents import actions, queries
from helpdesk.agents.hashing import token_hash
from helpdesk.app import standalone_database
from helpdesk.cli import app as program
from helpdesk.database.engine import open_database


@pytest.fixture
def desk(tmp_path: Path, empty_desk: Path) -> Path:
    """The folder of a SQLite desk with its settings file."""
    place = tmp_path / "desk.db"
    shutil.copy(empty_desk, place)
    (tmp_path / "helpdesk.toml").write_text(f'[database]\nurl = "sqlite:///{place}"\n', "utf-8")
    return place


def invite(desk: Path, *more: str) -> tuple[int, str]:
    asked = ["invite", "sara@desk.example", "--config", str(desk.with_name("helpdesk.toml")), *more]
    result = CliRunner().invoke(program, asked)
    return result.exit_code, result.output


def token(printed: str) -> str:
    found = re.search(r"/sign-in/link/(\S+)", printed)
    assert found is not None, printed
    return found[1]


def test_a_person_is_invited_and_gets_a_new_link_while_the_desk_runs(desk: Path):
    with standalone_database(desk):
        first = invite(desk, "--name", "Sara", "--role", "supervisor")
        second = invite(desk)
    assert (first[0], second[0]) == (0, 0)
    assert token(first[1]) != token(second[1])


async def test_a_running_desk_accepts_the_invited_person(desk: Path):
    database = await open_database(f"sqlite:///{desk}")
    try:
        with standalone_database(desk):
            await database.write(actions.new_team, name="Support", now=datetime(2026, 3, 1, tzinfo=UTC), by=None)
            assert await database.read(queries.everybody) == []
            made = await asyncio.to_thread(invite, desk, "--name", "Sara")
            person = await database.read(queries.link, token_hash=token_hash(token(made[1])), now=clock.now())
            await database.write(actions.new_team, name="Sales", now=datetime(2026, 3, 1, tzinfo=UTC), by=person.id)
        assert person.name == "Sara"
    finally:
        await database.close()


def test_the_command_creates_a_missing_database(desk: Path):
    desk.unlink()
    assert invite(desk, "--name", "Sara")[0] == 0


def test_the_command_does_not_migrate_below_a_running_desk(desk: Path):
    with sqlite3.connect(desk) as file:
        file.execute("UPDATE alembic_version SET version_num = '0000'")
    with standalone_database(desk):
        code, printed = invite(desk)
    assert code == 1
    assert "Start it again first" in printed


def test_a_disabled_person_gets_no_link_from_the_command_line(desk: Path):
    invite(desk)
    with sqlite3.connect(desk) as file:
        file.execute("UPDATE people SET disabled_at = created_at")
    code, printed = invite(desk)
    assert code == 1
    assert "Let them in again first" in printed
