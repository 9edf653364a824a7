"""What the person wrote: without what they answered to, without their signature. Nothing is lost, it is only folded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.email import closings, patterns, quotes

LONGEST = 200_000  # characters looked at; what is longer is shown as it is
MOST_LINES = 20_000
ATTRIBUTION_LINES = 6
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|enc|i|vs|pd|doorst|ynt|ilt|ارجاع|هدایت|فوروارد|بازارسال|转发|轉寄|転送)\s*[:：]",
    re.IGNORECASE,
)
_LOOSE_ENDS = re.compile(r"[\s_=*-]*$")


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is the person's own; `cut` whether anything was folded away."""

    text: str
    cut: bool


def visible(text: str, html: str | None, subject: str = "") -> Reply:
    """The visible part of a mail, from its plain text or, failing that, its HTML."""
    forward = bool(subject) and _FORWARD_SUBJECT.match(subject) is not None
    if text.strip():
        reply = from_text(text, forward=forward)
        if not reply.cut and html and not forward and quotes.MARKED.search(html, 0, LONGEST):
            marked = from_html(html)
            if marked.cut and marked.text and len(marked.text) <= len(text) * 1.2:
                return marked
        return reply
    return from_html(html, forward=forward) if html else Reply("", False)


def from_html(html: str, *, forward: bool = False) -> Reply:
    """The visible part of HTML: programs' own marks first, then the words."""
    text, cut = quotes.without(html, keep_quotes=forward)
    reply = from_text(text, forward=forward)
    return Reply(reply.text, reply.cut or cut)


def from_text(text: str, *, forward: bool = False) -> Reply:
    """The visible part of plain text."""
    if len(text) > LONGEST:
        head = text[:LONGEST]
        rest = text[LONGEST:]
        reply = from_text(head, forward=forward)
        return (
            reply if reply.cut and not rest.strip() else Reply(text.strip() if not reply.cut else reply.text, reply.cut)
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return Reply(text.strip(), False)
    kept = _Scan(lines, forward).kept() if patterns.WORTH.search(text) else lines
    if not any(line.strip() for line in kept):
        kept = lines  # all of it is quotation: better that than nothing
    kept = _without_signature(_trimmed(kept))
    shown = "\n".join(kept).strip()
    return Reply(shown, len(shown) < len(text.strip()))


def _trimmed(lines: list[str]) -> list[str]:
    """Without blank lines and rules at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or patterns.RULE.match(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


class _Scan:
    """Goes down the lines once and marks what is quoted."""

    def __init__(self, lines: list[str], forward: bool) -> None:
        self.lines = lines
        self.folded = [patterns.fold(line) for line in lines]
        self.forward = forward
        self.gone: set[int] = set()
        self.end = len(lines)
        self.last: str | None = None  # what remains of the line at `end`

    def kept(self) -> list[str]:
        index = 0
        while index < self.end:
            line = self.folded[index]
            index = self._look(index, line) if line and not line.isspace() else index + 1
        kept = [line for index, line in enumerate(self.lines[: self.end]) if index not in self.gone]
        if self.last is not None:
            kept.append(self.last)
        return kept

    def _cut(self, index: int, last: str | None = None) -> int:
        self.end, self.last = index, last
        return index

    def _look(self, index: int, line: str) -> int:
        if patterns.QUOTED.match(line):
            return self._quoted(index)
        if len(line) > 1000:
            return index + 1
        if patterns.FORWARDED.match(line):
            return len(self.lines)  # sent on to be read: all of it is the message
        if patterns.ABOVE_THIS.match(line):
            return self._cut(index) if any(one.strip() for one in self.lines[:index]) else self._drop(index, index)
        if not self.forward and patterns.ORIGINAL.match(line):
            return self._cut(index)
        if not self.forward and ":" in line and self._header_block(index):
            return self._cut(index)
        shared = patterns.SAME_LINE.search(line) if "wrote" in line else None
        if shared and shared.start() > 0:
            before = self.lines[index][: shared.start()]
            return self._after_attribution(index, index, _LOOSE_ENDS.sub("", before) or None)
        if not self.forward and (bordered := patterns.BORDERED_ORIGINAL.search(line)):
            return self._cut(index, _LOOSE_ENDS.sub("", self.lines[index][: bordered.start()]) or None)
        end = self._attribution(index, line)
        if end is not None:
            return self._after_attribution(index, end, None)
        return index + 1

    def _drop(self, first: int, last: int) -> int:
        self.gone.update(range(first, last + 1))
        return last + 1

    def _after_attribution(self, first: int, last: int, before: str | None) -> int:
        """Marked quotation below: the person may go on after it. Unmarked: all the rest is quotation."""
        below = next((one for one in self.folded[last + 1 :] if one.strip()), "")
        if not patterns.QUOTED.match(below):
            return self._cut(first, before)
        after = self._drop(first, last)
        if before is not None:
            self.gone.discard(first)
            self.lines[first] = before
        return after

    # --- quoted lines -----------------------------------------------------------------------------

    def _quoted(self, index: int) -> int:
        folded = self.folded
        stop = index + 1
        while stop < len(folded) and (patterns.QUOTED.match(folded[stop]) or self._remnant(stop)):
            stop += 1
        if stop == index + 1 and patterns.DECORATED.match(folded[index]):
            return stop
        return self._drop(index, stop - 1)

    def _remnant(self, index: int) -> bool:
        """The end of a quoted line that some program broke: between quoted lines, no sentence."""
        line = self.folded[index].strip()
        if not line or index + 1 >= len(self.folded) or not patterns.QUOTED.match(self.folded[index + 1]):
            return False
        if re.search(r"https?:|www\.", line) or (" " not in line and re.search(r"[=_&/)]", line)):
            return True
        return len(self.folded[index - 1]) >= 70 and len(line) <= 25 and line[0].islower() and line.isascii()

    # --- "on … wrote:" ----------------------------------------------------------------------------

    def _attribution(self, index: int, line: str) -> int | None:
        """The last line of an attribution that begins at `index`, or None."""
        if patterns.DATE_THEN_ADDRESS.match(line):
            return index
        starts = patterns.STARTS.match(line) is not None and patterns.DATE.search(line, 0, 120) is not None
        joined = line.strip()
        last = index
        for _ in range(ATTRIBUTION_LINES):
            if self._is_attribution(joined, starts, last, joined == line.strip()):
                return last
            last += 1
            if last >= len(self.folded) or len(joined) > 400:
                return None
            following = self.folded[last].strip()
            if (
                not following
                and not joined.endswith(("<", ",", "mailto:"))
                and not self.folded[min(last + 1, len(self.folded) - 1)].strip().startswith("<")
            ):
                return None
            if patterns.QUOTED.match(self.folded[last]) and not following.startswith(("> wrote", ">")):
                return None
            if not starts and not joined.endswith("<"):
                return None
            joined = f"{joined} {following}".strip()
        return None

    def _is_attribution(self, joined: str, starts: bool, last: int, alone: bool) -> bool:
        if not patterns.ENDS_IN_COLON.search(joined) and not joined.endswith("--"):
            return patterns.DATE_THEN_ADDRESS.match(joined) is not None and not alone
        dated = patterns.DATE.search(joined) is not None
        known = dated or patterns.MAIL.search(joined) is not None
        if patterns.WROTE_AT_END.search(joined):
            return known or starts or (joined.startswith("--") and joined.endswith("--"))
        if starts and patterns.WROTE_ANYWHERE.search(joined):
            return True
        if patterns.DATE_THEN_ADDRESS.match(joined):
            return True
        following = next((one for one in self.folded[last + 1 : last + 3] if one.strip()), "")
        return known and patterns.QUOTED.match(following) is not None and len(joined) < 250

    # --- "From: … Sent: …" ------------------------------------------------------------------------

    def _header_block(self, index: int) -> bool:
        label = patterns.LABEL.match(self.folded[index])
        if label is None or label.lastgroup not in ("from", "date"):
            return False
        kinds = {label.lastgroup}
        gap = 0
        for line in self.folded[index + 1 : index + 10]:
            if not line.strip():
                gap += 1
                if gap > 1 + (len(kinds) > 1):
                    break
                continue
            found = patterns.LABEL.match(line)
            if found is not None and found.lastgroup:
                kinds.add(found.lastgroup)
                gap = 0
            elif gap:
                break
        return len(kinds & {"from", "date", "to", "subject"}) >= 2 and ("from" in kinds or {"date", "to"} <= kinds)


# --- signatures -----------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> list[str]:
    for _ in range(4):
        shorter = _shorter(lines)
        if len(shorter) == len(lines) or not any(line.strip() for line in shorter):
            break
        lines = shorter
    return lines


def _shorter(lines: list[str]) -> list[str]:
    """`lines` without the lowest piece of a signature, or `lines` themselves."""
    start = max(0, len(lines) - 40)
    tail = [patterns.fold(line) for line in lines[start:]]
    for find in (_device, _dashes, _sign_off, _dash_name, _contact_block):
        at = find(tail)
        if at is not None and any(line.strip() for line in lines[: start + at]):
            return _trimmed(lines[: start + at])
    return lines


def _device(tail: list[str]) -> int | None:
    last = len(tail) - 1
    if last >= 0 and len(tail[last]) < 160 and closings.SENT_FROM.match(tail[last].strip()):
        return last
    return None


def _dashes(tail: list[str]) -> int | None:
    for at, line in enumerate(tail):
        if not closings.DASHES.match(line):
            if patterns.LIST_FOOTER.match(line) and patterns.LIST_WORDS.search("\n".join(tail[at:])):
                return at
            continue
        below = [one for one in tail[at + 1 :] if one.strip()]
        real = line.rstrip("\r") in ("-- ", "--")
        limit = 30 if real else 8
        if len(below) <= limit and (real or all(len(one) <= 80 for one in below)):
            return at
    return None


def _sign_off(tail: list[str]) -> int | None:
    for at in range(len(tail) - 1, max(-1, len(tail) - 13), -1):
        line = tail[at]
        if len(line) > 70 or not line.strip():
            continue
        if closings.SIGN_OFF_NAME.match(line) and at == len(tail) - 1:
            return at
        if closings.SIGN_OFF.match(line):
            return at if closings.belongs_below(line, [one for one in tail[at + 1 :] if one.strip()]) else None
        if len(line.split()) > 9 or line.rstrip().endswith(("?", "؟")):
            return None
    return None


def _dash_name(tail: list[str]) -> int | None:
    last = len(tail) - 1
    found = closings.DASH_NAME.match(tail[last]) if last > 0 else None
    if found is None:
        return None
    words = found[1].split()
    if len(words) > 1 and not all(word[0].isupper() or not word.isascii() for word in words):
        return None
    above = next((one for one in reversed(tail[:last]) if one.strip()), "")
    return None if closings.BULLET.match(above) or above.rstrip().endswith((":", "：")) else last


def _contact_block(tail: list[str]) -> int | None:
    """A last paragraph that is a name and where to reach it."""
    start = len(tail)
    while start and tail[start - 1].strip():
        start -= 1
    block = tail[start:]
    if start == 0 or not 2 <= len(block) <= 7 or not closings.name_like(block[0]):
        return None
    reach = [closings.contact_like(line) for line in block[1:]]
    short = all(len(line.split()) <= 6 and not line.rstrip().endswith(("?", ".", "!", "؟")) for line in block[1:])
    return start if all(reach) or (short and sum(reach) >= 2) or (any(reach) and len(block) == 2) else None
