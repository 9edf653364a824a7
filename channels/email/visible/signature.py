"""Signature detection: from the last line upwards, piece by piece."""

from __future__ import annotations

from channels.email.visible import quote_patterns, signoff_patterns
from channels.email.visible.signed import signed

MOST_LINES = 40  # below `-- `
LONG_SIGNATURE = 30  # filled lines below `-- `
SHORT_SIGNATURE = 8  # and below any other ruled line
LIST_LINES = 6  # of a mailing list's footer
FEW_LINES = 13  # below "Regards," and the like
LONGEST = 160  # characters of a line that can belong to a signature
_RULED = frozenset("-_—–*=─")


def trimmed(lines: list[str]) -> list[str]:
    """Without blank lines and rules at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or quote_patterns.RULE.match(lines[end - 1])):
        end -= 1
    return lines[:end] if end else lines


def without_signature(lines: list[str]) -> list[str]:
    """`lines` up to the signature; never nothing."""
    start = max(0, len(lines) - MOST_LINES)
    folded = lines[:start] + [quote_patterns.fold(line) if len(line) <= LONGEST else line for line in lines[start:]]
    divided = _divided(folded)
    for _ in range(4):
        shorter = _shorter(lines, folded, divided=divided)
        if len(shorter) == len(lines) or not any(line.strip() for line in shorter):
            break
        lines = shorter
    return lines


def _shorter(lines: list[str], folded: list[str], *, divided: bool) -> list[str]:
    """`lines` without the lowest piece of a signature, or `lines` themselves."""
    start = max(0, len(lines) - MOST_LINES)
    at = _dashes(lines[start:])
    if at is None or not any(line.strip() for line in lines[: start + at]):
        start = max(0, len(lines) - FEW_LINES)
        tail = folded[start : len(lines)]
        finders = (_device, _disclaimer, _sign_off, _dash_name, _contact_block)
        for find in finders[:-1] if divided else finders:  # in a form, a name and a number are content
            at = find(tail)
            if at is not None and any(line.strip() for line in lines[: start + at]):
                break
            at = None
    return lines if at is None else trimmed(lines[: start + at])


def _device(tail: list[str]) -> int | None:
    last = len(tail) - 1
    if last < 0 or len(tail[last]) >= 160 or not signoff_patterns.SENT_FROM.match(tail[last].strip()):
        return None
    named = last > 2 and signoff_patterns.name_like(tail[last - 1]) and not tail[last - 2].strip()
    return last - 1 if named else last


def _disclaimer(tail: list[str]) -> int | None:
    """A last paragraph about confidentiality."""
    start = len(tail)
    while start and tail[start - 1].strip():
        start -= 1
    if start == 0 or start == len(tail) or tail[start][:1] == ">":
        return None
    return start if signoff_patterns.DISCLAIMER.match(" ".join(tail[start : start + 4])) else None


def _rules(tail: list[str]) -> list[int]:
    """The lines that are nothing but a ruled line."""
    return [
        at
        for at, line in enumerate(tail)
        if line.strip()[:1] in _RULED and (signoff_patterns.DASHES.match(line) or quote_patterns.RULE.match(line))
    ]


def _divided(tail: list[str]) -> bool:
    """Whether ruled lines stand between parts of the text, as in forms and newsletters."""
    rules = _rules(tail)
    return len(rules) > 1 and any(line.strip() for line in tail[rules[0] : rules[-1]] if not _rules([line]))


def _dashes(tail: list[str]) -> int | None:
    """The line above a signature: only `-- ` says so by itself, any other needs a signature below it."""
    rules = _rules(tail)
    if not rules:
        return None
    filled = sum(1 for line in tail if line.strip())
    for at in rules:
        if (
            tail[at].rstrip("\r") == "-- "
            and filled - sum(1 for line in tail[: at + 1] if line.strip()) <= LONG_SIGNATURE
        ):
            return at
    last = rules[-1]
    below = [line for line in tail[last + 1 :] if line.strip()]
    if quote_patterns.LIST_FOOTER.match(tail[last]) and len(below) <= LIST_LINES and _of_a_list(below):
        return last
    if not below or len(below) > SHORT_SIGNATURE or _divided(tail):
        return None
    return rules[0] if signed(tail[last].strip(), below) else None


def _of_a_list(below: list[str]) -> bool:
    return quote_patterns.LIST_WORDS.search("\n".join(below)) is not None


def _sign_off(tail: list[str]) -> int | None:
    for at in range(len(tail) - 1, max(-1, len(tail) - 13), -1):
        line = tail[at]
        if len(line) > 70 or not line.strip():
            continue
        if at == len(tail) - 1 and signoff_patterns.SIGN_OFF_NAME.match(line):
            return at
        if signoff_patterns.is_sign_off(line):
            return (
                at if signoff_patterns.belongs_below(line, [item for item in tail[at + 1 :] if item.strip()]) else None
            )
        if len(line.split()) > 9 or line.rstrip().endswith(("?", "؟")):
            return None
    return None


def _dash_name(tail: list[str]) -> int | None:
    last = len(tail) - 1
    match = signoff_patterns.DASH_NAME.match(tail[last]) if last > 0 else None
    if match is None:
        return None
    words = match[1].split()
    if len(words) > 1 and not all(word[0].isupper() or not word.isascii() for word in words):
        return None
    above = next((item for item in reversed(tail[:last]) if item.strip()), "")
    return None if signoff_patterns.BULLET.match(above) or above.rstrip().endswith((":", "：")) else last


def _contact_block(tail: list[str]) -> int | None:
    """A last paragraph that is a name and where to reach it."""
    start = len(tail)
    while start and tail[start - 1].strip():
        start -= 1
    block = tail[start:]
    if start == 0 or not 2 <= len(block) <= 7 or not signoff_patterns.name_like(block[0]):
        return None
    reach = [signoff_patterns.contact_like(line) for line in block[1:]]
    short = all(len(line.split()) <= 6 and not line.rstrip().endswith(("?", ".", "!", "؟")) for line in block[1:])
    return start if all(reach) or (short and sum(reach) >= 2) or (any(reach) and len(block) == 2) else None
