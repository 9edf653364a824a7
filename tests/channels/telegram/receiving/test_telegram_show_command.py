"""`run.py telegram show`: one line per update, and a bad one does not hide the others."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from helpdesk.cli.inspect.telegram import app
from tests.support.telegram.bot_api_people import Sara


def shown(*files: Path) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["show", *map(str, files)])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_each_file_is_answered_in_order_and_a_bad_one_stops_none(tmp_path: Path) -> None:
    for name, content in (
        ("1", json.dumps(Sara().says("one"))),
        ("2", "not json"),
        ("4", json.dumps(Sara().says("two"))),
    ):
        (tmp_path / name).write_text(content)
    status, lines = shown(*(tmp_path / name for name in "1234"))
    assert status == 1
    assert [line.get("line") for line in lines] == [None, 2, 3, None]
    assert [sorted(line)[:3] for line in lines if "error" not in line] == [["entries", "ignored", "update_id"]] * 2


def test_lists_answers_and_lines_are_read_too(tmp_path: Path) -> None:
    sara = Sara()
    one, two = sara.says("one"), sara.says("two")
    (tmp_path / "list").write_text(json.dumps([one, two]))
    (tmp_path / "answer").write_text(json.dumps({"ok": True, "result": [one]}, indent=1))
    (tmp_path / "lines").write_text(f"{json.dumps(one)}\n{json.dumps(two)}\n")
    status, lines = shown(*(tmp_path / name for name in ("list", "answer", "lines")))
    assert status == 0
    assert [line["update_id"] for line in lines] == [9000, 9001, 9000, 9000, 9001]
