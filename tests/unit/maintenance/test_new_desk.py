"""An empty database beside the data of another desk is refused before anybody is answered once more."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from helpdesk import logs
from helpdesk.cli import app
from helpdesk.database import migrate
from helpdesk.errors import DeskError
from helpdesk.maintenance.new_desk import require_own_database
from helpdesk.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, tmp_path):
    """A desk that never started: its database is empty, or not made at all."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'data' / 'desk.db'}"
    else:
        url = request.getfixturevalue("postgres_server").fresh(empty=True)
    return Settings.model_validate({"data": {"folder": tmp_path / "data"}, "database": {"url": url}})


async def test_a_new_desk_in_an_empty_place_begins(settings):
    await require_own_database(settings)
    (settings.data.folder / "files").mkdir(parents=True)
    await require_own_database(settings)


@pytest.mark.parametrize("left", ["secret", "files/ab"])
async def test_an_empty_database_beside_a_used_data_folder_is_refused(settings, left):
    place = settings.data.folder / left
    place.parent.mkdir(parents=True)
    place.write_text("k" * 40)
    with pytest.raises(DeskError, match="database is empty"):
        await require_own_database(settings)
    await migrate.bring_up(settings.database.url)
    await require_own_database(settings)


def test_serve_says_so_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    data = tmp_path / "data"
    data.mkdir()
    (data / "secret").write_text("k" * 40)
    config = tmp_path / "helpdesk.toml"
    config.write_text(f'[data]\nfolder = "{data}"\n[database]\nurl = "sqlite:///{data / "desk.db"}"\n', "utf-8")
    for command in ("serve", "worker"):
        result = CliRunner().invoke(app, [command, "--config", str(config)])
        assert result.exit_code == 1
        assert "--new-database" in result.output
    assert not (data / "desk.db").exists()
