"""Everything the desk writes is its own user's alone, whatever the umask it is started with."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import sys
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest

from helpdesk.app import build_app
from helpdesk.cli.check import outcomes
from helpdesk.settings import Settings
from tests.architecture.source_files import ROOT
from tests.faults.test_kill_mail import free_port

SETTINGS = """
[data]
folder = "{data}"
[database]
url = "sqlite:///{data}/desk.db"
[web]
port = {port}
[channels.email]
enabled = true
mailboxes = [{{ name = "support", address = "support@desk.example" }}]
deliver = "folder:{data}/outgoing"
receiver = {{ enabled = true, port = {mail_port} }}
[channels.webchat]
enabled = true
folder = "{data}/webchat"
sites = [{{ name = "shop", origins = ["https://shop.example"] }}]
"""


def reachable(folder: Path) -> list[str]:
    """What others than the owner may do something with."""
    paths = [folder, *folder.rglob("*")]
    return [
        f"{path.relative_to(folder)} {path.stat().st_mode & 0o777:o}" for path in paths if path.stat().st_mode & 0o77
    ]


def mail_with_file() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "sara@customers.example", "support@desk.example", "A file"
    letter.set_content("See the file.")
    letter.add_attachment(b"words", maintype="application", subtype="octet-stream", filename="a.bin")
    return letter


@asynccontextmanager
async def program(*arguments: str):
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "run.py"), *arguments, preexec_fn=lambda: os.umask(0o022), cwd=ROOT
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            await child.wait()


async def until(true):
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_run_with_mail_chat_and_backup_leaves_nothing_to_others(tmp_path):
    data, port, mail_port, config = tmp_path / "data", free_port(), free_port(), tmp_path / "helpdesk.toml"
    config.write_text(SETTINGS.format(data=data, port=port, mail_port=mail_port), "utf-8")

    async def delivered() -> bool:
        try:
            await asyncio.to_thread(deliver)
        except OSError:
            return False
        return True

    def deliver() -> None:
        with smtplib.LMTP("127.0.0.1", mail_port, timeout=10) as server:
            server.send_message(mail_with_file())

    async def file_is_stored() -> bool:
        return any((data / "files").rglob("*"))

    async with program("serve", "--config", str(config)), aiohttp.ClientSession() as http:
        await until(delivered)
        await until(file_is_stored)
        assert (await http.get(f"http://127.0.0.1:{port}/sign-in")).status == 200
        async with program("backup", str(data / "desk.tar"), "--config", str(config)) as backup:
            assert await backup.wait() == 0
        names = {path.name for path in data.iterdir()}
        assert {"desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock", "files", "secret", "desk.tar"} <= names
        assert reachable(data) == []


async def test_a_folder_of_an_earlier_version_is_named_by_check_and_tightened_by_the_start(tmp_path, empty_desk):
    data = tmp_path / "data"
    (data / "files" / "ab").mkdir(parents=True)
    (data / "somebody-elses").mkdir(mode=0o755)
    database = data / "desk.db"
    database.write_bytes(empty_desk.read_bytes())
    for path in (data / "files", database):
        path.chmod(0o755 if path.is_dir() else 0o644)
    url = f"sqlite:///{database}"
    config = tmp_path / "helpdesk.toml"
    config.write_text(f'[data]\nfolder = "{data}"\n[database]\nurl = "{url}"\n', "utf-8")
    problem = {what: problem async for what, problem in outcomes(config)}["rights of the data folder"]
    assert problem is not None
    assert str(database) in problem
    assert str(data / "files") in problem
    own = Settings.model_validate({"secret_key": "k" * 40, "data": {"folder": data}, "database": {"url": url}})
    async with build_app(own, channels={}):
        assert database.stat().st_mode & 0o777 == 0o600
        assert database.with_name("desk.db-wal").stat().st_mode & 0o77 == 0, "SQLite gives it the mode of the database"
        assert (data / "files").stat().st_mode & 0o77 == 0
        assert (data / "somebody-elses").stat().st_mode & 0o777 == 0o755, "what the desk did not make is left alone"
    assert {what: problem async for what, problem in outcomes(config)}["rights of the data folder"] is None
