"""View builder of attachments: pictures, players and downloads, by content type and by what the channel called them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.tickets.rows import AttachmentRow
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.views.content_views import MediaView, Said
from helpdesk.web.inbox.views.timeline_views import FileView
from helpdesk.web.media.media_probe import MediaInfo

WIDEST, HIGHEST = 336, 320  # pixels of a picture in the timeline
STICKER = 144
FORMS = {"video_note": "round", "animation": "loop"}


def file_of(attachment: AttachmentRow) -> FileView:
    """An attachment as a download, or its problem."""
    return FileView(
        attachment.id,
        attachment.name,
        attachment.size,
        attachment.content_type.startswith("image/"),
        attachment.problem or "",
    )


def fitted(width: int, height: int, widest: int = WIDEST, highest: int = HIGHEST) -> tuple[int, int]:
    """Display size of a picture: scaled down to the available space."""
    if width <= 0 or height <= 0:
        return 0, 0
    scale = min(1.0, widest / width, highest / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def group_files(
    files: Sequence[AttachmentRow], data: Mapping[str, Any], reader: Reader
) -> tuple[list[MediaView], list[MediaView], MediaView | None, list[FileView]]:
    """Group files into pictures and videos, sounds, the sticker, and downloads."""
    shown: list[MediaView] = []
    heard: list[MediaView] = []
    rest: list[FileView] = []
    sticker: MediaView | None = None
    for file in files:
        look = None if file.problem else reader.look(file.hash)
        if look is None:
            rest.append(file_of(file))
        elif look.kind == "audio":
            heard.append(_sound(file, look, data))
        elif data.get("content") == "sticker":
            sticker = _seen(file, look, data, "sticker")
        else:
            shown.append(_seen(file, look, data, "picture" if look.kind == "picture" else _film(look, data)))
    return shown, heard, sticker, rest


def _film(look: MediaInfo, data: Mapping[str, Any]) -> str:
    return FORMS.get(str(data.get("content") or ""), "video")


def _seen(attachment: AttachmentRow, look: MediaInfo, data: Mapping[str, Any], form: str) -> MediaView:
    details = data if data.get("content") in ("video", "animation", "photo") else {}
    width, height = look.width or _number(details.get("width")), look.height or _number(details.get("height"))
    if form == "sticker":
        width, height = fitted(width or STICKER, height or STICKER, STICKER, STICKER)
    elif form == "round":
        width, height = 224, 224
    else:
        width, height = fitted(width, height)
        if not width:
            width, height = (WIDEST, 189) if look.kind == "video" else (0, 0)
    seconds = look.seconds or (_number(data.get("duration")) or None)
    return MediaView(attachment.id, form, attachment.name, attachment.size, width, height, seconds)


def _sound(attachment: AttachmentRow, look: MediaInfo, data: Mapping[str, Any]) -> MediaView:
    is_sound = data.get("content") in ("voice", "audio", "video_note")
    seconds = look.seconds or (_number(data.get("duration")) or None if is_sound else None)
    return MediaView(
        attachment.id,
        "audio",
        attachment.name,
        attachment.size,
        seconds=seconds,
        role=_sound_role(attachment.name, data),
    )


def _sound_role(name: str, data: Mapping[str, Any]) -> Said:
    """The role of a sound: voice message, call recording or voicemail."""
    if "direction" in data or "disposition" in data:
        taped = _base(data.get("voicemail_file"))
        if "voicemail" in name.lower() or (taped and _base(name) == taped):
            return "voicemail"
        only = data.get("disposition") == "voicemail" and not data.get("recording")
        return "voicemail" if only else "recording"
    return "voice" if data.get("content") == "voice" else ""


def _base(path: object) -> str:
    """The base name without extension."""
    return str(path or "").rstrip("/").rpartition("/")[2].partition("?")[0].rpartition(".")[0]


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 100_000 else 0
