"""`run.py db`, `backup` and `restore` beside a running desk, and their error messages."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest
from typer.testing import CliRunner

from helpdesk.app import standalone_database
from helpdesk.cli import app
from helpdesk.database.engine import open_database
from tests.support.desk.desk_story import story


@pytest.fixture
def desk(empty_desk, tmp_path):
    """The settings of a running desk with two tickets."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_desk, folder / "desk.db")
    write_settings(tmp_path / "helpdesk.toml", folder)

    async def fill():
        database = await open_database(f"sqlite:///{folder / 'desk.db'}")
        for n in range(2):
            await story(database, folder).writes(f"سفارش {n}", sender=f"c{n}@customers.example", id=f"m{n}")
        await database.close()

    asyncio.run(fill())
    with standalone_database(folder / "desk.db"):
        yield tmp_path / "helpdesk.toml"


def write_settings(file, folder, url=""):
    url = url or f"sqlite:///{folder / 'desk.db'}"
    file.write_text(f'[data]\nfolder = "{folder}"\n[database]\nurl = "{url}"\n')
    return file


def run(*arguments, config):
    done = CliRunner().invoke(app, [*map(str, arguments), "--config", str(config)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_a_running_desk_is_exported_reindexed_and_backed_up(desk, tmp_path):
    target = tmp_path / "tickets.jsonl"
    done = run("db", "export", "tickets", "--to", target, config=desk)
    assert done.exit_code == 0
    assert "Exporting tickets: 2 of 2 (100 %)" in done.stderr
    assert len([json.loads(line) for line in target.read_text().splitlines()]) == 2
    assert "سفارش" in run("db", "export", "entries", "--as", "csv", "--to", "-", config=desk).stdout
    assert "The search is rebuilt" in run("db", "reindex", config=desk).stdout
    done = run("backup", tmp_path / "desk.tar", config=desk)
    assert "holds 2 tickets" in done.stdout
    assert "Copying the database" in done.stderr
    other = write_settings(tmp_path / "other.toml", tmp_path / "other")
    assert "Restored: 2 tickets" in run("restore", tmp_path / "desk.tar", config=other).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("db", "export", "people"), "There is no people to export"),
        (("db", "export", "tickets", "--as", "xls"), "There is no format xls"),
        (("db", "export", "tickets", "--to", "/nowhere/tickets"), "/nowhere/tickets can't be written"),
        (("backup", "/nowhere/desk.tar"), "There is no folder /nowhere"),
        (("restore", "/nowhere/desk.tar"), "already"),
    ],
    ids=lambda each: " ".join(each[:2]) if isinstance(each, tuple) else "",
)
def test_errors_are_one_sentence(desk, arguments, words):
    done = run(*arguments, config=desk)
    assert done.exit_code == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("db", "reindex"), ("db", "export", "tickets", "--to", "-"), ("backup", "x.tar")]
)
def test_commands_on_a_missing_database_say_so(tmp_path, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments, config=write_settings(tmp_path / "helpdesk.toml", tmp_path / "data"))
    assert (done.exit_code, "There is no database at" in done.stderr) == (1, True)
    assert not (tmp_path / "data" / "desk.db").exists()


@pytest.mark.parametrize("arguments", [("db", "export", "tickets", "--to", "-"), ("backup", "x.tar")])
def test_an_unreachable_database_is_named_without_its_password(tmp_path, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = write_settings(tmp_path / "helpdesk.toml", tmp_path, "postgresql://desk:hunter2@127.0.0.1:1/desk")
    done = run(*arguments, config=config)
    assert (done.exit_code, "The database does not answer" in done.stderr) == (1, True)
    assert "hunter2" not in done.output
