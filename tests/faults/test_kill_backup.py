"""Backup of a desk that was killed and restarted: nothing acknowledged before the backup is lost."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

from helpdesk.clock import now
from helpdesk.database.engine import open_database
from helpdesk.maintenance import backup, restore
from helpdesk.tickets.models import entries
from tests.faults.test_kill_mail import free_port, killable_desk, post, quiet
from tests.support.desk.killable_mail_desk import settings_for
from tests.support.mail.smtp_relay import Relay

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


async def reach(accepted, number):
    async with asyncio.timeout(60):
        while len(accepted) < number:
            await asyncio.sleep(0.01)


async def test_every_mail_acknowledged_before_a_backup_is_restored(database_url, tmp_path, request):
    accepted, stop, door = [], asyncio.Event(), free_port()
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'other' / 'desk.db'}"
    else:
        url = request.getfixturevalue("postgres_server").fresh(empty=True)
    async with Relay() as relay:
        desk = killable_desk(tmp_path, database_url, door, relay.port)
        await desk.start()
        posting = asyncio.create_task(post(door, accepted, stop))
        await reach(accepted, 30)
        await desk.kill()
        await desk.start()
        await reach(accepted, 80)
        before = list(accepted)
        here = settings_for(tmp_path, database_url, door, relay.port)
        backing = asyncio.create_task(
            backup.back_up(here, tmp_path / "desk.tar", now=now(), progress=lambda _done, _total: None)
        )
        await backing
        await desk.kill()
        stop.set()
        await posting
        other = settings_for(tmp_path / "other", url, free_port(), relay.port)
        await restore.restore(other, tmp_path / "desk.tar", progress=lambda _done, _total: None)
        restored = killable_desk(tmp_path / "other", url, free_port(), relay.port)
        await restored.start()
        await quiet(url)
        await restored.kill()
    database = await open_database(url)
    rows = await database.read(lambda tx: tx.execute(select(entries)).all())
    await database.close()
    questions = Counter(row.remote_id for row in rows if row.kind == "message" and row.author == "customer")
    assert len(before) >= 80
    assert [name for name in before if questions[name] != 1] == []
