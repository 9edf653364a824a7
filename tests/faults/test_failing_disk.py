"""A disk that fails in the middle of a transaction: each unit is kept as a whole or not at all, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import threading

import pytest

from helpdesk.database.engine import TransactionLost, require_transaction
from helpdesk.errors import Unavailable
from helpdesk.intake import queries as intake
from tests.support.desk.desk_story import story
from tests.support.desk.failing_sqlite import CODES, Disk, contents, fail_on, limit_pages, misplaced

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def desk(database, tmp_path, disk):
    fail_on(disk, database)
    return story(database, tmp_path)


async def accept_batch(desk, count=4, size=200):
    """Several messages, two of them of one customer, wait in the intake."""
    for number in range(count):
        sender = f"c{number % (count - 1)}@customers.example"
        await desk.writes(f"{number} " + "word " * (size // 5), sender=sender, work=False)


async def work(desk):
    """Let the intake work as its loop does: what fails is tried again later."""
    with contextlib.suppress(Unavailable):
        while await desk.app.intake_worker().work_once():
            pass


@pytest.mark.parametrize(
    ("code", "rolls_back"), [*((code, True) for code in CODES), ("full", False)], ids=[*CODES, "statement alone"]
)
async def test_the_intake_loses_and_doubles_nothing_whichever_statement_fails(desk, disk, code, rolls_back):
    disk.code, disk.rolls_back = code, rolls_back
    for statement in range(1000):
        await accept_batch(desk)
        disk.fail_after(statement)
        before = disk.failures
        await work(desk)
        disk.heal()
        assert await desk.database.read(misplaced) == {}, f"statement {statement}"
        await work(desk)
        assert await desk.database.read(misplaced) == {}, f"afterwards, statement {statement}"
        assert await desk.database.read(intake.figures) == {"new": 0, "quarantined": 0}
        if disk.failures == before:
            break
    assert statement > 40


@pytest.mark.parametrize("size", [300, 12_000])
async def test_a_database_that_may_not_grow_loses_and_doubles_nothing(desk, disk, size):
    """Page by page: SQLITE_FULL as SQLite itself raises it, at every place where it can."""
    stopped = 0
    for pages in (*[0] * 10, *range(1, 60)):
        await accept_batch(desk, size=size)
        await desk.database.write(limit_pages, disk, pages)
        await work(desk)
        assert await desk.database.read(misplaced) == {}, f"{pages} pages"
        stopped += (await desk.database.read(intake.figures))["new"] > 0
        await desk.database.write(limit_pages, disk, None)
        await work(desk)
        assert await desk.database.read(misplaced) == {}, f"afterwards, {pages} pages"
        assert (await desk.database.read(intake.figures))["new"] == 0
    assert stopped > 3


async def test_a_batch_larger_than_the_cache_on_a_disk_that_takes_no_more(desk, disk, tmp_path):
    """SQLITE_IOERR as the system causes it: the file with the newest writes may grow no further."""
    disk.cache = 20
    await accept_batch(desk, count=30, size=60_000)
    wal = (tmp_path / "desk.db-wal").stat().st_size
    before = contents(tmp_path / "desk.db")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    worker = desk.app.intake_worker()
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 200_000, hard))
    try:
        with pytest.raises(Unavailable):
            await worker.work_once()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await desk.database.read(misplaced) == {}
    assert contents(tmp_path / "desk.db")["intake"] == before["intake"]
    await work(desk)
    assert await desk.database.read(misplaced) == {}
    assert await desk.database.read(intake.figures) == {"new": 0, "quarantined": 0}


async def test_a_full_disk_brings_no_message_nearer_to_quarantine(desk, disk, monkeypatch):
    disk.rolls_back = False
    await accept_batch(desk)
    for _ in range(20):
        disk.fail_after(12)
        with contextlib.suppress(Unavailable):
            await desk.app.intake_worker().work_once()
        disk.heal()
        desk.time.passes(hours=3)
    monkeypatch.setattr(desk.app.files, "store", lambda content: raise_full())
    await desk.writes("With a file", files={"a.txt": "words"}, work=False)
    for _ in range(20):
        await work(desk)
        desk.time.passes(hours=3)
    assert await desk.database.read(intake.figures) == {"new": 1, "quarantined": 0}
    monkeypatch.undo()
    await work(desk)
    assert await desk.database.read(intake.figures) == {"new": 0, "quarantined": 0}


def raise_full():
    raise OSError(28, "No space left on device")


async def test_units_that_share_a_commit_are_kept_or_refused_as_their_callers_are_told(desk, disk):
    """The writer takes what waits together: a transaction lost by one unit must not leave the others half kept."""
    for statement in range(200):
        gate, began = threading.Event(), threading.Event()
        failures = disk.failures

        def hold(_tx, gate=gate, began=began):
            began.set()
            gate.wait(20)

        held = asyncio.create_task(desk.database.write(hold))
        await asyncio.to_thread(began.wait, 20)
        names = [f"s{statement}-{number}" for number in range(5)]
        accepting = [
            asyncio.create_task(desk.app.desk_for("memory").accept("main", name, b"{}", order_key=name))
            for name in names
        ]
        await asyncio.sleep(0)
        disk.fail_after(statement + 1)  # the unit that holds the writer commits first
        gate.set()
        await held
        answers = await asyncio.gather(*accepting, return_exceptions=True)
        disk.heal()
        kept = await desk.database.read(lambda tx: set(tx.exec_driver_sql("SELECT external_id FROM intake").scalars()))
        assert {name for name, answer in zip(names, answers, strict=True) if answer is True} == kept & set(names)
        if disk.failures == failures:
            break
    assert statement > 8


def swallow(tx, disk):
    """A unit that goes on after an error, as no unit should."""
    tx.exec_driver_sql("INSERT INTO cursors VALUES ('c', 'a', 'first', '1', 0)")
    disk.fail_after(0)
    for name in ("second", "third"):
        with contextlib.suppress(Exception):
            tx.exec_driver_sql(f"INSERT INTO cursors VALUES ('c', 'a', '{name}', '1', 0)")


async def test_a_unit_that_swallows_the_loss_of_its_transaction_is_not_believed(desk, disk):
    with pytest.raises(Unavailable):
        await desk.database.write(swallow, disk)
    assert await desk.database.read(cursor_count) == 0


def cursor_count(tx):
    return tx.exec_driver_sql("SELECT count(*) FROM cursors").scalar_one()


async def test_what_a_read_writes_after_its_transaction_was_lost_is_not_kept(desk):
    def unit(tx):
        driver = tx.connection.driver_connection
        driver.rollback()  # as SQLite does it by itself
        with contextlib.suppress(TransactionLost):
            require_transaction(tx)
        tx.exec_driver_sql("INSERT INTO cursors VALUES ('c', 'a', 'read', '1', 0)")

    with pytest.raises(Unavailable):
        await desk.database.read(unit)
    assert await desk.database.read(cursor_count) == 0


async def test_a_writer_that_cannot_connect_answers_and_goes_on_later(database, monkeypatch):
    failing = [OSError("no space left on device")]
    connect = type(database._write_engine).connect

    def stumbling(engine):
        if failing and engine is database._write_engine:
            raise failing.pop()
        return connect(engine)

    monkeypatch.setattr(type(database._write_engine), "connect", stumbling)
    with pytest.raises(OSError, match="space"):
        await database.write(cursor_count)
    assert await database.write(cursor_count) == 0
