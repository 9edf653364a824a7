"""Exports: streamed, complete, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from contextlib import aclosing

import pytest

from helpdesk.errors import Invalid
from helpdesk.maintenance import exports
from tests.support.desk.desk_story import story


async def exported(database, source, form):
    async with aclosing(exports.lines(database, source=source, form=form)) as parts:
        content = [part async for part in parts]
    return b"".join(part for part, _ in content).decode(), sum(rows for _, rows in content)


@pytest.mark.parametrize("text", ["=1+1", "+98 912", "-2", "@SUM(A1)", "\t=1", "  =1", "\n=1", "＝1+1"])
async def test_no_cell_is_a_formula(database, tmp_path, text):
    desk = story(database, tmp_path)
    await desk.writes("hello", subject=text)
    content, _ = await exported(database, "tickets", "csv")
    row = next(csv.DictReader(io.StringIO(content.removeprefix(exports.BOM))))
    assert row["subject"].startswith("'") or row["subject"].lstrip()[0] not in "=+-@＝"


async def test_tickets_and_entries_are_exported_in_both_formats(database, tmp_path):
    desk = story(database, tmp_path)
    number = await desk.writes('سلام، "سفارش"\nمن', subject="سفارش")
    for source in ("tickets", "entries"):
        lines, rows = await exported(database, source, "jsonl")
        table, same = await exported(database, source, "csv")
        first = json.loads(lines.splitlines()[0])
        cells = next(csv.DictReader(io.StringIO(table.removeprefix(exports.BOM))))
        assert table.startswith(exports.BOM)
        assert rows == same == await database.read(exports.count, source=source)
        assert str(first["id"]) == cells["id"]
        assert list(first) == list(cells)
    assert first["ticket_id"] == number
    assert first["text"] == cells["text"] == 'سلام، "سفارش"\nمن'


def test_an_unknown_table_or_format_is_refused():
    with pytest.raises(Invalid, match="quarantine, tickets or entries"):
        exports.parse_source("people")
    with pytest.raises(Invalid, match="csv or jsonl"):
        exports.parse_form("xls")
