"""Signature detection: from the last line upwards, piece by piece."""

from __future__ import annotations

from channels.email.visible import quote_patterns, signoff_patterns

MOST_LINES = 40  # below `-- `
FEW_LINES = 13  # below "Regards," and the like
LONGEST = 160  # characters of a line that can belong to a signature


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
    for _ in range(4):
        shorter = _shorter(lines, folded)
        if len(shorter) == len(lines) or not any(line.strip() for line in shorter):
            break
        lines = shorter
    return lines


def _shorter(lines: list[str], folded: list[str]) -> list[str]:
    """`lines` without the lowest piece of a signature, or `lines` themselves."""
    start = max(0, len(lines) - MOST_LINES)
    at = _dashes(lines[start:])
    if at is None or not any(line.strip() for line in lines[: start + at]):
        start = max(0, len(lines) - FEW_LINES)
        tail = folded[start : len(lines)]
        for find in (_device, _disclaimer, _sign_off, _dash_name, _contact_block):
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


def _dashes(tail: list[str]) -> int | None:
    for at, line in enumerate(tail):
        if not line or line.strip()[:1] not in ("-", "_", "—", "–", "*"):
            continue
        if not signoff_patterns.DASHES.match(line):
            if quote_patterns.LIST_FOOTER.match(line) and quote_patterns.LIST_WORDS.search("\n".join(tail[at:])):
                return at
            continue
        below = [item for item in tail[at + 1 :] if item.strip()]
        real = line.rstrip("\r") in ("-- ", "--")
        limit = 30 if real else 8
        if len(below) <= limit and (real or all(len(item) <= 80 for item in below)):
            return at
    return None


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
