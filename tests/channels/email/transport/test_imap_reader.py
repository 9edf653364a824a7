"""The mailbox reader on a real IMAP server."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from channels.contract import Inbound, Oversize, TryLater
from channels.email.imap.imap_client import Connection
from channels.email.imap.mailbox_reader import Pace
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import ENV, PACE, channel, imap, mail, running
from tests.support.servers.dovecot import Dovecot

FOLDER = "&BigGJwbMBq8GJwZGBsw- &- &BioGRQYnBkU-"  # بایگانی & تمام
pytestmark = pytest.mark.slow


def at_least(desk: MemoryDesk, number: int) -> bool:
    return len(desk.kept) >= number


def subjects(desk: MemoryDesk) -> list[str]:
    return [line[9:].decode() for one in desk.kept for line in one.raw.split(b"\r\n") if line.startswith(b"Subject: ")]


async def test_mails_in_the_box_are_taken_in_order_and_none_is_marked_read(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, *(mail(n) for n in range(5)))
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
    assert subjects(desk) == [f"mail {n}" for n in range(5)]
    assert all("Seen" not in flags for flags in dovecot.flags(box))
    assert desk.state("support").remote_count == 5
    assert desk.kept[0].order_key == "sara@customer.example"


async def test_a_mail_that_arrives_while_waiting_is_pushed_and_taken_at_once(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
        for number in range(3):
            dovecot.put(box, mail(number))
            await desk.until(partial(at_least, desk, number + 1))


async def test_a_mail_years_old_is_received_now_and_keeps_the_date_of_its_mailbox(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    stored = datetime(2016, 2, 3, 4, 5, 6, tzinfo=UTC)
    dovecot.put(box, mail(1), when=stored)
    email = channel(imap(box, dovecot.imap))
    async with running(email, desk):
        await desk.settled()
    kept = desk.kept[0]
    assert kept.received_at is None  # the desk takes its own time
    understood = email.normalise("support", kept.raw)
    assert isinstance(understood, Inbound)
    assert understood.details["stored_at"] == stored.isoformat()
    assert kept.raw.partition(b"\r\n")[2] == mail(1)


async def test_a_mail_read_or_flagged_by_another_client_is_taken_all_the_same(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    with dovecot.client(box, "INBOX") as client:
        client.store("1:2", "+FLAGS", r"(\Seen \Answered)")
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
    assert subjects(desk) == ["mail 1", "mail 2"]


async def test_after_a_restart_only_new_mails_are_asked_for(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    for _ in range(2):
        async with running(channel(imap(box, dovecot.imap)), desk):
            await desk.settled()
        desk.states.clear()
    assert desk.accepts == 2
    dovecot.put(box, mail(3))
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.until(lambda: len(desk.kept) == 3)
    assert desk.accepts == 3


async def test_an_emptied_mailbox_is_no_reason_to_start_again(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
        with dovecot.client(box, "INBOX") as client:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
        dovecot.put(box, mail(3))
        await desk.until(lambda: len(desk.kept) == 3)
    assert desk.accepts == 3


async def test_new_numbers_for_old_mails_lose_nothing_and_double_nothing(dovecot: Dovecot, box: str) -> None:
    """UIDVALIDITY changes: the folder was made anew, with old mails and one that came meanwhile."""
    desk = MemoryDesk()
    recent, ages_ago = datetime(2026, 2, 28, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    box_settings = imap(box, dovecot.imap, folder="Support", resync_days=7)
    dovecot.put(box, mail(1), folder="Support", when=ages_ago)
    dovecot.put(box, mail(2), folder="Support", when=recent)
    async with running(channel(box_settings), desk):
        await desk.settled()
    with dovecot.client(box) as client:
        client.delete("Support")
    dovecot.put(box, mail(1), folder="Support", when=ages_ago)
    dovecot.put(box, mail(2), mail(3), folder="Support", when=recent)
    desk.states.clear()
    async with running(channel(box_settings), desk):
        await desk.settled()
        assert subjects(desk) == ["mail 1", "mail 2", "mail 3"]
        assert desk.accepts == 4, "the mail of a year ago is not fetched again"
        dovecot.put(box, mail(4), folder="Support", when=ages_ago)
        await desk.until(lambda: len(desk.kept) == 4)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("all", ["mail 1", "mail 2", "mail 3"]), ("since:2026-02-01", ["mail 2", "mail 3"]), ("none", [])],
)
async def test_at_the_first_start_waiting_mails_are_read_as_configured(
    dovecot: Dovecot, box: str, choice: str, expected: list[str]
) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), when=datetime(2025, 5, 1, tzinfo=UTC))
    dovecot.put(box, mail(2), mail(3), when=datetime(2026, 2, 2, 12, tzinfo=UTC))
    async with running(channel(imap(box, dovecot.imap, first=choice)), desk):
        await desk.settled()
        assert subjects(desk) == expected
        assert desk.state("support").remote_count == len(expected), "what was left out on purpose is not missing"
        dovecot.put(box, mail(9), when=datetime(2020, 1, 1, tzinfo=UTC))
        await desk.until(lambda: subjects(desk) == [*expected, "mail 9"])


async def test_the_choice_holds_when_the_first_start_is_interrupted(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    old, new = datetime(2025, 5, 1, tzinfo=UTC), datetime(2026, 2, 2, 12, tzinfo=UTC)
    for number in range(1, 9):
        dovecot.put(box, mail(number), when=new if number % 2 else old)
    settings = imap(box, dovecot.imap, first="since:2026-02-01")
    pace = Pace(answer=5, idle=30, retry_first=0.01, retry_most=0.01, batch=1)
    async with running(channel(settings, pace=pace), desk):
        await desk.until(lambda: len(desk.kept) >= 2)
    async with running(channel(settings, pace=pace), desk):
        await desk.settled()
    assert subjects(desk) == ["mail 1", "mail 3", "mail 5", "mail 7"]


async def test_killed_between_keeping_and_the_cursor_nothing_is_lost_and_nothing_doubled(
    dovecot: Dovecot, box: str
) -> None:
    desk = MemoryDesk()
    dovecot.put(box, *(mail(n) for n in range(4)))
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
        desk.stop_remembering = True
        dovecot.put(box, mail(5), mail(6))
        await desk.until(lambda: len(desk.kept) == 6)
    desk.stop_remembering = False
    desk.states.clear()
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
    assert len(desk.kept) == 6
    assert desk.accepts == 8, "the two were offered again and known again"


@pytest.mark.parametrize("failure", [OSError("no space left"), TryLater("there is no space left")])
async def test_a_desk_that_cannot_keep_mails_gets_them_again_later(
    dovecot: Dovecot, box: str, failure: Exception
) -> None:
    desk = MemoryDesk(failing=failure)
    dovecot.put(box, mail(1), mail(2))
    async with running(channel(imap(box, dovecot.imap, after="move:Done")), desk):
        await desk.until(lambda: "no space left" in desk.problem("support"))
        assert dovecot.subjects(box) == ["mail 1", "mail 2"], "nothing is moved before it is kept"
        desk.failing = None
        await desk.until(lambda: len(desk.kept) == 2)


async def test_taken_mails_are_moved_and_left_out_ones_stay(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1))
    async with running(channel(imap(box, dovecot.imap, first="none", after="move:بایگانی & تمام")), desk):
        await desk.settled()
        dovecot.put(box, mail(2), mail(3))
        await desk.until(lambda: len(desk.kept) == 2)
        await desk.settled()
        await desk.until(lambda: dovecot.subjects(box) == ["mail 1"])
    assert dovecot.subjects(box, FOLDER) == ["mail 2", "mail 3"]


async def test_mails_are_deleted_only_after_they_were_kept(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    async with running(channel(imap(box, dovecot.imap, after="delete")), desk):
        await desk.settled()
    assert len(desk.kept) == 2
    assert dovecot.subjects(box) == []


async def test_what_a_stop_left_unmoved_is_moved_at_the_next_start(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1))
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
    desk.states.clear()
    async with running(channel(imap(box, dovecot.imap, after="move:Done")), desk):
        await desk.settled()
    assert dovecot.subjects(box, "Done") == ["mail 1"]


async def test_a_mail_above_the_limit_is_kept_as_a_note_of_what_it_was(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    huge = mail(1, body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 1000)
    dovecot.put(box, huge, mail(2))
    email = channel(imap(box, dovecot.imap), size_limit=20_000)
    async with running(email, desk):
        await desk.settled()
    note, small = desk.kept
    assert note.raw.startswith(f"X-Pasokh-Oversized: {len(huge)}\r\n".encode())
    assert b"Subject: mail 1\r\n" in note.raw
    assert b"yyyy" not in note.raw
    assert small.raw.endswith(mail(2))
    understood = email.normalise("support", note.raw)
    assert not isinstance(understood, list)
    assert understood is not None
    assert understood.author is not None
    assert understood.author.address == "email:sara@customer.example"
    assert understood.oversize == Oversize(len(huge), 20_000)


async def test_several_mailboxes_are_read_and_one_that_fails_stops_no_other(dovecot: Dovecot) -> None:
    desk = MemoryDesk()
    first, second = dovecot.user(), dovecot.user()
    dovecot.put(first, mail(1))
    dovecot.put(second, mail(1), mail(2))
    boxes = [imap(first, dovecot.imap), imap(second, dovecot.imap, name="sales")]
    async with running(channel(*boxes, imap("x@desk.example", dovecot.imap, name="lost"), env=ENV), desk):
        await desk.settled()
        await desk.settled("sales")
        await desk.until(lambda: "PASOKH_EMAIL_LOST_PASSWORD" in desk.problem("lost"))
    assert sorted((one.account, one.external_id[:22]) for one in desk.kept) == [
        ("sales", "<m1@customer.example> "),
        ("sales", "<m2@customer.example> "),
        ("support", "<m1@customer.example> "),
    ]


async def test_mails_that_share_one_message_id_are_all_kept(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    same = "<scan@printer.example>"
    dovecot.put(
        box, mail(1, Message_ID=same), mail(2, Message_ID=same), mail(2, Message_ID=same), mail(3, Message_ID="")
    )
    async with running(channel(imap(box, dovecot.imap)), desk):
        await desk.settled()
    assert subjects(desk) == ["mail 1", "mail 2", "mail 3"]


async def test_a_server_that_can_do_little_is_read_and_tidied_all_the_same(
    dovecot: Dovecot, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither push nor counting nor moving nor removing by number."""
    monkeypatch.setattr(Connection, "can", lambda self, ability: False)
    desk = MemoryDesk()
    dovecot.put(box, mail(1), mail(2))
    pace = Pace(answer=5, idle=0.01, retry_first=0.01)
    async with running(channel(imap(box, dovecot.imap, after="move:Done"), pace=pace), desk):
        await desk.settled()
        dovecot.put(box, mail(3))
        await desk.until(lambda: dovecot.subjects(box, "Done") == ["mail 1", "mail 2", "mail 3"])
        looked = len(desk.states)
        await desk.until(lambda: len(desk.states) > looked + 2)
    assert dovecot.subjects(box, "Done") == ["mail 1", "mail 2", "mail 3"], "marked deleted, and not copied again"
    assert all("Deleted" in flags for flags in dovecot.flags(box))


async def test_without_push_the_mailbox_is_looked_at_from_time_to_time(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    pace = Pace(answer=5, idle=0.05, retry_first=0.01)
    async with running(channel(imap(box, dovecot.imap), pace=pace), desk):
        await desk.settled()
        seen = len(desk.states)
        await desk.until(lambda: len(desk.states) >= seen + 3)
        dovecot.put(box, mail(1))
        await desk.until(lambda: len(desk.kept) == 1)
    assert PACE.idle < 540, "renewed within nine minutes"
