"""Attachments of a message, by Telegram's file id; the server fetches them later. Pure."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator

from channels.contract import Attachment
from channels.telegram.base.json_access import Json, number, obj, objects, text
from channels.telegram.base.phrases import phrase

LARGEST_DOWN = 20 * 1024 * 1024  # bytes a bot may fetch
# field -> (type when Telegram does not say, ending)
_KINDS = {
    "video": ("video/mp4", ".mp4"),
    "video_note": ("video/mp4", ".mp4"),
    "voice": ("audio/ogg", ".ogg"),
    "voice_note": ("audio/ogg", ".ogg"),
    "audio": ("audio/mpeg", ".mp3"),
    "animation": ("video/mp4", ".mp4"),
    "document": ("application/octet-stream", ""),
    "live_photo": ("video/mp4", ".mp4"),
}
_GROUPS = ("paid_media", "media", "explanation_media", "game", "poll")  # fields whose object holds files of its own


def files_in(language: str, holder: Json) -> tuple[Attachment, ...]:
    """Every file that a message, or an object like one, holds; each once."""
    seen: dict[str, Attachment] = {}
    for attachment in _attachments(language, holder, 3):
        seen.setdefault(attachment.remote or f"{attachment.name}/{attachment.size}", attachment)
    return tuple(seen.values())


def _attachments(language: str, holder: Json, depth: int) -> Iterator[Attachment]:
    yield from photo(language, holder, "photo")
    yield from photo(language, holder, "new_chat_photo")
    if still := obj(holder, "sticker"):
        yield from sticker(language, still)
    for field, (kind, ending) in _KINDS.items():
        value = obj(holder, field)
        if value and not (field == "document" and obj(holder, "animation")):  # an animation comes as both
            yield from _attachment(language, value, field, kind, ending)
            if field == "live_photo":
                yield from photo(language, value, "photo")
    if depth:
        for field in _GROUPS:
            inner = obj(holder, field)
            for item in (inner, *objects(inner, "paid_media"), *objects(inner, "options")) if inner else ():
                yield from _attachments(language, item, depth - 1)


def unknown(language: str, field: str, value: object) -> Iterator[Attachment]:
    """Files in a field that did not exist when this was written: whatever has a file id."""
    if isinstance(value, list):
        yield from photo(language, {field: value}, field)
    elif isinstance(value, dict) and text(value, "file_id"):
        yield from _attachment(language, value, field, "application/octet-stream", "")


def photo(language: str, holder: Json, field: str) -> Iterator[Attachment]:
    """The largest size of a photo that can be fetched."""
    sizes = [item for item in objects(holder, field) if text(item, "file_id")]
    if sizes:
        allowed = [size for size in sizes if (number(size, "file_size") or 0) <= LARGEST_DOWN] or sizes
        best = max(allowed, key=lambda size: (number(size, "width") or 0) * (number(size, "height") or 0))
        yield from _attachment(language, best, "photo", "image/jpeg", ".jpg")


def sticker(language: str, still: Json) -> Iterator[Attachment]:
    """A picture of a sticker: the sticker itself, or the preview of one that moves."""
    moves = still.get("is_animated") is True or still.get("is_video") is True
    preview = obj(still, "thumbnail")
    if moves and text(preview, "file_id"):
        yield from _attachment(language, preview, "sticker", "image/webp", ".webp")
    elif still.get("is_animated") is True:
        yield from _attachment(language, still, "sticker", "application/x-tgsticker", ".tgs")
    elif still.get("is_video") is True:
        yield from _attachment(language, still, "sticker", "video/webm", ".webm")
    else:
        yield from _attachment(language, still, "sticker", "image/webp", ".webp")


def _attachment(language: str, value: Json, field: str, kind: str, ending: str) -> Iterator[Attachment]:
    file_id = text(value, "file_id", 500)
    if not file_id:
        return
    mime_type = text(value, "mime_type", 100).strip().lower()
    kind = mime_type if "/" in mime_type else kind
    size = max(0, number(value, "file_size") or 0)
    name = _name(text(value, "file_name", 300))
    if not name:
        stem = f"{field.replace('_', '-')}-{text(value, 'file_unique_id', 60) or 'file'}"
        name = stem + (ending or mimetypes.guess_extension(kind) or "")
    if size > LARGEST_DOWN:
        yield Attachment(name, kind, None, size, problem=phrase(language, "too_large_in"))
    else:
        yield Attachment(name, kind, None, size, remote=file_id)


def _name(file_name: str) -> str:
    """A file name without folders and without anything that does not belong in a name."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(item for item in last if item.isprintable() or item == "\u200c").strip().strip(".")[-200:]
