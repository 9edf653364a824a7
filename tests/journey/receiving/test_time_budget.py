"""A message that takes too long to understand is given up within its budget, and stops nobody."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from functools import partial
from typing import Any

import pytest

from channels.contract import Unreadable
from helpdesk.intake import queries
from helpdesk.workers.intake_worker import IntakeWorker
from helpdesk.workers.normalise_process import NormaliseProcess
from tests.support.mail.mail_desk import mail, mail_story


def understand(account: str, raw: bytes) -> Any:
    """What a channel may do with a raw form: finish, raise, never finish, die."""
    if raw == b"for ever":
        return re.fullmatch(r"(a+)+b", "a" * 60)  # holds the interpreter's lock until the sun goes out
    if raw == b"raises":
        raise Unreadable("there is nothing in it")
    if raw == b"raises what can't be sent":
        raise UnicodeDecodeError("utf-8", b"x", 0, 1, "no")
    if raw == b"dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if raw == b"hoards":
        return bytearray(2**31)
    if raw == b"waits":
        time.sleep(3600)
    return account, len(raw), os.getpid()


@pytest.fixture
async def beside(monkeypatch):
    monkeypatch.setattr("helpdesk.workers.normalise_process.PATIENCE", 1000)  # a slow start ends nothing
    process = NormaliseProcess(0.3)
    yield process
    await process.close()


async def test_what_never_ends_is_given_up_and_those_behind_it_are_understood(beside):
    tasks = [(understand, "support", raw) for raw in (b"one", b"for ever", b"raises", b"two", b"for ever", b"three")]
    results = await beside.normalise(tasks)
    assert [item[1] for item in results if isinstance(item, tuple)] == [3, 3, 5]
    given_up, raised, again = (item for item in results if isinstance(item, Exception))
    assert isinstance(given_up, Unreadable)
    assert "0.3 seconds of processor time" in str(given_up)
    assert str(raised) == "there is nothing in it"
    assert isinstance(again, Unreadable)
    assert all(item[2] != os.getpid() for item in results if isinstance(item, tuple))


async def test_the_loop_goes_on_meanwhile(beside):
    task = asyncio.create_task(beside.normalise([(understand, "support", b"for ever")]))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_message_its_process_dies_of_twice_is_tried_again_later(beside):
    results = await beside.normalise([(understand, "support", raw) for raw in (b"one", b"dies", b"two")])
    assert [type(item) for item in results] == [tuple, RuntimeError, tuple]
    assert "ended with -9" in str(results[1])


async def test_a_message_that_needs_too_much_memory_is_an_error_of_its_own(beside):
    results = await beside.normalise([(understand, "support", raw) for raw in (b"one", b"hoards", b"two")])
    assert [type(item) for item in results] == [tuple, MemoryError, tuple]


async def test_one_that_only_waits_is_given_up_by_the_clock(beside, monkeypatch):
    monkeypatch.setattr("helpdesk.workers.normalise_process.PATIENCE", 1)
    (result,) = await beside.normalise([(understand, "support", b"waits")])
    assert isinstance(result, Unreadable)


async def test_large_messages_and_many_go_over_the_pipe(beside):
    results = await beside.normalise(
        [(understand, "support", b"x" * size) for size in (5_000_000, *range(300), 9_000_000)]
    )
    assert [item[1] for item in results] == [5_000_000, *range(300), 9_000_000]


async def test_who_stops_waiting_takes_no_answer_of_another(beside):
    waiting = asyncio.create_task(beside.normalise([(understand, "support", b"waits")]))
    while beside._process is None:
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await beside.normalise([(understand, "support", b"four")]))[0][1] == 4


async def test_nothing_of_the_desk_s_environment_is_handed_over(beside, monkeypatch):
    monkeypatch.setenv("PASOKH_SECRET_KEY", "x" * 40)
    (variables,) = await beside.normalise([(partial(environment), "support", b"")])
    assert "PASOKH_SECRET_KEY" not in variables


def environment(account: str, raw: bytes) -> list[str]:
    """Names of the variables this process has."""
    return list(os.environ)


async def test_a_mail_over_its_budget_lies_in_quarantine_and_the_next_one_is_taken(database, tmp_path, monkeypatch):
    desk = mail_story(database, tmp_path, settings={"intake": {"normalise_seconds": 1}})
    channel = desk.app.context.channels["email"]
    slow, known = mail("slow", id="<slow@customers.example>").as_bytes(), channel.normaliser()
    monkeypatch.setattr(channel, "normaliser", lambda: partial(slow_or, known))
    worker: IntakeWorker = desk.app.intake_worker()
    for raw in (slow, mail("quick", sender="omid@customers.example", id="<quick@customers.example>").as_bytes()):
        await desk.app.desk_for("email").accept("support", raw[:200].hex(), raw, order_key=channel.order_key(raw))
    assert worker.process is not None
    worker.process.budget = 0.3
    await worker.work_once()
    await worker.process.close()
    (held,) = await desk.database.read(queries.quarantine)
    assert "seconds of processor time" in held.error
    assert (await desk.database.read(queries.figures))["new"] == 0
    assert [entry.text.strip() for entry in await desk.timeline(1) if entry.kind == "message"] == ["quick"]


async def test_a_machine_that_starts_no_process_still_takes_mails_in(database, tmp_path, monkeypatch):
    desk = mail_story(database, tmp_path, settings={"intake": {"normalise_seconds": 1}})

    async def refused(*_command: Any, **_more: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    raw = mail("hello", id="<hello@customers.example>").as_bytes()
    await desk.app.desk_for("email").accept("support", "hello", raw, order_key="sara")
    await desk.app.intake_worker().work_once()
    assert [entry.text.strip() for entry in await desk.timeline(1) if entry.kind == "message"] == ["hello"]


def slow_or(known: Any, account: str, raw: bytes) -> Any:
    """A channel that one mail makes endless."""
    return understand(account, b"for ever") if b"\r\n\r\nslow" in raw or b"\n\nslow" in raw else known(account, raw)
