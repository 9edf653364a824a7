"""File types by content, whatever the name says."""

from __future__ import annotations

import pytest

from channels.toolkit import file_kinds


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png"),
        (b"GIF89a" + bytes(10), "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04" + bytes(30), "application/zip"),
        (b"\0\0\0\x18ftypmp42" + bytes(12), "video/mp4"),
        (b"\0\0\0\x18ftypavif" + bytes(12), "image/avif"),
        (b"\xff\xfa\x90\x00", "audio/mpeg"),
        (b"BMW arrives on Monday, please call me back", None),
        (b"MZ is the plate of my car, and it is blue as the sea", None),
        (b"<svg onload=alert(1)>", None),
        (b"<!doctype html><script>", None),
        (b"", None),
    ],
)
def test_a_content_says_what_it_is(content, kind):
    assert file_kinds.detected_type(content) == kind


def test_a_page_shows_five_kinds_of_pictures_and_no_others():
    assert file_kinds.image_type(b"\x89PNG\r\n\x1a\n" + bytes(8)) == "image/png"
    assert file_kinds.image_type(b"BM" + bytes(60)) is None
    assert file_kinds.image_type(b"%PDF-1.7") is None


def test_a_program_is_known_by_its_first_bytes():
    assert file_kinds.is_program(b"MZ\x90\0")
    assert file_kinds.is_program(b"#!/bin/sh")
    assert not file_kinds.is_program(b"%PDF-1.7")
