"""Ports of the demo: command line over environment over defaults."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from helpdesk import demo
from helpdesk.cli import app

VARIABLES = {"PASOKH_WEB__PORT": "8761", "PASOKH_CHANNELS__EMAIL__RECEIVER__PORT": "8762"}


@pytest.mark.parametrize(
    ("arguments", "environment", "ports"),
    [
        ([], {}, (8080, 8025)),
        ([], VARIABLES, (8761, 8762)),
        (["--port", "8771", "--mail-port", "8772"], VARIABLES, (8771, 8772)),
    ],
)
def test_ports_come_from_the_command_line_then_from_the_environment(
    monkeypatch, tmp_path, arguments, environment, ports
):
    given: dict[str, Any] = {}

    async def run(**options: Any) -> None:
        given.update(options)

    monkeypatch.setattr(demo, "run", run)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("helpdesk.cli.serve.run", _at_once)
    result = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path), *arguments], env=environment)
    assert result.exit_code == 0, result.output
    assert (given["port"], given["mail_port"]) == ports


def _at_once(work: Any) -> None:
    with pytest.raises(StopIteration):
        work.send(None)
