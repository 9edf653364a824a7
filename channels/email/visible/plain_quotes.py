"""Quotation detection in plain text: one pass over the lines, marking what is quoted.

Almost every line is passed by after a look at its first and last letter; only a suspicious one meets
the patterns.
"""

from __future__ import annotations

import re

from channels.email.visible import quote_patterns
from channels.email.visible.questions import Run, belonging

ATTRIBUTION_LINES = 6
MOST_LOOKS = 3_000  # suspicious lines that are examined; a text with more of them is no letter
LONGEST_MARK = 90  # characters of "please reply above this line"
_EDGES = " \t\r*\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00a0\u061c"
_LOOSE_ENDS = re.compile(r"(?<![\s_=*-])[\s_=*-]++$")
_BORDERS = frozenset("-_=—–─·#|")
_OPEN_LINK = re.compile(r"<\s*(?:https?://|mailto:)[^<>\s]*+\s*+$", re.IGNORECASE)
_LINK = re.compile(r"https?:|www\.")
_CUT_LINK = re.compile(r"[=_&/)]")


class PlainQuotes:
    """`lines` with the quoted ones marked.

    `forward`: a message sent on is the message itself; `first_mail`: it answers none, so that lines
    that begin with `>` were pasted unless a line above says who wrote them.
    """

    def __init__(self, lines: list[str], *, forward: bool = False, first_mail: bool = False) -> None:
        self.lines = lines
        self.forward = forward
        self.first_mail = first_mail
        self.runs: list[Run] = []
        self.opened = False
        self.bare = [line.strip(_EDGES) for line in lines]
        self.gone: set[int] = set()
        self.end = len(lines)
        self.last: str | None = None  # what remains of the line at `end`
        self.answered = False  # questions stand above their answers

    def kept(self) -> list[str]:
        """The lines that are the person's own."""
        index = looks = 0
        while index < self.end:
            bare = self.bare[index]
            if not bare:
                index += 1
            elif bare[0] in ">&" and self._is_quoted(index):
                index = self._broken_attribution(index, bare) or self._quoted(index)
            elif looks < MOST_LOOKS and (
                ":" in bare
                or "：" in bare
                or bare[-1] == ">"
                or bare[0] in _BORDERS
                or bare[-1] in _BORDERS
                or (len(bare) <= LONGEST_MARK and quote_patterns.ABOVE_WORDS.search(quote_patterns.fold(bare)))
            ):
                looks += 1
                index = self._look(index, quote_patterns.fold(self.lines[index]))
            else:
                index += 1
        pasted, asked = belonging(self.bare, self.gone, self.end, self.runs, first_mail=self.first_mail)
        self.answered = bool(asked) and not pasted
        self.gone -= pasted | asked
        kept = [line for index, line in enumerate(self.lines[: self.end]) if index not in self.gone]
        if self.last is not None:
            kept.append(self.last)
        return kept

    def _cut(self, index: int, last: str | None = None) -> int:
        self.end, self.last = index, last
        return index

    def _drop(self, first: int, last: int) -> int:
        self.gone.update(range(first, last + 1))
        return last + 1

    def _look(self, index: int, line: str) -> int:
        if len(line) > 1000:
            return index + 1
        bare = line.strip(_EDGES)
        bordered = bare[0] in _BORDERS or bare[-1] in _BORDERS
        ends = bare[-1] in ":：>" or bare.endswith("--")
        if (bordered or ends) and quote_patterns.FORWARDED.match(line):
            return len(self.lines)  # sent on to be read: all of it is the message
        if self._says_above(bare, line, bordered=bordered or ends):
            return self._cut(index) if any(self.bare[:index]) else self._drop(index, index)
        if not self.forward and (bordered or ends) and quote_patterns.ORIGINAL.match(line):
            return self._cut(index)
        if not self.forward and quote_patterns.LABEL.match(line) and self._header_block(index):
            return self._cut(index)
        if ends or bordered:
            return self._attributed(index, line)
        if "@" in line and self._followed_by_quote(line):
            return self._cut(index)
        return index + 1

    @staticmethod
    def _says_above(bare: str, line: str, *, bordered: bool) -> bool:
        """Whether it asks for the answer above it. Without a border it must say nothing else."""
        if len(bare) > LONGEST_MARK:
            return bordered and quote_patterns.ABOVE_THIS.match(line) is not None
        return (quote_patterns.ABOVE_THIS if bordered else quote_patterns.ABOVE_ALONE).match(line) is not None

    @staticmethod
    def _followed_by_quote(line: str) -> bool:
        """Some programs write the quotation on the very line of "on … wrote:"."""
        wrote = quote_patterns.WROTE_INSIDE.search(line)
        if wrote is None or not quote_patterns.STARTS.match(line):
            return False
        before = line[: wrote.end()]
        return quote_patterns.DATE.search(before, 0, 120) is not None and quote_patterns.MAIL.search(before) is not None

    def _attributed(self, index: int, line: str) -> int:
        if not self.forward and (bordered := quote_patterns.BORDERED_ORIGINAL.search(line)):
            return self._cut(index, _LOOSE_ENDS.sub("", self.lines[index][: bordered.start()]) or None)
        attribution = self._attribution(index)
        return index + 1 if attribution is None else self._after_attribution(attribution[0], index, attribution[1])

    def _after_attribution(self, first: int, last: int, before: str | None) -> int:
        """Marked quotation below: the person may go on after it. Unmarked: all the rest is quotation."""
        below = next((item for item in self.bare[last + 1 :] if item), "")
        if not below.startswith((">", "&gt;")):
            return self._cut(first, before)
        self.opened = True
        after = self._drop(first, last)
        if before is not None:
            self.gone.discard(first)
            self.lines[first] = before
        return after

    def _broken_attribution(self, index: int, bare: str) -> int | None:
        """`> wrote:` is the end of an address that was broken over lines."""
        if len(bare) > 40 or bare[-1] != ":" or not quote_patterns.WROTE_AT_END.search(bare):
            return None
        attribution = self._attribution(index)
        return (
            self._after_attribution(attribution[0], index, attribution[1])
            if attribution and attribution[0] < index
            else None
        )

    def _closes_link(self, index: int) -> bool:
        """`> and so on` ends an address that began with `<` on the line above."""
        above = self.lines[index - 1] if index else ""
        return _OPEN_LINK.search(above) is not None and not above.lstrip().startswith(">")

    # --- quoted lines -----------------------------------------------------------------------------

    def _quoted(self, index: int) -> int:
        stop = index + 1
        while stop < len(self.bare) and (self.bare[stop].startswith((">", "&gt;")) or self._remnant(stop)):
            stop += 1
        if stop == index + 1 and quote_patterns.DECORATED.match(self.lines[index]):
            return stop
        self.runs.append(Run(index, stop - 1, self.opened))
        return self._drop(index, stop - 1)

    def _remnant(self, index: int) -> bool:
        """The end of a quoted line that some program broke: between quoted lines, no sentence."""
        line = self.bare[index]
        if not line or index + 1 >= len(self.bare) or not self.bare[index + 1].startswith((">", "&gt;")):
            return False
        if _LINK.search(line) or (" " not in line and _CUT_LINK.search(line)):
            return True
        return len(self.bare[index - 1]) >= 70 and len(line) <= 25 and line[0].islower() and line.isascii()

    # --- "on … wrote:" ----------------------------------------------------------------------------

    def _attribution(self, last: int) -> tuple[int, str | None] | None:
        """(first line of an attribution that ends with the line `last`, words before it there), or None."""
        joined = ""
        alone: tuple[int, None] | None = None
        blanks = 0
        for first in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
            if first in self.gone or (first != last and self._is_quoted(first)):
                break
            piece = quote_patterns.fold(self.bare[first])
            if not piece:
                blanks += 1
                if blanks > 1 or not joined.startswith(("<", "mailto:")):
                    break
                continue
            joined = f"{piece} {joined}".strip()
            if len(joined) > 400:
                break
            if quote_patterns.STARTS.match(piece) and quote_patterns.DATE.search(piece, 0, 120):
                return (first, None) if self._is_attribution(joined, last, starts=True) else alone
            if quote_patterns.DATE_THEN_ADDRESS.match(joined):
                return first, None
            if "On " in piece and (inside := quote_patterns.STARTS_INSIDE.search(self.lines[first])):
                if quote_patterns.WROTE_AT_END.search(joined):
                    return first, _LOOSE_ENDS.sub("", self.lines[first][: inside.start()]) or None
            elif first == last and self._is_attribution(joined, last, starts=False):
                alone = first, None
        return alone

    def _is_quoted(self, index: int) -> bool:
        return self.bare[index].startswith((">", "&gt;")) and not self._closes_link(index)

    def _is_attribution(self, joined: str, last: int, *, starts: bool) -> bool:
        if quote_patterns.DATE_THEN_ADDRESS.match(joined):
            return True
        if not quote_patterns.ENDS_IN_COLON.search(joined) and not joined.endswith("--"):
            return False
        mailed = quote_patterns.MAIL.search(joined) is not None
        dated = starts or quote_patterns.DATE.search(joined) is not None
        known = mailed or dated
        if quote_patterns.WROTE_AT_END.search(joined):
            return known or (joined.startswith("--") and joined.endswith("--"))
        if dated and (starts or mailed) and quote_patterns.WROTE_ANYWHERE.search(joined):
            return True
        if dated and mailed and len(joined) < 250 and quote_patterns.ENDS_IN_ADDRESS.search(joined):
            return True  # some languages need no verb
        following = next((item for item in self.bare[last + 1 : last + 3] if item), "")
        return known and following.startswith(">") and len(joined) < 250

    # --- "From: … Sent: …" ------------------------------------------------------------------------

    def _header_block(self, index: int) -> bool:
        label = quote_patterns.LABEL.match(quote_patterns.fold(self.lines[index]))
        if label is None or label.lastgroup not in ("from", "date"):
            return False
        kinds = {label.lastgroup}
        gap = 0
        last = index
        for place, line in enumerate(self.lines[index + 1 : index + 10], index + 1):
            if not line.strip():
                gap += 1
                if gap > 1 + (len(kinds) > 1):
                    break
                continue
            match = quote_patterns.LABEL.match(quote_patterns.fold(line))
            if match is not None and match.lastgroup:
                kinds.add(match.lastgroup)
                gap, last = 0, place
            elif gap:
                break
            else:
                last = place  # a value that goes on
        main = kinds & {"from", "date", "to", "subject"}
        if "subject" in main and len(main) >= 3:
            return True  # otherwise it might be about a journey from here to there
        return len(main) >= 2 and quote_patterns.MAIL.search("\n".join(self.lines[index : last + 1])) is not None
