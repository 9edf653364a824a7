"""Stories on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.database.engine import Database
from tests.support.desk.desk_story import Story, story


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Story:
    """A desk with a clock moved by hand and a channel in memory."""
    return story(database, tmp_path)
