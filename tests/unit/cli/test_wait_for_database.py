"""A start waits for PostgreSQL for a while, then says one sentence."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.cli.common.wait_for_database import wait_for_database
from helpdesk.errors import DeskError
from helpdesk.settings import Settings

NOBODY = "postgresql://desk@127.0.0.1:1/desk"


def settings(url):
    return Settings.model_validate({"database": {"url": url}})


async def test_a_database_that_answers_is_not_waited_for(database_url):
    said: list[str] = []
    await asyncio.wait_for(wait_for_database(settings(database_url), said.append), 30)
    assert said == []


async def test_a_silent_database_is_told_once_and_ends_in_a_sentence():
    said: list[str] = []
    with pytest.raises(DeskError, match=r"has not answered for 2 seconds: .*Start PostgreSQL"):
        await wait_for_database(settings(NOBODY), said.append, patience=2)
    assert said == ["The database does not answer yet; waiting for up to 2 seconds."]
