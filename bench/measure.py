"""What every benchmark measures beside its own figure: processor time, and what other processes took."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    """Seconds of wall and processor time, and the share of all cores that others took meanwhile."""

    wall: float = 0.0
    cpu: float = 0.0
    others: float = 0.0


@contextmanager
def cost(*, children: bool = False) -> Iterator[Cost]:
    """Measure what happens inside. `children`: count the processes this one started, not for a bench's own browser."""
    made = Cost()
    busy, total = _machine()
    wall, cpu = time.perf_counter(), _processor_time(children)
    yield made
    made.wall, made.cpu = time.perf_counter() - wall, _processor_time(children) - cpu
    busy_after, total_after = _machine()
    passed = max(total_after - total, 0.01)
    made.others = round(max(0.0, (busy_after - busy) - made.cpu) / passed, 3)


def _processor_time(children: bool) -> float:
    """Seconds of this process, with `children` also of those it started, ended or not."""
    if not children:
        return time.process_time()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = 0
    for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with suppress(OSError):  # it has just ended
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            running += int(fields[11]) + int(fields[12])
    return time.process_time() + ended.ru_utime + ended.ru_stime + running / os.sysconf("SC_CLK_TCK")


def reference_ms() -> float:
    """Processor time of a fixed piece of work of the kind the desk does: how fast this machine is just now.

    Compare figures of different moments by their ratio to it; the best of five.
    """
    return round(min(_fixed_work() for _ in range(5)) * 1000, 2)


def _fixed_work() -> float:
    start = time.thread_time()
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
    for number in range(2000):
        text = json.dumps({"number": number, "words": ["پاسخ", "answer"] * 8}, ensure_ascii=False)
        base.execute("INSERT INTO t (a, b) VALUES (?, ?)", (text, hashlib.sha256(text.encode()).hexdigest()))
    rows = [json.loads(row[0]) for row in base.execute("SELECT a FROM t ORDER BY b")]
    assert len({re.sub(r"\s+", " ", str(item)) for item in rows}) == 2000
    base.close()
    return time.thread_time() - start


def _machine() -> tuple[float, float]:
    """Seconds all cores were busy, and seconds all cores had."""
    ticks = os.sysconf("SC_CLK_TCK")
    values = [int(part) / ticks for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = values[3] + values[4]
    return sum(values) - idle, sum(values)


def resident_mib(pid: int | str = "self") -> float:
    """Memory a process holds now, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576, 1)


def middle(values: list[float]) -> float:
    """The median."""
    return sorted(values)[len(values) // 2]
