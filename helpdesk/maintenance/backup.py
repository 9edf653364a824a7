"""Backup of a running desk: one tar of the database, the files it references, and a manifest.

The database is copied first. Files are named by their content and are only ever added, so each file the copy
references still exists afterwards. The desk's secret key is included: links and reply addresses are signed with it.
So only its owner can read the archive (mode 0600).
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiosqlite
from sqlalchemy import func, select

from helpdesk import __version__
from helpdesk.database.engine import Database, open_database
from helpdesk.database.metadata import STREAM_ROWS, Row
from helpdesk.database.sqlite_stream import SqliteStreams
from helpdesk.errors import DeskError
from helpdesk.files.file_store import FileStore
from helpdesk.maintenance import manifest, postgres_tools
from helpdesk.maintenance.manifest import FACTS, Manifest
from helpdesk.settings import Settings
from helpdesk.tickets.models import attachments

PAGES = 2_000  # pages of a SQLite database per progress step
HASHES = select(attachments.c.hash).where(attachments.c.hash.is_not(None)).distinct().order_by(attachments.c.hash)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Packed:
    """Which files were archived, and which were missing or damaged."""

    files: int = 0
    file_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Copied:
    """A database copied to a file, with its FACTS and a source to stream its rows from."""

    kind: str
    facts: Row
    rows: Database | SqliteStreams


async def back_up(settings: Settings, target: Path, *, now: datetime, progress: Progress) -> Manifest:
    """Write a backup to `target`, which must not exist. Raises DeskError; then there is no file."""
    if await asyncio.to_thread(target.exists):
        raise DeskError(f"{target} exists already. A backup replaces nothing.")
    if not await asyncio.to_thread(target.parent.is_dir):
        raise DeskError(f"There is no folder {target.parent} to write the backup to.")
    work = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=".pasokh-backup-", dir=target.parent))
    try:
        async with _copied(settings.database.url, work / "database", progress) as copied:
            made = await _archive(work, copied, settings.data.folder, now)
        await asyncio.to_thread((work / "draft.tar").rename, target)
    finally:
        await asyncio.to_thread(shutil.rmtree, work)
    return made


@asynccontextmanager
async def _copied(url: str, copy: Path, progress: Progress) -> AsyncIterator[Copied]:
    if url.startswith("sqlite"):
        await copy_sqlite(Path(url.partition("///")[2]), copy, progress)
        streams = SqliteStreams(copy)
        try:
            async with streams.stream(FACTS) as rows:
                facts = await anext(rows)
            yield Copied("sqlite", facts, streams)
        finally:
            await streams.close()
        return
    database = await open_database(url)
    try:
        async with database.stream(FACTS.add_columns(func.pg_export_snapshot().label("snapshot"))) as rows:
            facts = await anext(rows)
            progress(0, 1)
            await postgres_tools.dump(url, copy, snapshot=facts.snapshot)
            progress(1, 1)
        yield Copied("postgresql", facts, database)
    finally:
        await database.close()


async def copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Copy a SQLite database with what is in its WAL, as it is now, while another process writes. Raises DeskError."""
    if not await asyncio.to_thread(source.exists):
        raise DeskError(f"There is no database at {source}.")
    address = f"{(await asyncio.to_thread(source.resolve)).as_uri()}?mode=rw"
    async with (
        aiosqlite.connect(address, uri=True, isolation_level=None) as here,
        aiosqlite.connect(target, isolation_level=None) as there,
    ):
        await here.execute("PRAGMA busy_timeout=10000")
        # A read transaction pins one snapshot: otherwise every commit of the desk would restart the copy.
        await here.execute("BEGIN")
        await here.execute_fetchall("SELECT count(*) FROM alembic_version")
        await here.backup(
            there, pages=PAGES, sleep=0.01, progress=lambda _status, left, total: progress(total - left, total)
        )
        await here.execute("ROLLBACK")
        await there.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it


async def _archive(work: Path, copied: Copied, data: Path, now: datetime) -> Manifest:
    copy, draft = work / "database", work / "draft.tar"
    digest, size = await asyncio.to_thread(manifest.digest_of_file, copy), copy.stat().st_size
    packed, files = Packed(), FileStore(data / "files")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            await asyncio.to_thread(tar.add, copy, manifest.DATABASES[copied.kind])
            if await asyncio.to_thread((data / "secret").exists):
                await asyncio.to_thread(tar.add, data / "secret", manifest.SECRET)
            async with copied.rows.stream(HASHES) as rows:
                portion: list[str] = []
                async for row in rows:
                    portion.append(row.hash)
                    if len(portion) == STREAM_ROWS:
                        await asyncio.to_thread(_pack, tar, files, portion, packed)
                        portion = []
                await asyncio.to_thread(_pack, tar, files, portion, packed)
            made = Manifest(
                kind=copied.kind,
                version=__version__,
                revision=copied.facts.revision,
                created_at=now.isoformat(),
                counts=manifest.counts_of(copied.facts),
                database_bytes=size,
                database_sha256=digest,
                files=packed.files,
                file_bytes=packed.file_bytes,
                missing=packed.missing,
                damaged=packed.damaged,
            )
            content = made.to_json()
            member = tarfile.TarInfo(manifest.NAME)
            member.size, member.mode, member.mtime = len(content), 0o600, int(now.timestamp())
            tar.addfile(member, io.BytesIO(content))
        out.flush()
        await asyncio.to_thread(os.fsync, out.fileno())
    return made


def _pack(tar: tarfile.TarFile, files: FileStore, digests: Sequence[str], packed: Packed) -> None:
    """Add files whose content matches their hash."""
    for digest in digests:
        path = files.path(digest)
        try:
            same = manifest.digest_of_file(path) == digest
        except FileNotFoundError:
            packed.missing.append(digest)
            continue
        if not same:
            packed.damaged.append(digest)
            continue
        tar.add(path, f"files/{digest}")
        packed.files += 1
        packed.file_bytes += path.stat().st_size
