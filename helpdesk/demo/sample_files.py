"""Pictures and sounds the demo's customers send, made here: a bowl as PNG, a few spoken-like tones as WAV."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from functools import cache

WIDE, HIGH = 480, 360
PAPER, TABLE, SHADE = b"\xf4\xef\xe6", b"\xd9\xcb\xb5", b"\xbb\xa9\x8c"
GLAZES = {"turquoise": (b"\x1f\x9a\x98", b"\x57\xc4\xbd"), "blue": (b"\x2b\x5f\x9e", b"\x6f\x9f\xd4")}
RATE = 8000  # samples a second
NOTES = ((220, 0.22), (262, 0.18), (196, 0.3), (0, 0.12), (247, 0.2), (294, 0.24), (220, 0.36))  # hertz, seconds


@cache
def picture(glaze: str = "turquoise") -> bytes:
    """A bowl on a table."""
    body, rim = GLAZES[glaze]
    rows = []
    for y in range(HIGH):
        ground = PAPER if y < 250 else TABLE
        row = ground * WIDE
        if 120 <= y < 270:
            half = int(150 * math.sqrt(max(0.0, 1 - ((y - 120) / 165) ** 2)))
            row = _laid(row, half, body)
        if 104 <= y < 136:
            row = _laid(row, int(150 * math.sqrt(max(0.0, 1 - ((y - 120) / 16) ** 2))), rim)
        if 268 <= y < 282:
            row = _laid(row, int(120 * math.sqrt(max(0.0, 1 - ((y - 275) / 7) ** 2))), SHADE)
        rows.append(b"\0" + row)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", WIDE, HIGH, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"".join(rows), 6)),
            (b"IEND", b""),
        )
    )


@cache
def sound() -> bytes:
    """A second and a half that sounds a little like somebody speaking."""
    samples = bytearray()
    for pitch, lasts in NOTES:
        count = int(RATE * lasts)
        for n in range(count):
            swell = math.sin(math.pi * n / count)
            wave_ = math.sin(2 * math.pi * pitch * n / RATE) + 0.4 * math.sin(6 * math.pi * pitch * n / RATE)
            samples.append(int(128 + 60 * swell * wave_))
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(samples))
    return kept.getvalue()


def _laid(row: bytes, half: int, colour: bytes) -> bytes:
    """A row with a stretch of colour in its middle."""
    middle = WIDE // 2
    return row[: (middle - half) * 3] + colour * (2 * half) + row[(middle + half) * 3 :]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
