"""Thousands of broken mails through the whole intake: each is on a timeline or in quarantine, none stops the next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.intake import actions
from helpdesk.intake.models import intake
from helpdesk.tickets.models import entries, tickets
from tests.channels.email.parsing.test_hostile_mail import MUTATIONS, corpus, mutations
from tests.support.mail.mail_desk import mail_story


def keep_all(tx, raws, channel, now):
    for number, raw in enumerate(raws):
        actions.store(
            tx, channel="email", account="support", external_id=f"mutated {number}", raw=raw,
            order_key=channel.order_key(raw), received_at=now + timedelta(seconds=number),
        )  # fmt: skip


def outcome(tx):
    states = dict(tx.execute(select(intake.c.state, func.count()).group_by(intake.c.state)).all())
    lost = tx.execute(
        select(func.count())
        .select_from(intake)
        .where(
            intake.c.state != "quarantined", ~select(entries.c.id).where(entries.c.intake_id == intake.c.id).exists()
        )
    ).scalar_one()
    bugs = tx.execute(select(intake.c.error).where(intake.c.attempts > 1)).scalars().all()
    return states, lost, bugs, tx.execute(select(func.count()).select_from(tickets)).scalar_one()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_five_thousand_mutated_mails_are_on_a_timeline_or_in_quarantine(database, tmp_path):
    desk = mail_story(database, tmp_path, channel={"trusted_authserv": "mx"})
    raws = list(mutations(corpus(), MUTATIONS))
    await database.write(keep_all, raws, desk.context.channels["email"], desk.time())
    await desk.work()
    for _ in range(len(desk.app.settings.intake.retry_seconds)):  # what failed by a bug is tried again, then held
        desk.time.passes(hours=3)
        await desk.work()
    states, lost, bugs, opened = await database.read(outcome)
    assert sum(states.values()) == MUTATIONS
    assert set(states) <= {"done", "quarantined"}
    assert (lost, bugs) == (0, [])
    assert states.get("quarantined", 0) < MUTATIONS / 100
    assert opened > 0
