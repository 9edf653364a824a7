"""JSON Lines input and output: a bad line gets an error as its answer and the others are processed all the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from helpdesk.errors import DeskError

Answer = dict[str, Any]


def answers(lines: Iterable[bytes], function: Callable[[Any], Answer]) -> Iterator[Answer]:
    """The results of `function` per line, in order; `{"error", "line"}` for a bad one. Empty lines are skipped."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not text:
            continue
        try:
            yield function(json.loads(text))
        except DeskError as error:
            yield {"error": str(error), "line": number}
        except UnicodeDecodeError:
            yield {"error": "not UTF-8", "line": number}
        except (ValueError, RecursionError) as error:
            yield {"error": f"not JSON: {error}", "line": number}
        except Exception as error:  # one bad line must not stop the others
            yield {"error": f"{type(error).__name__}: {error}", "line": number}


def show(results: Iterable[Answer], *, pretty: bool = False) -> int:
    """Print answers, one per line (or indented). Returns the exit status: 1 if any is an error."""
    status = 0
    for answer in results:
        status = status or int("error" in answer and "line" in answer)
        print(json.dumps(answer, ensure_ascii=False, indent=2 if pretty else None, default=str), flush=False)
    sys.stdout.flush()
    return status


def opened(path: Path) -> BinaryIO:
    """The file, or standard input for `-`. Exits with one sentence when it can't be read."""
    try:
        return sys.stdin.buffer if str(path) == "-" else path.open("rb")
    except OSError as error:
        print(f"{path} can't be read: {error.strerror}.", file=sys.stderr)
        raise SystemExit(2) from None
