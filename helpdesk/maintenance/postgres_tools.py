"""pg_dump and pg_restore as child processes. Credentials are passed in their environment, never as arguments."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from helpdesk.errors import DeskError


async def dump(url: str, target: Path, *, snapshot: str) -> None:
    """Write the database as an exported snapshot shows it. Raises DeskError."""
    await _run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", "--file", str(target))


async def load(url: str, source: Path) -> None:
    """Fill an empty database from a dump, whole or not at all. Raises DeskError."""
    name = make_url(url).database or ""
    await _run("pg_restore", url, "--single-transaction", "--exit-on-error", f"--dbname={name}", str(source))


async def _run(program: str, url: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise DeskError(f"{program} is not on the PATH. It comes with the client programs of PostgreSQL.")
    process = await asyncio.create_subprocess_exec(
        path, "--no-password", "--no-owner", "--no-privileges", *arguments,
        env={**os.environ, **environment(url)}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = complaint.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise DeskError(f"{program} failed: {lines[0]}")


def environment(url: str) -> Mapping[str, str]:
    """A database URL as libpq's environment variables."""
    parts = make_url(url)
    query = {name: value if isinstance(value, str) else value[0] for name, value in parts.query.items()}
    values = {
        "PGHOST": parts.host or query.get("host"),
        "PGPORT": str(parts.port) if parts.port else query.get("port"),
        "PGUSER": parts.username or query.get("user"),
        "PGPASSWORD": str(parts.password) if parts.password else query.get("password"),
        "PGDATABASE": parts.database,
        "PGSSLMODE": query.get("ssl") or query.get("sslmode"),
    }
    return {name: value for name, value in values.items() if value}
