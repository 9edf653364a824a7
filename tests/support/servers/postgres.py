"""A private PostgreSQL server on a loopback port: started once per session, a fresh database per test from a template."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LONGEST_LIFE = 3600  # seconds; the server ends by itself if nobody ends it
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB",
        "autovacuum": "off", "jit": "off", "wal_level": "minimal", "max_wal_senders": "0"}  # fmt: skip

EMPTY = """
SET lock_timeout = '20s';
DO $$
DECLARE each text; used boolean; filled text[] := '{}';
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR each IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || each || ')' INTO used;
        IF used THEN filled := filled || each; END IF;
    END LOOP;
    IF array_length(filled, 1) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE'; END IF;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$;
"""


def programs() -> Path | None:
    """The folder of initdb and postgres, newest version first; None when PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: float(each.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def required() -> bool:
    """Whether a missing server fails the tests instead of skipping them."""
    return bool(os.environ.get("CI"))


class Postgres:
    """One running server. `url(name)` is what the desk is given."""

    def __init__(self, folder: Path, port: int) -> None:
        self.programs = folder
        self.port = port
        self._template: str | None = None
        self._made = 0
        self._lent: set[str] = set()
        self._clean: list[str] = []

    def url(self, name: str = "postgres") -> str:
        """The address of a database, for the desk."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def prepare(self, fill: Callable[[str], None]) -> None:
        """Create the template database once: `fill` creates the tables in it."""
        if self._template is None:
            self.sql('CREATE DATABASE "template_desk"')
            fill(self.url("template_desk"))
            self._template = "template_desk"

    def fresh(self, *, empty: bool = False) -> str:
        """The URL of a pristine database: like the template, or empty.

        Creating one is slow, so returned databases are emptied and reused.
        """
        if self._template is not None and not empty and self._clean:
            self._lent.add(self._clean[-1])
            return self._clean.pop()
        self._made += 1
        name = f"test_{self._made}"
        self.sql(
            f'CREATE DATABASE "{name}" TEMPLATE "{"template0" if empty or not self._template else self._template}"'
        )
        if self._template is not None and not empty:
            self._lent.add(self.url(name))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Return a database, whoever is still connected to it."""
        name = url.rpartition("/")[2]
        if url not in self._lent:
            self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        self._lent.remove(url)
        self.sql(EMPTY, name)
        self._clean.append(url)

    def sql(self, statement: str, name: str = "postgres") -> str:
        """Run a statement as the server's owner; returns psql's output."""
        done = subprocess.run(
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(name), "-c", statement],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """A server for as long as the block lasts. Raises FileNotFoundError when PostgreSQL is not installed."""
    tools = programs()
    if tools is None:
        raise FileNotFoundError("PostgreSQL is not installed; `make test` installs it, or: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pasokh-postgres-", dir=_in_memory()))
    data, log = folder / "data", folder / "log"
    who = _owner(folder)
    try:
        subprocess.run(
            [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True, capture_output=True, timeout=120, cwd=folder, **who,
        )  # fmt: skip
        port = _free_port()
        options = [part for key, value in FAST.items() for part in ("-c", f"{key}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["timeout", str(LONGEST_LIFE), tools / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port),
                 "-k", folder, "-c", "max_connections=60", *options],
                stdout=output, stderr=output, cwd=folder, start_new_session=True, **who,
            )  # fmt: skip
        try:
            _wait(server, tools, port, log)
            yield Postgres(tools, port)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> str | None:
    """A folder in memory with a gigabyte free: a throw-away server need not wait for a disk."""
    place = Path("/dev/shm")
    return str(place) if place.is_dir() and shutil.disk_usage(place).free > 2**30 else None


def _owner(folder: Path) -> dict[str, Any]:
    """initdb refuses root: the server then runs as postgres or nobody, who get the folder."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("There is no user postgres or nobody to run PostgreSQL as.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], tools: Path, port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        ready = subprocess.run(
            [tools / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False, timeout=10
        )
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")
