"""Restore of a backup into an empty installation: verified against its manifest, whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, inspect

from helpdesk.database import migrate
from helpdesk.database.engine import open_database
from helpdesk.errors import DeskError
from helpdesk.files.file_store import FileStore
from helpdesk.maintenance import manifest, postgres_tools
from helpdesk.maintenance.manifest import FACTS, Manifest
from helpdesk.settings import Settings

FILE = re.compile(r"files/([0-9a-f]{64})")
Progress = Callable[[int, int], None]


async def restore(settings: Settings, archive: Path, *, progress: Progress) -> Manifest:
    """Restore an archive into the empty installation of `settings`. Raises DeskError; then it is still empty."""
    url, data = settings.database.url, settings.data.folder
    await _check_empty(url, data)
    with _opened(archive) as tar:
        made = await asyncio.to_thread(read_manifest, tar)
        _check_fits(made, url)
        await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
        work = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=".pasokh-restore-", dir=data))
        try:
            await asyncio.to_thread(_unpack, tar, made, work, progress)
            await _place(made, work, url, data)
        finally:
            await asyncio.to_thread(shutil.rmtree, work)
    return made


async def _check_empty(url: str, data: Path) -> None:
    path = Path(url.partition("///")[2])
    if url.startswith("sqlite"):
        if await asyncio.to_thread(path.exists):
            raise DeskError(f"There is a database at {path} already. A backup is restored into an empty place only.")
    else:
        database = await open_database(url)
        try:
            if await database.read(_tables):
                raise DeskError("This database has tables already. A backup is restored into an empty one only.")
        finally:
            await database.close()
    for place in (data / "files", data / "secret"):
        if await asyncio.to_thread(_holds_something, place):
            raise DeskError(f"There is something at {place} already. A backup is restored into an empty place only.")


def _tables(tx: Connection) -> list[str]:
    return inspect(tx).get_table_names()


def _holds_something(place: Path) -> bool:
    return any(place.iterdir()) if place.is_dir() else place.exists()


@contextlib.contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        tar = tarfile.open(archive, "r:")  # noqa: SIM115 - closed below; only opening errors are translated
    except FileNotFoundError:
        raise DeskError(f"There is no file {archive}.") from None
    except (tarfile.TarError, OSError) as error:
        raise DeskError(f"{archive} is no backup: {error}.") from None
    with tar:
        yield tar


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """The manifest of an archive. Raises DeskError when the archive is truncated."""
    try:
        return Manifest.from_json(_member(tar, manifest.NAME).read())
    except (tarfile.TarError, OSError, EOFError):
        raise DeskError("This backup broke off: it has no manifest.") from None


def _member(tar: tarfile.TarFile, name: str) -> BinaryIO:
    try:
        source = tar.extractfile(name)
    except KeyError:
        source = None
    if source is None:
        raise DeskError(f"This backup is not complete: it has no {name}.")
    return source  # type: ignore[return-value]  # reads like one


def _check_fits(made: Manifest, url: str) -> None:
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if made.kind != kind:
        raise DeskError(f"This is a backup of {made.kind}, and the settings name {kind}.")
    if made.revision > migrate.newest():
        raise DeskError(
            f"This backup is at revision {made.revision}, and this program knows {migrate.newest()}. "
            "Restore it with the newer program."
        )


def _unpack(tar: tarfile.TarFile, made: Manifest, work: Path, progress: Progress) -> None:
    """Extract the expected members only; each must match its checksum."""
    _extract(_member(tar, manifest.DATABASES[made.kind]), work / "database", made.database_sha256)
    files, count, size = FileStore(work / "files"), 0, 0
    files.folder.mkdir()
    for member in tar:
        name = FILE.fullmatch(member.name)
        if name is None or not member.isfile():
            continue
        target = files.path(name[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        _extract(_member(tar, member.name), target, name[1])
        count, size = count + 1, size + member.size
        progress(count, made.files)
    if (count, size) != (made.files, made.file_bytes):
        raise DeskError(f"This backup is not complete: {count} of {made.files} files are in it.")
    if manifest.SECRET in tar.getnames():
        _extract(_member(tar, manifest.SECRET), work / "secret", None)


def _extract(source: BinaryIO, target: Path, digest: str | None) -> None:
    counted = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := source.read(manifest.PIECE):
            counted.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if digest is not None and counted.hexdigest() != digest:
        raise DeskError("This backup is damaged: a content in it is not what it was.")


async def _place(made: Manifest, work: Path, url: str, data: Path) -> None:
    """Move files and key first, the database last: without a database an installation counts as empty."""
    files = data / "files"
    await asyncio.to_thread(files.mkdir, exist_ok=True)
    await asyncio.to_thread((work / "files").replace, files)  # over an empty folder
    try:
        if await asyncio.to_thread((work / "secret").exists):
            await asyncio.to_thread((work / "secret").replace, data / "secret")
        if made.kind == "sqlite":
            path = Path(url.partition("///")[2])
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(_move_new, work / "database", path)
        else:
            await postgres_tools.load(url, work / "database")
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, files)
        await asyncio.to_thread((data / "secret").unlink, missing_ok=True)
        raise
    await _check_counts(made, url)
    await migrate.bring_up(url)


def _move_new(source: Path, target: Path) -> None:
    """Move a file to a folder that may be on another disk, without overwriting."""
    draft = target.with_name(f".{target.name}.restored")
    shutil.copyfile(source, draft)
    draft.chmod(0o600)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise DeskError(f"There is a database at {target} already, made this moment.") from None
    finally:
        draft.unlink()


async def _check_counts(made: Manifest, url: str) -> None:
    database = await open_database(url)
    try:
        async with database.stream(FACTS) as rows:
            counts = manifest.counts_of(await anext(rows))
    finally:
        await database.close()
    if counts != made.counts:
        raise DeskError(f"The restored database holds {counts}, and the backup had {made.counts}.")
