"""Trouble of a mailbox over the years: cut connections, stopped servers, changed passwords."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from channels.email.imap.mailbox_reader import Reader
from channels.email.settings import Imap, Mailbox
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import PACE, channel, imap, mail, running
from tests.support.servers.dovecot import PASSWORD, Dovecot
from tests.support.servers.tcp_proxy import Proxy

pytestmark = pytest.mark.slow


async def test_a_connection_cut_while_waiting_is_noticed_and_made_again(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    async with Proxy(dovecot.imap) as proxy, running(channel(imap(box, proxy.port)), desk):
        await desk.settled()
        proxy.cut()
        await desk.until(lambda: "closed the connection" in " ".join(state.problem or "" for state in desk.states))
        dovecot.put(box, mail(1))
        await desk.until(lambda: len(desk.kept) == 1)
        await desk.settled()
        assert proxy.connections >= 2


@pytest.mark.parametrize("cut_at", [40, 900, 5_000, 60_000, 150_000, 290_000])
async def test_a_connection_cut_in_the_middle_of_a_mail_takes_it_whole_the_next_time(
    dovecot: Dovecot, box: str, cut_at: int
) -> None:
    desk = MemoryDesk()
    mails = [mail(n, body=("z" * 75 + "\r\n") * 1300) for n in range(3)]
    dovecot.put(box, *mails)
    async with Proxy(dovecot.imap) as proxy:
        proxy.cut_at = cut_at
        async with running(channel(imap(box, proxy.port)), desk):
            await desk.settled()
        assert proxy.connections >= 2
    assert [one.raw.partition(b"\r\n")[2] for one in desk.kept] == mails  # below the line that tells when it was stored


async def test_a_line_that_cuts_every_large_mail_gets_a_note_in_the_end_and_the_next_mail_is_taken(
    dovecot: Dovecot, box: str
) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1, body=("z" * 75 + "\r\n") * 3000), mail(2))
    pace = replace(PACE, attempts=2)

    async def cut_again(proxy: Proxy) -> None:
        while True:
            proxy.cut_at = proxy.cut_at or 60_000
            await asyncio.sleep(0)

    async with Proxy(dovecot.imap) as proxy:
        cutter = asyncio.create_task(cut_again(proxy))
        async with running(channel(imap(box, proxy.port), pace=pace), desk):
            await desk.until(lambda: len(desk.kept) == 2)
        cutter.cancel()
    note, second = desk.kept
    assert note.raw.startswith(b"X-Pasokh-Unfetched: ")
    assert b"Subject: mail 1" in note.raw
    assert second.raw.endswith(mail(2))


async def test_a_frozen_connection_is_given_up_and_made_again(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    pace = replace(PACE, answer=0.2, idle=0.1)
    async with Proxy(dovecot.imap) as proxy, running(channel(imap(box, proxy.port), pace=pace), desk):
        await desk.settled()
        proxy.freeze()
        await desk.until(
            lambda: "stopped answering" in desk.problem("support") or "can't be reached" in desk.problem("support")
        )
        proxy.thaw()
        dovecot.put(box, mail(1))
        await desk.until(lambda: len(desk.kept) == 1)


async def test_a_slow_line_still_brings_a_large_mail_although_it_takes_longer_than_an_answer_may(
    dovecot: Dovecot, box: str
) -> None:
    desk = MemoryDesk()
    large = mail(1, body=("z" * 75 + "\r\n") * 1000)
    dovecot.put(box, large)
    pace = replace(PACE, answer=0.3)
    async with Proxy(dovecot.imap) as proxy:
        proxy.bytes_per_turn, proxy.turns = 4_000, asyncio.Semaphore(0)

        async def drip() -> None:
            while proxy.turns is not None:
                proxy.turns.release()
                await asyncio.sleep(0.03)

        dripping = asyncio.create_task(drip())
        async with running(channel(imap(box, proxy.port), pace=pace), desk):
            await desk.settled()
        dripping.cancel()
        assert proxy.connections == 1
    assert desk.kept[0].raw.endswith(large)


async def test_a_wrong_password_is_reported_in_a_sentence_and_retried_slowly(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    env = {"PASOKH_EMAIL_SUPPORT_PASSWORD": "wrong"}
    email = channel(imap(box, dovecot.imap), env=env)
    async with running(email, desk):
        await desk.until(lambda: f"refused the sign-in of {box}" in desk.problem("support"))
    assert not desk.state("support").connected
    assert dict(await email.check())[f"read {box} at 127.0.0.1"] == desk.problem("support")
    reader = Reader(Mailbox(name="a", address=box), Imap(host="h"), {}, 1000, lambda raw: "")
    assert reader.delay(1, refused=True) >= 40
    assert reader.delay(1, refused=False) <= 2
    assert 200 < reader.delay(30, refused=True) <= 300


async def test_a_password_put_right_while_running_is_used_at_the_next_try(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    env = {"PASOKH_EMAIL_SUPPORT_PASSWORD": "wrong"}
    dovecot.put(box, mail(1))
    async with running(channel(imap(box, dovecot.imap), env=env), desk):
        await desk.until(lambda: desk.problem("support"))
        env["PASOKH_EMAIL_SUPPORT_PASSWORD"] = PASSWORD
        await desk.settled()
    assert len(desk.kept) == 1


async def test_a_server_that_is_restarted_is_waited_for(box: str) -> None:
    desk = MemoryDesk()
    server = Dovecot()
    try:
        server.start()
        server.put(box, mail(1))
        async with running(channel(imap(box, server.imap)), desk):
            await desk.settled()
            await asyncio.to_thread(server.stop)
            await desk.until(lambda: "can't be reached" in desk.problem("support"))
            await asyncio.to_thread(server.start)
            server.put(box, mail(2))
            await desk.until(lambda: len(desk.kept) == 2)
    finally:
        server.remove()


async def test_ten_thousand_waiting_mails_are_taken_each_once_also_over_a_line_that_breaks(
    dovecot: Dovecot, box: str
) -> None:
    desk = MemoryDesk()
    count = 10_000
    dovecot.pour(box, (mail(n) for n in range(count)))
    async with Proxy(dovecot.imap) as proxy:
        proxy.cut_at = 2_000_000
        async with running(channel(imap(box, proxy.port)), desk):
            await desk.settled()
        assert proxy.connections >= 2
    assert len(desk.kept) == count
    assert desk.accepts <= count + PACE.batch
    assert desk.state("support").taken_count == count


async def test_thousands_of_mails_deleted_by_another_client_at_once_do_no_harm(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.pour(box, (mail(n) for n in range(2_000)))
    async with Proxy(dovecot.imap) as proxy, running(channel(imap(box, proxy.port, first="none")), desk):
        await desk.settled()
        with dovecot.client(box, "INBOX") as client:
            client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()
        dovecot.put(box, mail(3))
        await desk.until(lambda: len(desk.kept) == 1)
        await desk.settled()
        assert proxy.connections == 1, "thousands of lines in one packet broke nothing"


async def test_a_missing_imap_folder_is_reported_and_read_again_when_it_is_back(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    pace = replace(PACE, idle=0.05)
    dovecot.put(box, mail(1), folder="Support")
    async with running(channel(imap(box, dovecot.imap, folder="Support"), pace=pace), desk):
        await desk.settled()
        with dovecot.client(box) as client:
            client.delete("Support")
        await desk.until(lambda: "opening Support" in desk.problem("support"))
        dovecot.put(box, mail(2), folder="Support")
        await desk.until(lambda: len(desk.kept) == 2)


async def test_a_server_that_refuses_connections_is_reported() -> None:
    desk = MemoryDesk()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* BYE Too many connections\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with running(channel(imap("a@desk.example", server.sockets[0].getsockname()[1])), desk):
        await desk.until(lambda: desk.problem("support"))
    server.close()
    assert "closed the connection while connecting" in desk.problem("support")


async def test_tls_is_used_and_the_certificate_is_checked(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    dovecot.put(box, mail(1))
    trusting = imap(box, dovecot.imaps, ca_file=str(dovecot.ca_file))
    trusting["imap"]["tls"] = True
    async with running(channel(trusting), desk):
        await desk.settled()
    assert len(desk.kept) == 1
    strict = imap(box, dovecot.imaps)
    strict["imap"]["tls"] = True
    [(_, problem)] = [line for line in await channel(strict).check() if line[0].startswith("read")]
    assert problem is not None
    assert "certificate" in problem


async def test_tls_on_a_plain_port_is_reported_with_a_remedy(dovecot: Dovecot, box: str) -> None:
    wrong = imap(box, dovecot.imap)
    wrong["imap"]["tls"] = True
    (_, problem), *_ = await channel(wrong).check()
    assert "993" in str(problem)


async def test_a_tls_connection_that_is_cut_is_noticed_too(dovecot: Dovecot, box: str) -> None:
    desk = MemoryDesk()
    async with Proxy(dovecot.imaps) as proxy:
        secure = imap(box, proxy.port, ca_file=str(dovecot.ca_file))
        secure["imap"]["tls"] = True
        async with running(channel(secure), desk):
            await desk.settled()
            proxy.cut()
            await desk.until(lambda: proxy.connections == 2)
            await desk.settled()


async def test_an_access_token_from_a_file_or_a_command_opens_the_mailbox(dovecot: Dovecot, box: str, tmp_path) -> None:
    dovecot.put(box, mail(1))
    file = tmp_path / "token"
    file.write_text(dovecot.token(box) + "\n")
    for how in ({"token_file": str(file)}, {"token_command": ["cat", str(file)]}):
        desk = MemoryDesk()
        async with running(channel(imap(box, dovecot.imap, **how), env={}), desk):
            await desk.settled()
        assert len(desk.kept) == 1


async def test_a_refused_missing_or_empty_token_is_reported_and_blocks_nothing(
    dovecot: Dovecot, box: str, tmp_path
) -> None:
    file = tmp_path / "token"
    file.write_text(dovecot.token(box, key=b"somebody else's key"))
    (tmp_path / "empty").write_text("\n")
    expected: dict[str, dict[str, Any]] = {
        "refused the sign-in": {"token_file": str(file)},
        "can't be read": {"token_file": str(tmp_path / "none")},
        "is empty": {"token_file": str(tmp_path / "empty")},
        "gave no token": {"token_command": ["false"]},
        "can't be run": {"token_command": ["/no/such/program"]},
    }
    for words, how in expected.items():
        (_, problem), *_ = await channel(imap(box, dovecot.imap, **how), env={}).check()
        assert problem is not None
        assert words in problem


async def test_check_says_what_is_wrong_with_a_folder_or_a_port(dovecot: Dovecot, box: str) -> None:
    (_, problem), *_ = await channel(imap(box, dovecot.imap, folder="Nowhere")).check()
    assert "Nowhere" in str(problem)
    async with Proxy(dovecot.imap) as proxy:
        port = proxy.port
    (_, problem), *_ = await channel(imap(box, port)).check()
    assert "can't be reached" in str(problem)
    (_, problem), *_ = await channel(imap(box, dovecot.imap)).check()
    assert problem is None
