"""`run.py check` changes nothing."""

from __future__ import annotations

from pathlib import Path

from helpdesk.cli.check import outcomes


async def test_check_creates_no_database(tmp_path: Path) -> None:
    file, place = tmp_path / "helpdesk.toml", tmp_path / "data" / "desk.db"
    file.write_text(f'[data]\nfolder = "{tmp_path / "data"}"\n[database]\nurl = "sqlite:///{place}"\n')
    found = {what: problem async for what, problem in outcomes(file)}
    assert found[f"database sqlite:///{place}"] is None
    assert not place.exists()
