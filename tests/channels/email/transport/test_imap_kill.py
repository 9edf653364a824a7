"""kill -9 again and again while mails come in: none is lost, none comes twice."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.mail import imap_child
from tests.support.mail.mailboxes import mail
from tests.support.servers.dovecot import Dovecot

pytestmark = pytest.mark.slow
DEATHS = 8
A_MINUTE = 60.0
A_MOMENT = 0.002


def kept(file: Path) -> int:
    try:
        with sqlite3.connect(file, timeout=10) as base:
            return int(base.execute("SELECT count(*) FROM kept").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        base.close()


def as_sent(raw: bytes) -> bytes:
    """Without the line that tells when the server stored it."""
    first, _, rest = raw.partition(b"\r\n")
    return rest if first.startswith(b"X-Pasokh-Stored:") else raw


@pytest.mark.parametrize("after", ["keep", "move:Done"])
def test_killed_at_random_moments_every_mail_is_kept_exactly_once(
    dovecot: Dovecot, box: str, tmp_path: Path, after: str
) -> None:
    file, root, chance = tmp_path / "kept.db", Path(imap_child.__file__).parents[3], random.Random(after)
    count = 3_000
    dovecot.pour(box, (mail(number) for number in range(count)))
    for death in range(DEATHS + 1):
        child = subprocess.Popen(
            [sys.executable, imap_child.__file__, str(file), box, str(dovecot.imap), after],
            cwd=root,
            env={"PYTHONPATH": str(root)},
        )
        try:
            goal = count if death == DEATHS else min(count, kept(file) + chance.randrange(1, 2 * count // DEATHS))
            deadline = time.monotonic() + A_MINUTE
            while kept(file) < goal and time.monotonic() < deadline and child.poll() is None:
                time.sleep(A_MOMENT)  # another process is at work: there is nothing to be told by
            assert kept(file) >= goal
            if death == DEATHS and after != "keep":
                while dovecot.subjects(box) and time.monotonic() < deadline:
                    time.sleep(A_MOMENT)
        finally:
            child.kill()
            child.wait()
    with sqlite3.connect(file) as base:
        raws = [as_sent(row[0]) for row in base.execute("SELECT raw FROM kept")]
    base.close()
    wanted = {mail(number) for number in range(count)}
    assert (len(raws), len(wanted - set(raws)), len(set(raws) - wanted)) == (count, 0, 0)
    if after != "keep":
        assert dovecot.subjects(box) == []
        assert len(dovecot.subjects(box, "Done")) == count
