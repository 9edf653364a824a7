"""Attachment file names: decoded, sanitised, and invented where the sender gave none."""

from __future__ import annotations

import mimetypes
import re
from urllib.parse import unquote_to_bytes

from channels.email.mime.headers import text

LONGEST = 200  # characters of a name that are kept
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]|^.*[/\\](?=[^/\\])")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_USUAL = {
    "application/ics": ".ics",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
}


def given(disposition: dict[str, str], type_: dict[str, str], hint: str | None) -> str:
    """The name the sender gave, or ""."""
    for name in (disposition.get("filename"), type_.get("name"), disposition.get("name"), type_.get("filename")):
        if name and (clean := safe(_decoded(name, hint))):
            return clean
    return ""


def _decoded(name: str, hint: str | None) -> str:
    shown = text(name, hint)
    if shown.isascii() and "%" in shown and len(_PERCENT.findall(shown)) > 2 and " " not in shown:
        octets = unquote_to_bytes(shown)
        try:
            return octets.decode("utf-8") if not octets.isascii() else shown
        except UnicodeDecodeError:
            return shown
    return shown


def safe(name: str) -> str:
    """Without folders, control and direction characters."""
    name = _UNSAFE.sub("", name.strip().strip("\"'")).strip()
    if len(name) > LONGEST:
        extension = _EXTENSION.search(name)
        tail = extension[0] if extension else ""
        name = name[: LONGEST - len(tail)] + tail
    return "" if name in (".", "..") else name


def with_extension(stem: str, content_type: str) -> str:
    """`stem`, ending in what the type usually ends in."""
    if _EXTENSION.search(stem):
        return stem
    return stem + (_USUAL.get(content_type) or mimetypes.guess_extension(content_type) or "")


def invented(content_type: str, number: int) -> str:
    """A name for the `number`-th nameless file."""
    family = content_type.partition("/")[0]
    stem = {"image": "image", "audio": "audio", "video": "video", "message": "message"}.get(family, "attachment")
    name = with_extension(f"{stem}-{number}", content_type)
    return name if "." in name else name + ".bin"
