"""Media type detection: what may be shown inline, its size in pixels, its duration."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.web.media.media_probe import MOST_PIXELS, probe
from tests.support.pages.gallery_media import STICKERS, drawn, tone


def seen(content: bytes):
    return probe(io.BytesIO(content))


def ogg(seconds: float, head: bytes = b"OpusHead") -> bytes:
    first = b"OggS\0\x02" + bytes(8) + bytes(12) + b"\x01\x13" + head + bytes(11)
    return first + bytes(200) + b"OggS\0\x04" + int(seconds * 48_000).to_bytes(8, "little") + bytes(12)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(brand: bytes = b"isom", *, width: int = 640, height: int = 360, seconds: int = 12) -> bytes:
    mvhd = box(b"mvhd", bytes(12) + struct.pack(">II", 1000, seconds * 1000) + bytes(80))
    tkhd = box(b"tkhd", bytes(76) + struct.pack(">II", width << 16, height << 16))
    return box(b"ftyp", brand + bytes(8)) + box(b"mdat", bytes(500)) + box(b"moov", mvhd + box(b"trak", tkhd))


def jpeg(width: int, height: int, turned: int = 0) -> bytes:
    exif = b""
    if turned:
        tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x0112, 3, 1, turned) + bytes(4)
        exif = b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + exif + b"\xff\xdb" + struct.pack(">H", 67) + bytes(65) + frame + b"\xff\xd9"


def test_picture_sizes_are_detected():
    png = seen(drawn(1, 20, 10))
    assert (png.kind, png.type, png.width, png.height) == ("picture", "image/png", 20, 10)
    gif = seen(b"GIF89a" + struct.pack("<HH", 30, 40) + bytes(20))
    assert (gif.type, gif.width, gif.height) == ("image/gif", 30, 40)
    face = seen((STICKERS / "sad.webp").read_bytes())
    assert (face.type, face.width, face.height) == ("image/webp", 512, 512)


def test_exif_orientation_is_respected():
    assert (seen(jpeg(4000, 3000)).width, seen(jpeg(4000, 3000)).height) == (4000, 3000)
    assert (seen(jpeg(4000, 3000, turned=6)).width, seen(jpeg(4000, 3000, turned=6)).height) == (3000, 4000)
    assert seen(jpeg(4000, 3000, turned=3)).width == 4000


def test_a_picture_with_too_many_pixels_is_a_download():
    side = int(MOST_PIXELS**0.5) + 10
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", side, side) + bytes(20)
    assert seen(head) is None


def test_sound_durations_are_detected():
    voice = seen(ogg(17.5))
    assert (voice.kind, voice.type, voice.seconds) == ("audio", "audio/ogg", 17.5)
    tape = seen(tone(23))
    assert (tape.type, tape.seconds) == ("audio/wav", 23.0)
    assert seen(b"ID3\x04" + bytes(200)).type == "audio/mpeg"
    assert seen(b"\xff\xfb\x90\x00" + bytes(200)).type == "audio/mpeg"


def test_an_unplayable_recording_is_a_download():
    gsm = bytearray(tone(1))
    gsm[20:22] = (0x31).to_bytes(2, "little")
    assert seen(bytes(gsm)) is None


def test_video_size_and_duration_are_found_anywhere_in_the_file():
    film = seen(mp4())
    assert (film.kind, film.width, film.height, film.seconds) == ("video", 640, 360, 12.0)
    assert seen(mp4(b"M4A ", width=0, height=0)).kind == "audio"
    assert seen(mp4(b"qt  ")) is None
    webm = b"\x1aE\xdf\xa3" + bytes(10) + b"\x42\x82\x84webm" + bytes(100)
    assert seen(webm + b"V_VP9").kind == "video"
    assert seen(webm + b"A_OPUS").kind == "audio"


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n", b"MZ\x90\0", b"PK\x03\x04", b"", b"GIF", "\ufeffgoodbye".encode("utf-16-le"), b"\x1f\x8b\x08tgs",
    ],
)  # fmt: skip
def test_executable_and_unknown_types_are_downloads(content):
    assert seen(content) is None


@given(
    st.sampled_from([ogg(3), tone(1)[:500], mp4(), jpeg(10, 20), drawn(2, 6, 6), b"\x1aE\xdf\xa3webm", b"fLaC"]),
    st.data(),
)
def test_damaged_files_never_break_the_page(content, data):
    cut = data.draw(st.integers(0, len(content)))
    place = data.draw(st.integers(0, max(0, len(content) - 1)))
    spoiled = bytearray(content[:cut] if data.draw(st.booleans()) else content)
    if place < len(spoiled):
        spoiled[place] = data.draw(st.integers(0, 255))
    found = seen(bytes(spoiled))
    assert found is None or found.type.split("/")[0] in ("image", "audio", "video")
