"""File type detection by content, never by name: one detector for uploads, recordings and remote pictures.

The signatures are those of the `filetype` package; what may be shown in a page is decided here. HTML and SVG have no
signature there and stay plain data: both can act. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

import filetype

HEAD = 8192  # bytes that are looked at
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})  # shown in pages
PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
USUAL_NAMES: Mapping[str, str] = {  # of the package -> as browsers and people know them
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "video/x-m4v": "video/mp4",
    "video/3gpp": "video/mp4",
    "application/x-msdownload": "application/octet-stream",
}

WEAK = frozenset({"image/bmp", "application/x-msdownload"})  # told by two letters that a text may begin with


def detected_type(content: bytes) -> str | None:
    """The MIME type of a content; None: no signature we know."""
    head = bytes(content[:HEAD])
    if _is_mpeg_frame(head):
        return "audio/mpeg"
    if head.startswith(b"#!AMR"):  # the package wants more bytes than the mark has
        return "audio/amr"
    name = filetype.guess_mime(head)
    if name in WEAK and b"\0" not in head[:64]:
        return None
    if name is None and head[4:8] == b"ftyp":
        return "image/avif" if head[8:12] == b"avif" else "video/mp4"
    return USUAL_NAMES.get(name, name) if name is not None else None


def image_type(content: bytes) -> str | None:
    """The type of a picture that may be shown in a page; None for anything else."""
    kind = detected_type(content)
    return kind if kind in IMAGES else None


def sound_type(content: bytes) -> str | None:
    """The type of a sound; containers that may hold films count as sound. None: it is none."""
    kind = detected_type(content)
    if kind in ("video/mp4", "video/webm", "video/x-matroska"):
        return "audio/mp4" if kind == "video/mp4" else "audio/webm"
    return kind if kind is not None and kind.startswith("audio/") else None


def is_program(content: bytes) -> bool:
    """Whether a computer would run it."""
    return content.startswith(PROGRAMS)


def _is_mpeg_frame(head: bytes) -> bool:
    """MPEG audio of any layer, with or without checksum: the package knows three of its second bytes alone."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)
