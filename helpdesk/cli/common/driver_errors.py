"""Errors of databases, drivers and disks, translated into one sentence each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from helpdesk.errors import DeskError, Unavailable


@contextmanager
def as_desk_errors() -> Iterator[None]:
    """Turns them into DeskError; other errors pass, they are bugs."""
    try:
        yield
    except Unavailable as error:
        raise _unanswered(error.__cause__ or error) from None
    except (SQLAlchemyError, sqlite3.Error, ConnectionError, TimeoutError) as error:
        raise _unanswered(getattr(error, "orig", None) or error) from None
    except OSError as error:
        if error.filename is None:  # unknown host, closed port
            raise _unanswered(error) from None
        raise DeskError(f"{error.filename}: {error.strerror}.") from None
    except Exception as error:
        if not type(error).__module__.startswith("asyncpg"):  # asyncpg's own errors while connecting
            raise
        raise _unanswered(error) from None


def _unanswered(error: BaseException) -> DeskError:
    return DeskError(f"The database does not answer: {(str(error) or type(error).__name__).splitlines()[0]}")
