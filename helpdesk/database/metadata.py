"""The one MetaData every slice hangs its tables on, and the column types both databases share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import JSON, BigInteger, Column, DateTime, Executable, Integer, MetaData
from sqlalchemy import Row as ResultRow
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Row: TypeAlias = ResultRow[*tuple[Any, ...]]  # one row of a result, its columns as attributes

STREAM_ROWS = 500  # rows a stream holds in memory at once, unless the query says `yield_per` itself

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = EPOCH  # the due time of what waits for nothing: due whatever a clock says

Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime: timestamptz on PostgreSQL, whole microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        delta = value - EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


def primary_key() -> Column[int]:
    """A growing integer id."""
    return Column("id", Id, primary_key=True, autoincrement=True)


def streaming(query: Executable) -> dict[str, int]:
    """Execution options that let a driver hand over the rows of a query in portions."""
    return {"yield_per": query.get_execution_options().get("yield_per", STREAM_ROWS)}
