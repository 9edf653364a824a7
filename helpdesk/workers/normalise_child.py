"""The process that understands what strangers wrote: it alone is stopped when that takes too long.

It holds no secret and no connection. Frames on its pipes are a length in four bytes and a pickle: in comes (function,
account, raw form) or a budget in seconds, out goes (True, result) or (False, exception). `run` is its whole life.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
from typing import Any, BinaryIO

LENGTH = 4  # bytes
MEMORY = 2**30  # bytes of data it may hold; a mail that needs more is given up


def run() -> None:
    """Answer frame by frame until the pipe ends. The system ends the process when one takes more than the budget."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # no handler: an expression that runs on would never let it in
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the desk ends it
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    budget = float(sys.argv[1])
    while (frame := _read(sys.stdin.buffer)) is not None:
        function, account, raw = pickle.loads(frame)  # noqa: S301 (the desk wrote it)
        signal.setitimer(signal.ITIMER_PROF, budget)
        answer = packed(_answer(function, account, raw))
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(answer)
        answers.flush()


def packed(value: Any) -> bytes:
    """A frame."""
    content = pickle.dumps(value, protocol=5)
    return len(content).to_bytes(LENGTH, "big") + content


def _answer(function: Any, account: str, raw: bytes) -> tuple[bool, Any]:
    try:
        return True, function(account, raw)
    except Exception as error:  # told to whoever asked
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 (its own)
        except Exception:  # some can't be taken over a pipe; their words can
            return False, RuntimeError(f"{type(error).__name__}: {error}")
        return False, error


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head, "big")
    content = stream.read(size)
    return content if len(content) == size else None


if __name__ == "__main__":
    run()
