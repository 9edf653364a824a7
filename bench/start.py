"""A cold start to the first answer, and the memory of an idle desk with every channel on."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.measure import cost, middle, reference_ms, resident_mib

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


async def run(*, db: str | None, n: int | None, **_: Any) -> dict[str, Any]:
    """Start the program five times on a database that exists; the median."""
    tries = n or 5
    with tempfile.TemporaryDirectory(prefix="pasokh-bench-") as name, cost() as spent:
        config = Path(name) / "helpdesk.toml"
        port, mail = _free(), _free()
        config.write_text(CONFIG.format(folder=name, port=port, mail=mail))
        await _once(config, port)
        seen = [await _once(config, port) for _ in range(tries)]
    return {
        "n": tries,
        "start_s": round(middle([one[0] for one in seen]), 3),
        "rss_mib": round(middle([one[1] for one in seen]), 1),
        "reference_ms": reference_ms(),
        "others_cpu_share": spent.others,
    }


async def _once(config: Path, port: int) -> tuple[float, float]:
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
