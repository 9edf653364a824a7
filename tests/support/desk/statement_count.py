"""Counter of the SQL statements that a unit of work runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

IGNORED = ("--", "SAVEPOINT", "RELEASE")  # statements of the batch, and SQLite's own


def counted(unit: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    """Wraps `unit` to record every statement it runs on SQLite in `statements`, fast inserts included."""

    def run(tx: Connection, *args: Any, **more: Any) -> Any:
        def note(text: str) -> None:
            if not text.startswith(IGNORED):
                statements.append(text)

        driver: Any = tx.connection.driver_connection
        driver.set_trace_callback(note)
        try:
            return unit(tx, *args, **more)
        finally:
            driver.set_trace_callback(None)

    return run
