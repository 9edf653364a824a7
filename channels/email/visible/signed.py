"""Whether the lines below a ruled line are a signature and not more of the message."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email.visible.quote_patterns import fold
from channels.email.visible.signoff_patterns import SENT_FROM, belongs_below, contact_like, is_sign_off

LONGEST = 80
_SENTENCE = re.compile(r"[.!?؟…:：;؛]\s*+$")
_ITEM = re.compile(r"^\s*+(?:[-*•–+]\s|\d)")
_LABEL = re.compile(r"^\s*+[^\W\d_][^:：\n]{0,30}[:：]")
_LETTERS = re.compile(r"[^\W\d_]")


def signed(rule: str, below: Sequence[str]) -> bool:
    """Whether `below` is a name with numbers and posts, a farewell or a device's line."""
    lines = [fold(line).strip() for line in below]
    if any(len(line) > LONGEST or line.endswith(("?", "؟")) for line in lines):
        return False
    first = lines[0]
    if is_sign_off(first):
        return belongs_below(first, lines[1:]) or len(lines) <= 3
    if SENT_FROM.match(first):
        return True
    if rule == "--" and not any(_is_content(line) for line in lines):
        return True
    if not _is_name(first):
        return False
    reachable = any(contact_like(line) or is_sign_off(line) or SENT_FROM.match(line) for line in lines[1:])
    return reachable or (len(lines) == 1 and len(rule) <= 3 and len(first.split()) <= 2)


def _is_content(line: str) -> bool:
    """A sentence, an item of a list or an answer of a form."""
    if contact_like(line) or is_sign_off(line):
        return False
    return (
        _ITEM.match(line) is not None
        or (_SENTENCE.search(line) is not None and len(line.split()) > 3)
        or (_LABEL.match(line) is not None)
    )


def _is_name(line: str) -> bool:
    if _LABEL.match(line) or _ITEM.match(line) or _SENTENCE.search(line) or not _LETTERS.search(line):
        return False
    return len(line.split()) <= 5 and belongs_below("", [line]) and not contact_like(line)
