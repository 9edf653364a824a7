"""`run.py db`: bring the database up to date, and say where it is."""

from __future__ import annotations

import asyncio

import typer

from helpdesk.cli.common.load_settings import DEFAULT, Config, in_a_sentence, read

app = typer.Typer(help="The database: its shape and where it stands.", no_args_is_help=True)


@app.command("upgrade")
@in_a_sentence
def upgrade(config: Config = DEFAULT) -> None:
    """Bring the database to the newest shape; `serve` does it by itself."""
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
