"""Outlook's own thread fields: kept from the customer's mail and extended in our answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from channels.email.mime.headers import text
from channels.email.mime.parse_mail import Mail

HEADER = 22  # octets: one that says nothing, five of the time, sixteen of the thread
BLOCK = 5  # of each answer
MOST_BLOCKS = 100
LONGEST = 400  # characters of a topic
_SINCE = datetime(1601, 1, 1, tzinfo=UTC)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,1400}={0,2}")


def fields(mail: Mail) -> dict[str, str]:
    """`Thread-Index` and `Thread-Topic` of a mail, where they are what they should be."""
    kept: dict[str, str] = {}
    index = "".join(mail.field("thread-index").split())
    if _octets(index) is not None:
        kept["Thread-Index"] = index
    topic = " ".join(text(mail.field("thread-topic")).split())[:LONGEST]
    if topic:
        kept["Thread-Topic"] = topic
    return kept


def extended(kept: Mapping[str, object], now: datetime, seed: str) -> list[tuple[str, str]]:
    """The fields of an answer: one more block in the index, the topic as it was."""
    headers: list[tuple[str, str]] = []
    octets = _octets(str(kept.get("Thread-Index", "")))
    if octets is not None:
        if len(octets) < HEADER + MOST_BLOCKS * BLOCK:
            octets += _block(octets, now, seed)
        headers.append(("Thread-Index", base64.b64encode(octets).decode()))
    topic = " ".join(str(kept.get("Thread-Topic", "")).split())[:LONGEST]
    if topic:
        headers.append(("Thread-Topic", topic))
    return headers


def _octets(index: str) -> bytes | None:
    if not _BASE64.fullmatch(index):
        return None
    try:
        octets = base64.b64decode(index, validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if len(octets) >= HEADER and (len(octets) - HEADER) % BLOCK == 0 else None


def _block(octets: bytes, now: datetime, seed: str) -> bytes:
    """How long after the thread began, 31 bits of it, and a number that tells answers of one moment apart."""
    began = int.from_bytes(octets[1:6], "big") << 16
    moment = now - _SINCE
    ticks = (moment.days * 86_400 + moment.seconds) * 10_000_000 + moment.microseconds * 10
    passed = max(0, ticks - began)
    slow = passed >= 1 << 49  # about 1.8 years: then a coarser count is written
    count = (passed >> (23 if slow else 18)) & 0x7FFFFFFF
    return (count | (slow << 31)).to_bytes(4, "big") + hashlib.sha256(seed.encode()).digest()[:1]
