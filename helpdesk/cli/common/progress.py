"""Progress on standard error: one growing line on a terminal, a line every ten per cent elsewhere."""

from __future__ import annotations

import sys
from typing import TextIO


class Progress:
    """`progress(done, total)` writes `Exporting tickets: 500 of 2000 (25 %)`; `end()` closes the line."""

    def __init__(self, label: str, out: TextIO | None = None) -> None:
        self.label, self.out = label, out or sys.stderr
        self._shown = -1
        self._terminal = self.out.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show the progress; an unchanged line is not written again."""
        percent = 100 if done >= total else done * 100 // total
        if percent == self._shown or not (self._terminal or percent // 10 > self._shown // 10 or percent == 100):
            return
        self._shown = percent
        line = f"{self.label}: {done} of {max(done, total)} ({percent} %)"
        self.out.write(f"\r{line}" if self._terminal else f"{line}\n")
        self.out.flush()

    def end(self) -> None:
        """End the line."""
        if self._terminal and self._shown >= 0:
            self.out.write("\n")
