"""A desk with an open web chat, on both databases; the built widget, and a stage to look at it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.webchat.chat import requests
from channels.webchat.widget.widget_asset import BUILT
from helpdesk.database.engine import Database
from tests.architecture.source_files import ROOT
from tests.support.desk.desk_story import Story, story
from tests.support.pages.browser import required
from tests.support.webchat.chat_client import OpenChat, open_chat, settings
from tests.support.webchat.widget_stage import ARTICLES, Stage, staged


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Story:
    return story(database, tmp_path)


@pytest.fixture
async def chat(desk: Story, tmp_path: Path) -> AsyncIterator[OpenChat]:
    async with open_chat(desk, settings(tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def widget() -> Path:
    """The built script; built here when the sources are newer."""
    sources = (ROOT / "channels/webchat/widget").iterdir()
    if not BUILT.exists() or BUILT.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        node = shutil.which("node")
        if node is None and not required():
            pytest.skip("Node is not installed: the widget is not tested")
        subprocess.run([str(node), "channels/webchat/widget/build.mjs"], cwd=ROOT, check=True, capture_output=True)
    return BUILT


@pytest.fixture
async def stage(widget: Path, empty_desk: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(empty_desk, tmp_path) as made:
        yield made


@pytest.fixture
def articles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The desk knows two articles; gives the texts it was asked with."""
    asked: list[str] = []

    async def found(_chat: Any, one: Any, text: str) -> list[dict[str, str]]:
        asked.append(text)
        one.offered.update(each["id"] for each in ARTICLES)
        return ARTICLES

    monkeypatch.setattr(requests.Requests, "_articles", found)
    return asked
