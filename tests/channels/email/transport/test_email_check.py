"""`run.py check` reports each way mail comes in and leaves, configured or not."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from channels.email.channel import Channel
from channels.email.settings import EmailSettings
from tests.support.desk.memory_desk import MemoryDesk

BOX = {"name": "help", "address": "help@desk.example"}


def email(**settings: Any) -> Channel:
    return Channel(EmailSettings.model_validate({"enabled": True, "mailboxes": [BOX], **settings}), env={})


async def test_check_reports_the_receiver_whether_the_desk_runs_or_not(tmp_path: Path) -> None:
    import asyncio

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    made = email(receiver={"enabled": True, "port": port}, deliver=f"folder:{tmp_path}/out")
    fine = {
        f"receive mail by LMTP at 127.0.0.1:{port}": None,
        "read help@desk.example: not fetched, the receiver takes it in": None,
        f"send: mails are written to {tmp_path}/out and leave for nobody": None,
    }
    assert dict(await made.check()) == fine
    made.listening = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(made.run(MemoryDesk()))
    await asyncio.wait_for(made.listening, 10)
    assert dict(await made.check()) == fine
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("greeting", [b"220 elsewhere.example ESMTP\r\n", b"SSH-2.0\r\n"])
async def test_a_port_held_by_another_program_is_reported(greeting: bytes) -> None:
    import asyncio

    async def greets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greets, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = dict(await email(receiver={"enabled": True, "port": port}).check())
    assert "another program" in str(found[f"receive mail by LMTP at 127.0.0.1:{port}"])
    server.close()


async def test_check_reports_that_there_is_no_mailbox(tmp_path: Path) -> None:
    found = dict(await email(mailboxes=[], deliver=f"folder:{tmp_path}").check())
    assert "no mail can be answered" in str(found["mailboxes"])


async def test_a_folder_that_cannot_be_written_to_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = await email(deliver=f"folder:{tmp_path}/file/out").check()
    assert "can't be written to" in str(found[-1][1])
