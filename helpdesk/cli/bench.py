"""`run.py bench NAME`: one benchmark, measured here and now, as one JSON line."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from typing import Annotated

import typer

from helpdesk.cli.common.load_settings import ROOT


def bench(
    name: Annotated[str, typer.Argument(help="A file of bench/: ingest, inbox, start, …")],
    db: Annotated[str | None, typer.Option("--db", help="A database address; without it a fresh SQLite file.")] = None,
    n: Annotated[int | None, typer.Option("--n", help="How many.")] = None,
    tickets: Annotated[int | None, typer.Option("--tickets", help="How many tickets are there already.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Which kind of message.")] = None,
) -> None:
    """Measure one thing and print one JSON line."""
    names = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if "async def run(" in path.read_text("utf-8"))
    if name not in names:
        typer.echo(f"There is no benchmark {name!r}; there are {', '.join(names)}.", err=True)
        raise typer.Exit(1)
    from helpdesk import logs

    logs.set_up("text", "warning")
    figures = asyncio.run(import_module(f"bench.{name}").run(db=db, n=n, tickets=tickets, kind=kind))
    base = (db or "sqlite").partition(":")[0]
    typer.echo(json.dumps({"bench": name, "db": base, **figures}))
