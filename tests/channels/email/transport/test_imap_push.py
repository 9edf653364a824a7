"""Servers that promise to push and don't, and connections that break as soon as they stand."""

from __future__ import annotations

from typing import Any

import pytest
from aioimaplib.aioimaplib import IdleCommand, IMAP4ClientProtocol

from channels.email.imap.imap_client import Connection, ImapError
from channels.email.imap.mailbox_reader import Pace, Reader
from tests.support.desk.memory_desk import MemoryDesk
from tests.support.mail.mailboxes import channel, imap, mail, running
from tests.support.servers.dovecot import Dovecot
from tests.support.servers.tcp_proxy import Proxy

pytestmark = pytest.mark.slow


async def test_a_server_that_refuses_to_push_is_asked_now_and_then_on_the_same_connection(
    dovecot: Dovecot, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nonsense(protocol: Any) -> Any:
        return await protocol.execute(IdleCommand(protocol.new_tag(), protocol.idle_queue, "now", loop=protocol.loop))

    monkeypatch.setattr(IMAP4ClientProtocol, "idle", nonsense)
    desk = MemoryDesk()
    pace = Pace(answer=5, idle=0.05, retry_first=0.01)
    async with Proxy(dovecot.imap) as proxy, running(channel(imap(box, proxy.port), pace=pace), desk):
        await desk.settled()
        seen = len(desk.states)
        await desk.until(lambda: len(desk.states) >= seen + 5)
        dovecot.put(box, mail(1))
        await desk.until(lambda: len(desk.kept) == 1)
        assert proxy.connections == 1


async def test_only_a_connection_that_lived_ends_the_waiting_between_tries(
    dovecot: Dovecot, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(connection: Connection, seconds: float) -> bool:
        raise ImapError("The server went away.")

    monkeypatch.setattr(Connection, "idle", breaks)
    tried: list[int] = []

    def delay(reader: Reader, tries: int, *, refused: bool) -> float:
        tried.append(tries)
        return 0.01

    monkeypatch.setattr(Reader, "delay", delay)
    desk = MemoryDesk()
    async with running(channel(imap(box, dovecot.imap), pace=Pace(answer=5, idle=30)), desk):
        await desk.until(lambda: len(tried) >= 4)
    assert tried[:4] == [1, 2, 3, 4]
    tried.clear()
    async with running(channel(imap(box, dovecot.imap), pace=Pace(answer=5, idle=30, lived=0)), desk):
        await desk.until(lambda: len(tried) >= 3)
    assert tried[:3] == [1, 1, 1]
