"""Recordings and voicemail, fetched from where the settings allow and from nowhere else.

What a webhook says of a file is a stranger's word: it is only ever looked up below the address or the folder that
its source names in the settings. What is not there yet is tried again for two hours after the call.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp

from channels.contract import Attachment, DeliveryError
from channels.phone.settings import Source, secrets_of
from channels.toolkit.file_kinds import sound_type

TIME = aiohttp.ClientTimeout(total=40)
PATIENCE = timedelta(hours=2)
TWILIO = "https://api.twilio.com/"
KINDS = {"audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/flac": ".flac", "audio/mp4": ".m4a",
         "audio/aac": ".aac", "audio/amr": ".amr", "audio/webm": ".webm"}  # fmt: skip


class RecordingMissing(Exception):
    """The recording is not available; the text is for people. `later`: it may be there after a while."""

    def __init__(self, reason: str, *, later: bool = False) -> None:
        super().__init__(reason)
        self.later = later


def attachments(call: Mapping[str, Any], ended: datetime | None) -> list[Attachment]:
    """What a call's record names, to be fetched: its recording and its message on tape."""
    since = int(ended.timestamp()) if ended else 0
    files = []
    for kind in ("voicemail", "recording"):
        place = call.get(f"{kind}_file")
        if isinstance(place, str) and place and not (kind == "recording" and place == call.get("voicemail_file")):
            files.append(Attachment(kind, "audio/x-unknown", None, 0, content_id=kind, remote=f"{since}|{place}"))
    return files


@dataclass(frozen=True)
class Fetcher:
    """Fetches for one source."""

    source: Source
    env: Mapping[str, str]
    session: Callable[[], aiohttp.ClientSession]
    now: datetime

    async def fetch(self, wanted: Attachment) -> Attachment:
        """The file with its content, or with a `problem` in words. DeliveryError: not yet, try again."""
        since, _, place = (wanted.remote or "").partition("|")
        try:
            content = await self._content(place)
            kind = sound_type(content)
            if kind is None:
                raise RecordingMissing(
                    "What the switchboard handed over is no sound; does it ask for a password?", later=True
                )
        except RecordingMissing as error:
            young = since.isdigit() and self.now.timestamp() - int(since) < PATIENCE.total_seconds()
            if error.later and young:
                raise DeliveryError(f"The {wanted.content_id} of this call: {error}") from None
            return replace(wanted, name=f"{wanted.content_id}", remote=None, problem=str(error))
        name = f"{wanted.content_id}{KINDS[kind]}"
        return replace(wanted, name=name, content_type=kind, content=content, size=len(content), remote=None)

    async def _content(self, place: str) -> bytes:
        if self.source.recordings_folder is not None:
            return await asyncio.to_thread(self._read, self.source.recordings_folder, place)
        prefix = self.source.recordings or (TWILIO if self.source.provider == "twilio" else "")
        if not prefix:
            where = f"the source {self.source.name}"
            raise RecordingMissing(
                f"This desk is not told where recordings are: set recordings or recordings_folder of {where}."
            )
        return await self._load(address(prefix, self._inner(place), twilio=self.source.provider == "twilio"))

    def _inner(self, place: str) -> str:
        return place.removeprefix(self.source.recordings_root) if self.source.recordings_root else place

    def _read(self, folder: Path, place: str) -> bytes:
        root = folder.resolve()
        name = self._inner(unquote(urlsplit(place).path) if "://" in place else place)
        path = (root / name.lstrip("/")).resolve() if not Path(name).is_relative_to(root) else Path(name).resolve()
        if not path.is_relative_to(root):
            raise RecordingMissing(f"The switchboard names a file outside of the folder of recordings: {name}")
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size > self.source.recordings_limit:
                    raise RecordingMissing(too_large(self.source.recordings_limit))
                return file.read(self.source.recordings_limit)
        except OSError as error:
            raise RecordingMissing(f"{PurePosixPath(name).name}: {error.strerror}", later=True) from None

    async def _load(self, url: str) -> bytes:
        headers = self._headers(url)
        try:
            async with self.session().get(url, headers=headers, timeout=TIME, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise RecordingMissing(f"The switchboard answered {answer.status} when asked for it.", later=True)
                content = bytearray()
                async for chunk in answer.content.iter_chunked(65536):
                    content += chunk
                    if len(content) > self.source.recordings_limit:
                        raise RecordingMissing(too_large(self.source.recordings_limit))
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RecordingMissing(f"The switchboard can't be reached: {type(error).__name__}.", later=True) from None

    def _headers(self, url: str) -> dict[str, str]:
        secret = (secrets_of(self.env, f"{self.source.name}_recordings") or [""])[0]
        if self.source.recordings_headers:
            return {name: text.replace("{secret}", secret) for name, text in self.source.recordings_headers.items()}
        if self.source.provider == "twilio" and not secret:
            match = re.search(r"/Accounts/(AC[0-9A-Za-z]+)/", url)
            own = (secrets_of(self.env, self.source.name) or [""])[0]
            secret = f"{match[1]}:{own}" if match and own else ""
        if ":" in secret:
            return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
        return {"Authorization": f"Bearer {secret}"} if secret else {}


def address(prefix: str, place: str, *, twilio: bool = False) -> str:
    """The address of a recording below `prefix`. Raises Missing for one anywhere else."""
    if "://" in place:
        url, own = urlsplit(place), urlsplit(prefix)
        path = unquote(url.path)
        same = (url.scheme, url.netloc) == (own.scheme, own.netloc) and path.startswith(unquote(own.path))
        if not same or ".." in path.split("/") or "\\" in path:
            raise RecordingMissing(f"The switchboard names a place that is not below {prefix}")
        if twilio and "." not in url.path.rpartition("/")[2]:
            return f"{url.scheme}://{url.netloc}{url.path}.mp3"
        return place
    parts = [part for part in place.replace("\\", "/").split("/") if part]
    if not parts or ".." in parts:
        raise RecordingMissing("The switchboard names no file that can be fetched.")
    return prefix + "/".join(quote(part) for part in parts)


def too_large(limit: int) -> str:
    """In words."""
    return f"It is larger than {limit // (1024 * 1024)} MiB, which is the most this desk takes (recordings_limit)."
