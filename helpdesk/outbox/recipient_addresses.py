"""Whose mailbox an address is: without what stands behind a plus, and of which organisation. Pure."""

from __future__ import annotations

import re

# Where everybody has an address: one of them says nothing about the others.
_PUBLIC = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|aol|icloud|me|mac|gmx|web|mail|proton|protonmail|pm|tutanota|tuta|zoho"
    r"|fastmail|yandex|ya|bk|inbox|list|rambler|qq|163|126|sina|naver|daum|hanmail|libero|orange|wanadoo|free|laposte|t-online|freenet"
    r"|comcast|verizon|att|btinternet|seznam|wp|o2|onet|interia|rediffmail|chmail|mailfa|vatanmail|parsmail)"
    r"\.(?:[a-z]{2,4}|co\.[a-z]{2}|com\.[a-z]{2})"
)


def mailbox_of(address: str) -> str:
    """`email:sara+case7@x.example` as `email:sara@x.example`; whatever is no mail address, unchanged."""
    local, at, domain = address.lower().rpartition("@")
    if not at:
        return address
    name = local.partition("+")[0]
    return f"{name}@{domain}" if name.partition(":")[2] else address


def organisation_of(address: str) -> str | None:
    """The domain of a mail address, where it is not one at which everybody has an address."""
    _, at, domain = address.lower().rpartition("@")
    return domain if at and not _PUBLIC.fullmatch(domain) else None
