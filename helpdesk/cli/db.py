"""`run.py db`: migrate the database, print its revision, export a table, rebuild the search index."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from helpdesk.cli.common.load_settings import DEFAULT, Config, in_a_sentence, read
from helpdesk.cli.common.progress import Progress
from helpdesk.errors import DeskError

app = typer.Typer(help="The database: its shape, its search, exports.", no_args_is_help=True)


@app.command("upgrade")
@in_a_sentence
def upgrade(config: Config = DEFAULT) -> None:
    """Migrate the database to the newest revision; `serve` does it by itself."""
    from helpdesk.database import migrate

    settings = read(config)
    asyncio.run(migrate.bring_up(settings.database.url))
    typer.echo(f"The database is at revision {migrate.newest()}.")


@app.command("revision")
@in_a_sentence
def revision(config: Config = DEFAULT) -> None:
    """Print the revision the database has and the newest one."""
    from helpdesk.database import migrate
    from helpdesk.database.engine import open_database

    settings = read(config)

    async def ask() -> str | None:
        database = await open_database(settings.database.url)
        try:
            return await database.read(migrate.current)
        finally:
            await database.close()

    typer.echo(f"{asyncio.run(ask()) or 'empty'} (newest: {migrate.newest()})")


@app.command("reindex")
@in_a_sentence
def reindex(config: Config = DEFAULT) -> None:
    """Rebuild the full-text index; the desk may run meanwhile, and an interrupted rebuild resumes."""
    from helpdesk.cli.common.short_connection import existing
    from helpdesk.maintenance import search_rebuild

    settings, progress = read(config), Progress("Rebuilding the search")

    async def work() -> int:
        async with existing(settings) as database:
            return await search_rebuild.rebuild(database, progress)

    try:
        count = asyncio.run(work())
    finally:
        progress.end()
    typer.echo(f"The search is rebuilt: {count} entries.")


@app.command("export")
@in_a_sentence
def export(
    source: Annotated[str, typer.Argument(help="quarantine, tickets or entries.")],
    form: Annotated[str, typer.Option("--as", help="jsonl, or csv for spreadsheets.")] = "jsonl",
    to: Annotated[str, typer.Option("--to", help="The file; - for standard output. SOURCE.FORMAT if left out.")] = "",
    config: Config = DEFAULT,
) -> None:
    """Write a table as JSON lines or CSV; the desk may run meanwhile."""
    from helpdesk.cli.common.short_connection import existing
    from helpdesk.maintenance import exports

    table, form_ = exports.parse_source(source), exports.parse_form(form)
    settings, progress = read(config), Progress(f"Exporting {table}")

    async def write(out: BinaryIO) -> int:
        done = 0
        async with existing(settings) as database:
            total = await database.read(exports.count, source=table)
            async with aclosing(exports.lines(database, source=table, form=form_)) as parts:
                async for part, rows in parts:
                    out.write(part)
                    done += rows
                    progress(done, total)
        out.flush()
        return done

    if to == "-":
        asyncio.run(write(sys.stdout.buffer))
        return
    target = Path(to or f"{table}.{form_}")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            count = asyncio.run(write(out))
        draft.replace(target)
    except OSError as error:
        raise DeskError(f"{target} can't be written: {error.strerror}.") from None
    finally:
        progress.end()
        draft.unlink(missing_ok=True)
    typer.echo(f"{target} has {count} rows.", err=True)
