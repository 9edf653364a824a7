"""Backup and restore: a running desk is restored completely, or the archive is refused and nothing changes."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import stat
import tarfile

import pytest
from sqlalchemy import func, select

from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.errors import DeskError
from helpdesk.maintenance import backup, manifest, postgres_tools, restore
from helpdesk.settings import Settings
from helpdesk.tickets.models import attachments, tickets
from tests.support.desk.desk_story import MONDAY, story


def nothing(_done, _total):
    """No progress shown."""


def settings_for(url, folder):
    return Settings.model_validate({"database": {"url": url}, "data": {"folder": folder}})


@pytest.fixture
def here(database_url, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret").write_text("k" * 40)
    return settings_for(database_url, tmp_path / "data")


@pytest.fixture
def elsewhere(database_url, tmp_path, request):
    """An empty installation on the same engine."""
    if database_url.startswith("sqlite"):
        yield settings_for(f"sqlite:///{tmp_path / 'other' / 'desk.db'}", tmp_path / "other")
        return
    server = request.getfixturevalue("postgres_server")
    url = server.fresh(empty=True)
    yield settings_for(url, tmp_path / "other")
    server.drop(url)


@pytest.fixture
async def archive(database, here, tmp_path):
    """A backup of a desk with three tickets and a file."""
    desk = story(database, here.data.folder)
    for n in range(3):
        await desk.writes(f"matter {n}", sender=f"c{n}@customers.example")
    digest = desk.app.files.store(b"a picture")
    await database.write(hang, digest)
    await backup.back_up(here, tmp_path / "desk.tar", now=MONDAY, progress=nothing)
    return tmp_path / "desk.tar"


def hang(tx, digest):
    values = {"name": "a.png", "content_type": "image/png", "size": 9, "hash": digest, "created_at": MONDAY}
    tx.execute(attachments.insert().values(entry_id=1, ticket_id=1, **values))


async def count(url):
    database = await open_database(url)
    try:
        return await database.read(lambda tx: tx.execute(select(func.count()).select_from(tickets)).scalar_one())
    finally:
        await database.close()


def changed(archive, target, change):
    """The archive with its members' contents changed by `change(name, content)`; None leaves one out."""
    with tarfile.open(archive) as tar, tarfile.open(target, "w") as out:
        for member in tar:
            content = change(member.name, tar.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                out.addfile(member, io.BytesIO(content))
    return target


def with_manifest(archive, target, **values):
    def change(name, content):
        return json.dumps({**json.loads(content), **values}).encode() if name == manifest.NAME else content

    return changed(archive, target, change)


async def test_a_backup_restores_files_and_key(archive, here, elsewhere):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    made = await restore.restore(elsewhere, archive, progress=nothing)
    assert made.counts["tickets"] == 3
    assert made.revision == migrate.newest()
    assert await count(elsewhere.database.url) == 3
    assert (elsewhere.data.folder / "secret").read_text() == "k" * 40
    desk_files = [path for path in (elsewhere.data.folder / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in desk_files] == [b"a picture"]
    assert not [path for path in elsewhere.data.folder.iterdir() if path.name.startswith(".")]
    assert not [path for path in archive.parent.iterdir() if path.name.startswith(".pasokh")]


async def test_a_restored_desk_works(archive, elsewhere):
    await restore.restore(elsewhere, archive, progress=nothing)
    database = await open_database(elsewhere.database.url)
    try:
        assert await story(database, elsewhere.data.folder).writes("another", sender="d@customers.example", id="n") == 4
    finally:
        await database.close()


async def test_a_backup_is_restored_into_an_empty_installation_only(archive, here, elsewhere):
    with pytest.raises(DeskError, match="empty"):
        await restore.restore(here, archive, progress=nothing)
    (elsewhere.data.folder / "files" / "aa").mkdir(parents=True)
    with pytest.raises(DeskError, match="files already"):
        await restore.restore(elsewhere, archive, progress=nothing)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, content: content + b"x" if name.startswith("database") else content, "damaged"),
        (lambda name, content: b"another one" if name.startswith("files/") else content, "damaged"),
        (lambda name, content: None if name.startswith("files/") else content, "0 of 1 files"),
        (lambda name, content: None if name.startswith("database") else content, "has no database"),
        (lambda name, content: None if name == manifest.NAME else content, "has no manifest"),
    ],
    ids=["database", "file", "no file", "no database", "no manifest"],
)
async def test_a_damaged_archive_is_refused_and_leaves_nothing(archive, elsewhere, tmp_path, change, words):
    with pytest.raises(DeskError, match=words):
        await restore.restore(elsewhere, changed(archive, tmp_path / "bad.tar", change), progress=nothing)
    folder = elsewhere.data.folder
    assert not folder.exists() or list(folder.iterdir()) == []
    await restore.restore(elsewhere, archive, progress=nothing)


async def test_a_truncated_or_foreign_archive_is_refused(archive, elsewhere, tmp_path):
    content = archive.read_bytes()
    for length in (0, 100, 600, len(content) // 2, len(content) - 12_000):
        (tmp_path / "cut.tar").write_bytes(content[:length])
        with pytest.raises(DeskError):
            await restore.restore(elsewhere, tmp_path / "cut.tar", progress=nothing)
    (tmp_path / "none.tar").write_text("not an archive" * 100)
    with pytest.raises(DeskError, match="no backup"):
        await restore.restore(elsewhere, tmp_path / "none.tar", progress=nothing)


async def test_a_newer_revision_or_another_engine_is_refused(archive, elsewhere, tmp_path):
    newer = with_manifest(archive, tmp_path / "newer.tar", revision="9999")
    with pytest.raises(DeskError, match="newer program"):
        await restore.restore(elsewhere, newer, progress=nothing)
    other = with_manifest(archive, tmp_path / "other.tar", kind="oracle")
    with pytest.raises(DeskError, match="backup of oracle"):
        await restore.restore(elsewhere, other, progress=nothing)
    later = with_manifest(archive, tmp_path / "later.tar", format=99)
    with pytest.raises(DeskError, match="newer program"):
        await restore.restore(elsewhere, later, progress=nothing)


async def test_an_older_revision_is_migrated(tmp_path):
    old = settings_for(f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "old")
    await migrate.bring_up(old.database.url, "0002")
    made = await backup.back_up(old, tmp_path / "old.tar", now=MONDAY, progress=nothing)
    assert made.revision == "0002"
    new = settings_for(f"sqlite:///{tmp_path / 'new' / 'desk.db'}", tmp_path / "new")
    await restore.restore(new, tmp_path / "old.tar", progress=nothing)
    assert migrate.shape_of(tmp_path / "new" / "desk.db") == migrate.newest()


async def test_missing_and_damaged_files_are_reported(database, here, tmp_path, elsewhere):
    desk = story(database, here.data.folder)
    await desk.writes()
    gone, bad = (desk.app.files.store(each) for each in (b"gone", b"bad"))
    for digest in (gone, bad):
        await database.write(hang, digest)
    desk.app.files.path(gone).unlink()
    desk.app.files.path(bad).write_bytes(b"rotten")
    made = await backup.back_up(here, tmp_path / "desk.tar", now=MONDAY, progress=nothing)
    assert (made.missing, made.damaged, made.files) == ([gone], [bad], 0)
    await restore.restore(elsewhere, tmp_path / "desk.tar", progress=nothing)


async def test_a_backup_overwrites_nothing_and_a_failed_one_leaves_no_file(archive, here, tmp_path, monkeypatch):
    before = archive.read_bytes()
    with pytest.raises(DeskError, match="exists already"):
        await backup.back_up(here, archive, now=MONDAY, progress=nothing)
    assert archive.read_bytes() == before

    def broken(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_pack", broken)
    with pytest.raises(OSError, match="No space"):
        await backup.back_up(here, tmp_path / "second.tar", now=MONDAY, progress=nothing)
    assert not (tmp_path / "second.tar").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".pasokh")]


async def test_a_backup_includes_the_wal(empty_desk, tmp_path):
    shutil.copy(empty_desk, tmp_path / "desk.db")
    here = settings_for(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path)
    database = await open_database(here.database.url)
    try:
        desk = story(database, tmp_path)
        for n in range(5):
            await desk.writes(f"matter {n}", sender=f"c{n}@customers.example")
        shutil.copy(tmp_path / "desk.db", tmp_path / "mere-copy.db")
        made = await backup.back_up(here, tmp_path / "desk.tar", now=MONDAY, progress=nothing)
    finally:
        await database.close()
    with sqlite3.connect(tmp_path / "mere-copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    assert made.counts["tickets"] == 5


async def test_a_backup_completes_during_continuous_writes(empty_desk, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "PAGES", 1)  # many steps, so that commits happen in between
    shutil.copy(empty_desk, tmp_path / "desk.db")
    here = settings_for(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path)
    database, stop, steps = await open_database(here.database.url), asyncio.Event(), []
    desk = story(database, tmp_path)

    async def write():
        n = 0
        while not stop.is_set():
            n += 1
            await desk.writes(f"matter {n}", sender=f"c{n}@customers.example")

    writing = asyncio.create_task(write())
    try:
        async with asyncio.timeout(60):
            await backup.back_up(
                here, tmp_path / "desk.tar", now=MONDAY, progress=lambda done, total: steps.append((done, total))
            )
    finally:
        stop.set()
        await writing
        await database.close()
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_the_password_is_passed_in_the_environment_only():
    variables = postgres_tools.environment("postgresql://desk:s%40cret@db:5433/helpdesk?ssl=require")
    assert variables == {
        "PGHOST": "db", "PGPORT": "5433", "PGUSER": "desk", "PGPASSWORD": "s@cret", "PGDATABASE": "helpdesk",
        "PGSSLMODE": "require",
    }  # fmt: skip


async def test_a_missing_program_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeskError, match="pg_dump is not on the PATH"):
        await postgres_tools.dump("postgresql://desk:hunter2@db/desk", tmp_path / "x", snapshot="1")


async def test_a_refused_login_is_reported_without_the_password(tmp_path):
    with pytest.raises(DeskError, match="pg_dump failed") as refused:
        await postgres_tools.dump("postgresql://desk:hunter2@127.0.0.1:1/desk", tmp_path / "x", snapshot="1")
    assert "hunter2" not in str(refused.value)
