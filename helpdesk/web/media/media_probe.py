"""Media type detection by content: type, size in pixels and duration of pictures, sounds and videos.

Only what a browser shows or plays without executing it is recognised; everything else is a download.
"""

from __future__ import annotations

import asyncio
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from aiohttp import web

from channels.toolkit.file_kinds import image_type
from helpdesk.files.file_store import FileStore

HEAD = 64 * 1024  # bytes read from the start
MOST_KNOWN = 20_000  # results cached in memory
TAIL = 64 * 1024  # and from the end
MOST_PIXELS = 60_000_000  # pixels of a picture shown inline
MOST_BOXES = 64
LONGEST = 24 * 3600  # longest credible duration, in seconds
OPUS_RATE = 48_000
PLAYABLE_WAVE = frozenset({1, 3, 6, 7, 0xFFFE})  # PCM, float, A-law, µ-law, extensible; GSM of old switchboards is not


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """How a file is shown. `seconds` None: left to the browser."""

    kind: Literal["picture", "audio", "video"]
    type: str
    width: int = 0
    height: int = 0
    seconds: float | None = None


def probe(file: BinaryIO) -> MediaInfo | None:
    """The media type of an open file; None: download only. Damaged files give what can be read."""
    head = file.read(HEAD)
    try:
        return _picture(head) or _sound(head, file) or _film(head, file)
    except (struct.error, IndexError, ValueError):
        return None


def _picture(head: bytes) -> MediaInfo | None:
    kind = image_type(head)
    if kind is None:
        return None
    measure = _SIZES.get(kind)
    width, height = measure(head) if measure is not None else (0, 0)
    return None if width * height > MOST_PIXELS else MediaInfo("picture", kind, width, height)


def _png(head: bytes) -> tuple[int, int]:
    return struct.unpack(">II", head[16:24])


def _gif(head: bytes) -> tuple[int, int]:
    return struct.unpack("<HH", head[6:10])


def _jpeg(head: bytes) -> tuple[int, int]:
    at, turned = 2, False
    while at + 9 < len(head):
        if head[at] != 0xFF:
            break
        mark, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if mark == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            turned = _lies_on_its_side(head[at + 10 : at + 2 + length])
        if mark in range(0xC0, 0xD0) and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return (height, width) if turned else (width, height)
        at += 2 + length
    return 0, 0


def _lies_on_its_side(exif: bytes) -> bool:
    """Whether EXIF orientation swaps width and height."""
    order = "<" if exif[:2] == b"II" else ">"
    start = struct.unpack(order + "I", exif[4:8])[0]
    for index in range(struct.unpack(order + "H", exif[start : start + 2])[0]):
        tag, _, _, value = struct.unpack(order + "HHIH", exif[start + 2 + 12 * index : start + 12 + 12 * index])
        if tag == 0x0112:
            return value in (5, 6, 7, 8)
    return False


def _webp(head: bytes) -> tuple[int, int]:
    form = head[12:16]
    if form == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


_SIZES: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}


def _sound(head: bytes, file: BinaryIO) -> MediaInfo | None:
    if head.startswith(b"OggS"):
        return _ogg(head, file)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return _wave(head, file)
    if head.startswith(b"fLaC"):
        rate = int.from_bytes(head[18:21], "big") >> 4
        samples = int.from_bytes(head[21:26], "big") & 0xF_FFFF_FFFF
        return MediaInfo("audio", "audio/flac", seconds=_believed(samples / rate if rate else 0))
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return MediaInfo("audio", "audio/aac")
    if head.startswith(b"ID3") or (len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4)):
        return MediaInfo("audio", "audio/mpeg")
    return None


def _ogg(head: bytes, file: BinaryIO) -> MediaInfo | None:
    first = head[28:64]
    if b"OpusHead" in first:
        rate = OPUS_RATE
    elif b"\x01vorbis" in first:
        rate = int.from_bytes(head[head.index(b"\x01vorbis") + 12 :][:4], "little")
    else:
        return None
    end = _tail(file)
    last = end.rfind(b"OggS")
    samples = int.from_bytes(end[last + 6 : last + 14], "little") if last >= 0 else 0
    return MediaInfo("audio", "audio/ogg", seconds=_believed(samples / rate if rate else 0))


def _wave(head: bytes, file: BinaryIO) -> MediaInfo | None:
    at, rate = 12, 0
    while at + 8 <= len(head):
        name, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            if int.from_bytes(head[at + 8 : at + 10], "little") not in PLAYABLE_WAVE:
                return None
            rate = int.from_bytes(head[at + 16 : at + 20], "little")
        if name == b"data":
            data_length = min(length, file.seek(0, 2) - at - 8)
            return MediaInfo("audio", "audio/wav", seconds=_believed(data_length / rate if rate else 0))
        at += 8 + length + length % 2
    return MediaInfo("audio", "audio/wav") if rate else None


def _film(head: bytes, file: BinaryIO) -> MediaInfo | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"qt  ", b"heic", b"heix", b"mif1"):
            return None
        seconds, width, height, pictured = _boxes(file)
        if brand in (b"M4A ", b"M4B ") or (seconds and not pictured):
            return MediaInfo("audio", "audio/mp4", seconds=seconds)
        return MediaInfo("video", "video/mp4", width, height, seconds)
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        filmed = b"V_VP" in head or b"V_AV1" in head
        return MediaInfo("video", "video/webm") if filmed else MediaInfo("audio", "audio/webm")
    return None


def _boxes(file: BinaryIO) -> tuple[float | None, int, int, bool]:
    """Seconds, width and height of an MP4, and whether it has a picture at all."""
    size = file.seek(0, 2)
    box = next((item for item in _within(file, 0, size) if item[0] == b"moov"), None)
    if box is None:
        return None, 0, 0, True
    seconds, width, height = None, 0, 0
    for name, start, end in _within(file, box[1], box[2]):
        if name == b"mvhd":
            file.seek(start)
            head = file.read(32)
            scale, length = struct.unpack(">IQ", head[20:32]) if head[0] else struct.unpack(">II", head[12:20])
            seconds = _believed(length / scale if scale else 0)
        if name == b"trak":
            for inner, _, until in _within(file, start, end):
                if inner == b"tkhd":
                    file.seek(until - 8)
                    wide, high = struct.unpack(">II", file.read(8))
                    width, height = max(width, wide >> 16), max(height, high >> 16)
    return seconds, width, height, bool(width and height)


def _within(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places: name, where the content starts and ends."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        length, name, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        until = end if length == 0 else start + length
        if until > end or until < start + header:
            return
        yield name, start + header, until
        start = until


def _tail(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, 2) - TAIL))
    return file.read(TAIL)


def _believed(seconds: float) -> float | None:
    return round(seconds, 1) if 0 < seconds < LONGEST else None


class MediaProbe:
    """Media types of stored files, by hash. Content never changes, so each is probed once."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._known: OrderedDict[str, MediaInfo | None] = OrderedDict()

    def of(self, digest: str | None) -> MediaInfo | None:
        """The cached result; None for a download or a file not probed yet."""
        return self._known.get(digest) if digest else None

    async def learn(self, digests: Iterable[str | None]) -> None:
        """Probe the files not in the cache yet."""
        fresh = [digest for digest in dict.fromkeys(digests) if digest and digest not in self._known]
        if not fresh:
            return
        self._known.update(await asyncio.to_thread(self._look, fresh))
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def _look(self, digests: Iterable[str]) -> dict[str, MediaInfo | None]:
        results: dict[str, MediaInfo | None] = {}
        for digest in digests:
            try:
                with self._files.path(digest).open("rb") as file:
                    results[digest] = probe(file)
            except OSError:
                results[digest] = None
        return results


LOOKS = web.AppKey("looks", MediaProbe)
