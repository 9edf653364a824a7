"""Worker loops survive database errors: waiting work is done once the database is back."""

from __future__ import annotations

import asyncio

from helpdesk.app import running_app
from helpdesk.intake import queries as intake
from helpdesk.journey.lifecycle import sla_alerts
from helpdesk.outbox import actions as outbox
from helpdesk.workers import intake_worker as taking
from helpdesk.workers.loops import supervised
from tests.support.desk.desk_story import story


async def test_every_loop_resumes_after_a_database_failure(database, tmp_path, monkeypatch):
    monkeypatch.setattr(supervised, "PAUSES", (0.0,))
    desk = story(database, tmp_path)
    await desk.writes(work=False)
    left = {taking.receive_batch: 2, outbox.claim: 2, sla_alerts.fire_due_alerts: 2}
    back = {unit: asyncio.Event() for unit in left}
    write = database.write

    async def stumbling(unit, *args, **more):
        if left.get(unit):
            left[unit] -= 1
            raise OSError("no space left on device")
        result = await write(unit, *args, **more)
        if unit in back:
            back[unit].set()
        return result

    monkeypatch.setattr(database, "write", stumbling)
    async with running_app(desk.app), asyncio.timeout(20):
        await asyncio.gather(*(one.wait() for one in back.values()))
    assert not any(left.values())
    assert await database.read(intake.figures) == {"new": 0, "quarantined": 0}
