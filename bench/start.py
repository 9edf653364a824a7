"""A cold start to the first answer, and the memory of an idle desk: every channel on, all but Telegram, or mail alone."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.measure import cost, middle, reference_ms, resident_mib
from helpdesk import clock
from helpdesk.demo.bot_api_twin import TOKEN, Twin

SECRETS = {"PASOKH_PHONE_PBX_SECRET": "benchmark"}
BOT_SECRETS = {"PASOKH_TELEGRAM_SHOP_TOKEN": TOKEN}
ROOT = Path(__file__).resolve().parents[1]
CONFIG = """
[data]
folder = "{folder}"
[database]
url = "sqlite:///{folder}/desk.db"
[web]
port = {port}
[channels.email]
enabled = true
deliver = "folder:{folder}/outgoing"
[[channels.email.mailboxes]]
name = "support"
address = "support@dalan.example"
[channels.email.receiver]
enabled = true
port = {mail}
"""
TELEGRAM = """
[channels.telegram]
enabled = true
[[channels.telegram.bots]]
name = "shop"
api = "{api}"
"""
OTHERS = """
[channels.webchat]
enabled = true
folder = "{folder}/webchat"
[[channels.webchat.sites]]
name = "shop"
origins = ["https://shop.example"]
[channels.phone]
enabled = true
[[channels.phone.sources]]
name = "pbx"
provider = "generic"
[channels.phone.sms]
driver = "folder"
folder = "{folder}/texts"
"""


async def run(*, db: str | None, n: int | None, kind: str | None, **_: Any) -> dict[str, Any]:
    """Start the program five times on a database that exists; the median.

    All channels, `--kind without-telegram`, or `--kind mail` alone.
    """
    kind = kind if kind in ("mail", "without-telegram") else "all"
    channels = {"mail": "", "without-telegram": OTHERS, "all": OTHERS + TELEGRAM}[kind]
    secrets = {"mail": {}, "without-telegram": SECRETS, "all": SECRETS | BOT_SECRETS}[kind]
    tries = n or 5
    async with AsyncExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="pasokh-bench-"))
        api = await stack.enter_async_context(Twin(Path(name) / "bot", clock.now).open())
        spent = stack.enter_context(cost())
        config, port = Path(name) / "helpdesk.toml", _free()
        text = CONFIG + channels
        config.write_text(text.format(folder=name, port=port, mail=_free(), api=api))
        await _once(config, port, secrets)
        seen = [await _once(config, port, secrets) for _ in range(tries)]
    return {
        "n": tries,
        "kind": kind,
        "start_s": round(middle([item[0] for item in seen]), 3),
        "rss_mib": round(middle([item[1] for item in seen]), 1),
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


async def _once(config: Path, port: int, secrets: dict[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "run.py"),
        "serve",
        "--config",
        str(config),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, **secrets},
    )
    try:
        while not await asyncio.to_thread(_answers, port):
            if child.returncode is not None or time.perf_counter() - started > 60:
                raise RuntimeError("the desk did not start")
            await asyncio.sleep(0.01)
        took = time.perf_counter() - started
        await asyncio.sleep(2)
        return took, resident_mib(child.pid)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
