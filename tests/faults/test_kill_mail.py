"""kill -9 while mails arrive and replies leave: nothing is lost, nothing is duplicated."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import aiosmtplib
import pytest
from sqlalchemy import select

from helpdesk.database.engine import open_database
from helpdesk.outbox.models import outbox
from helpdesk.tickets.models import entries
from tests.support.mail.smtp_relay import Relay
from tests.support.servers.forked import ForkedProgram

KILLS = 50
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def killable_desk(folder: Path, url: str, door: int, relay: int) -> ForkedProgram:
    """The killable desk as a child process."""
    return ForkedProgram("tests.support.desk.killable_mail_desk", str(folder), url, str(door), str(relay))


async def post(port: int, accepted: list[str], stop: asyncio.Event) -> None:
    """A mail server that delivers mails one after the other and retries each until accepted."""
    number = 0
    while not stop.is_set():
        number += 1
        name = f"<kill-{number}@customers.example>"
        who = f"c{number % 17}@customers.example"
        mail = f"From: {who}\r\nTo: support@desk.example\r\nSubject: q{number}\r\nMessage-ID: {name}\r\n\r\nquestion {number}\r\n"
        while True:
            try:
                await aiosmtplib.send(
                    mail.encode(),
                    sender=who,
                    recipients=["support@desk.example"],
                    hostname="127.0.0.1",
                    port=port,
                    use_tls=False,
                    start_tls=False,
                    timeout=5,
                )
            except (OSError, aiosmtplib.SMTPException):
                if stop.is_set():
                    return
                await asyncio.sleep(0.02)
            else:
                accepted.append(name)
                break


async def another_mail(accepted: list[str]) -> None:
    """Wait for another acknowledged mail: on a slow machine the test must not be vacuous."""
    before = len(accepted)
    async with asyncio.timeout(60):
        while len(accepted) == before:
            await asyncio.sleep(0.01)


async def quiet(url: str) -> None:
    """Wait until intake and outbox are empty and every ticket is answered."""
    from helpdesk.intake import queries as intake
    from helpdesk.outbox import queries as leaving
    from tests.support.desk.killable_mail_desk import unanswered

    database = await open_database(url)
    try:
        async with asyncio.timeout(120):
            while True:
                waiting = (await database.read(intake.figures))["new"]
                asking = await database.read(unanswered)
                left = await database.read(leaving.figures)  # last: it includes the answered ones
                if not waiting and not asking and not left["queued"] and not left["sending"]:
                    return
                await asyncio.sleep(0.1)
    finally:
        await database.close()


async def test_fifty_kills_lose_nothing_and_duplicate_nothing(database_url, tmp_path):
    kills = KILLS if database_url.startswith("sqlite") else KILLS // 5
    dice, accepted, stop = random.Random(20260302), [], asyncio.Event()
    door = free_port()
    async with Relay() as relay:
        desk = killable_desk(tmp_path, database_url, door, relay.port)
        await desk.start()
        posting = asyncio.create_task(post(door, accepted, stop))
        for _ in range(kills):
            await another_mail(accepted)
            await asyncio.sleep(dice.uniform(0.0, 0.4))  # at a random moment; nothing waits for it
            await desk.kill()
            await desk.start()
        stop.set()
        await posting
        await quiet(database_url)
        await desk.kill()
        database = await open_database(database_url)
        lines, rows = await database.read(
            lambda tx: (tx.execute(select(entries)).all(), tx.execute(select(outbox)).all())
        )
        await database.close()
    questions = Counter(one.remote_id for one in lines if one.kind == "message" and one.author == "customer")
    assert len(accepted) >= kills
    assert [name for name in accepted if questions[name] != 1] == []
    assert [name for name, times in questions.items() if times != 1] == []
    answers = {one.id: one for one in lines if one.kind == "message" and one.author == "agent"}
    assert Counter(row.entry_id for row in rows) == Counter(list(answers))
    arrived = Counter(str(message_from_bytes(mail.content)["Message-ID"]) for mail in relay.mails)
    assert [name for name, times in arrived.items() if times != 1] == []
    for row in rows:
        name = answers[row.entry_id].remote_id
        assert re.fullmatch(r"<p\.[a-z0-9]+@desk\.example>", name)
        if row.state == "sent":
            assert arrived[name] == 1, "said to be sent, and it did not arrive"
        else:
            assert row.state == "uncertain", row.state
