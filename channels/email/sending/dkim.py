"""DKIM signing, for those whose mail server does not sign. Needs the extra package dkimpy."""

from __future__ import annotations

import importlib
import re
from typing import Any

from channels.contract import DeliveryError
from channels.email.settings import Dkim

SIGNED = (
    *(b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"reply-to"),
    *(b"mime-version", b"content-type", b"auto-submitted"),
)


def sign(settings: Dkim, domain: str, content: bytes) -> bytes:
    """`content` with a DKIM-Signature in front. Raises `DeliveryError` when it can't be signed now."""
    try:
        library: Any = importlib.import_module("dkim")
    except ImportError as error:
        raise DeliveryError("Mails can't be signed: the package dkimpy is not installed.") from error
    names = {match.lower() for match in re.findall(rb"^([A-Za-z-]+):", content.partition(b"\r\n\r\n")[0], re.MULTILINE)}
    try:
        header: bytes = library.sign(
            content,
            settings.selector.encode(),
            (settings.domain or domain).encode(),
            settings.key_file.read_bytes(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in SIGNED if name in names],
        )
    except (OSError, library.DKIMException) as error:
        raise DeliveryError(f"Mails can't be signed with {settings.key_file}: {error}") from error
    return header + content
