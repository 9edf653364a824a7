"""Exports as CSV or JSON Lines: one query per table people ask for, one line per row, streamed."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Connection, Select, func, select

from helpdesk.contacts.models import contacts
from helpdesk.database.engine import Database
from helpdesk.database.metadata import STREAM_ROWS, Row
from helpdesk.errors import Invalid
from helpdesk.intake.models import intake
from helpdesk.tickets.models import entries, tickets

Source: TypeAlias = Literal["quarantine", "tickets", "entries"]
Form: TypeAlias = Literal["csv", "jsonl"]
SOURCES: tuple[Source, ...] = get_args(Source)
FORMS: tuple[Form, ...] = get_args(Form)
CONTENT_TYPES: Mapping[Form, str] = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
BOM = "\ufeff"  # without it spreadsheets read Persian as Latin letters
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # first characters of a formula
LONGEST_CELL = 32_000  # characters of a raw message; a spreadsheet's cell takes 32,767
RAW_ROWS = 8  # raw messages in memory at once: each may be tens of megabytes

_QUARANTINED = intake.c.state == "quarantined"
_QUERIES: Mapping[Source, Select[Any]] = {
    "quarantine": select(
        intake.c.id, intake.c.channel, intake.c.account, intake.c.external_id, intake.c.received_at,
        intake.c.attempts, intake.c.error.label("reason"), intake.c.raw,
    ).where(_QUARANTINED).order_by(intake.c.id).execution_options(yield_per=RAW_ROWS),
    "tickets": select(
        tickets.c.id, tickets.c.subject, tickets.c.status, tickets.c.priority, tickets.c.language, tickets.c.channel,
        tickets.c.account, tickets.c.address, tickets.c.contact_id, contacts.c.name.label("contact"),
        tickets.c.team_id, tickets.c.assignee_id, tickets.c.created_at, tickets.c.changed_at, tickets.c.resolved_at,
        tickets.c.closed_at, tickets.c.spam_at, tickets.c.merged_into_id,
    ).join(contacts, contacts.c.id == tickets.c.contact_id).order_by(tickets.c.id),
    "entries": select(
        entries.c.id, entries.c.ticket_id, entries.c.at, entries.c.kind, entries.c.author, entries.c.public,
        entries.c.outgoing, entries.c.person_id, entries.c.contact_id, entries.c.channel, entries.c.account,
        entries.c.address, entries.c.text, entries.c.delivery, entries.c.data,
    ).order_by(entries.c.id),
}  # fmt: skip


def parse_source(text: str) -> Source:
    """The table by its name. Raises Invalid."""
    for source in SOURCES:
        if source == text:
            return source
    raise Invalid(f"There is no {text} to export: it is {', '.join(SOURCES[:-1])} or {SOURCES[-1]}.")


def parse_form(text: str) -> Form:
    """The file format by its name. Raises Invalid."""
    for form in FORMS:
        if form == text:
            return form
    raise Invalid(f"There is no format {text}: it is {FORMS[0]} or {FORMS[1]}.")


def count(tx: Connection, *, source: Source) -> int:
    """How many rows an export has now."""
    return tx.execute(select(func.count()).select_from(_QUERIES[source].order_by(None).subquery())).scalar_one()


async def lines(database: Database, *, source: Source, form: Form) -> AsyncGenerator[tuple[bytes, int], None]:
    """The file in chunks of UTF-8, each with its number of rows. Close it (`aclosing`) when leaving early."""
    query = _QUERIES[source]
    names = [column.name for column in query.selected_columns]
    portion = query.get_execution_options().get("yield_per", STREAM_ROWS)
    if form == "csv":
        yield (BOM + _csv([names])).encode(), 0
    async with database.stream(query) as rows:
        part: list[Row] = []
        async for row in rows:
            part.append(row)
            if len(part) == portion:
                yield _encode(form, names, part), len(part)
                part = []
        if part:
            yield _encode(form, names, part), len(part)


def _encode(form: Form, names: Sequence[str], rows: Sequence[Row]) -> bytes:
    if form == "csv":
        return _csv([[_cell(value) for value in row] for row in rows]).encode("utf-8", "replace")
    return "".join(_json(dict(zip(names, row, strict=True))) for row in rows).encode("utf-8", "replace")


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_MINIMAL).writerows(rows)
    return file.getvalue()


def _cell(value: Any) -> str | int:
    """A value for a spreadsheet; a text that would be a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        value = value[: LONGEST_CELL * 4].decode("utf-8", "replace")[:LONGEST_CELL]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(dict(_plain(row)), ensure_ascii=False) + "\n"


def _plain(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values as JSON. Bytes that are not UTF-8 become Base64 under `<name>_base64`: nothing is lost."""
    for name, value in row.items():
        if isinstance(value, datetime):
            yield name, value.isoformat()
        elif isinstance(value, bytes):
            try:
                yield name, value.decode()
            except UnicodeDecodeError:
                yield f"{name}_base64", base64.b64encode(value).decode()
        else:
            yield name, value
