"""What the library flufl.bounce finds in a report, which knows many old servers' wordings."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from email.message import Message
from itertools import islice

LONGEST_LINE, LONGEST_FIELD = 200, 500  # characters; the library's own expressions grow with the square of a line
MOST_LINES, MOST_FIELDS, MOST_PARTS, DEEPEST = 200, 60, 6, 3  # of a report that the library reads


def failures(message: Message) -> tuple[list[str], list[str]]:
    """(addresses that failed for now, those that failed for good)."""
    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        temporary, permanent = all_failures(_shortened(message))
    except Exception:  # it stumbles over broken mails
        return [], []
    return _addresses(temporary), _addresses(permanent)


def _shortened(part: Message, depth: int = 0) -> Message:
    """A copy of what a report says at its beginning, short enough for the library."""
    short = Message()
    for name, value in islice(part.raw_items(), MOST_FIELDS):
        short.set_raw(name, value[:LONGEST_FIELD])
    content = part.get_payload()
    if short.get_content_type() == "message/delivery-status":
        short.set_payload([])  # read already, see `_from_report`
    elif isinstance(content, list):
        inside = [item for item in content[:MOST_PARTS] if isinstance(item, Message)] if depth < DEEPEST else []
        short.set_payload([_shortened(item, depth + 1) for item in inside])
    elif isinstance(content, str) and part.get_content_maintype() in ("text", "message"):
        lines = content[: MOST_LINES * LONGEST_LINE].split("\n", MOST_LINES)[:MOST_LINES]
        short.set_payload("\n".join(line[:LONGEST_LINE] for line in lines))
    return short


def _addresses(failures: Iterable[object]) -> list[str]:
    plain = [item.decode("ascii", "replace") if isinstance(item, bytes) else str(item) for item in failures]
    return sorted(item for item in plain if "@" in item and len(item) < 320)
