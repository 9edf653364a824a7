"""Files of a chat: stored by content hash, typed by content, served from a signed address for a day."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from channels.toolkit import file_kinds

LASTS = 24 * 3600  # seconds an address is good for
PLAIN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store. `id` is the hash of its content."""

    id: str
    name: str
    type: str
    size: int

    def line(self) -> dict[str, str | int]:
        """As it stands in a line of the log."""
        return {"id": self.id, "name": self.name, "type": self.type, "size": self.size}


def shown_type(content: bytes) -> str:
    """The type a file has by what is in it, never by its name. HTML and SVG are plain data here."""
    kind = file_kinds.detected_type(content)
    if kind is not None:
        return kind
    try:
        text = content[:4096].decode("utf-8", "ignore" if len(content) > 4096 else "strict")
    except UnicodeDecodeError:
        return PLAIN
    harmless = "\0" not in text and "<" not in text and content
    return "text/plain" if harmless else PLAIN


def clean_name(name: str) -> str:
    """A name without folders, control characters and tricks of direction."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        c for c in last if c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069"
    )
    return kept.strip(" .")[:120] or "file"


class FileStore:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def save(self, name: str, content: bytes) -> StoredFile:
        """Keep a file durably. Raises OSError."""
        digest = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(self._write, digest, content)
        return StoredFile(digest, clean_name(name), shown_type(content), len(content))

    async def find(self, digest: str) -> tuple[Path, str] | None:
        """Where a file lies and what kind it is, or None when it is not there."""
        return await asyncio.to_thread(self._find, digest)

    async def drop(self, digest: str) -> None:
        """Forget a file. Whoever sent the same one loses it too."""
        await asyncio.to_thread(self._path(digest).unlink, missing_ok=True)

    def _find(self, digest: str) -> tuple[Path, str] | None:
        path = self._path(digest)
        try:
            with path.open("rb") as file:
                return path, shown_type(file.read(8192))
        except FileNotFoundError:
            return None

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _write(self, digest: str, content: bytes) -> None:
        path = self._path(digest)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


class Addresses:
    """Signs and checks the addresses of files. `key` is replaced once the durable one is known."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def address(self, file: dict[str, str | int], now: float) -> str:
        """Below `/channels/webchat/`. `now` in Unix seconds; the same within an hour, so that browsers keep it."""
        until = (int(now) // 3600) * 3600 + LASTS
        return f"files/{file['id']}/{until}/{self._sign(str(file['id']), until)}/{quote(str(file['name']), safe='')}"

    def good(self, digest: str, until: int, signature: str, now: float) -> bool:
        """Whether we gave this address and its day is not over."""
        return now < until and hmac.compare_digest(self._sign(digest, until).encode(), signature.encode())

    def _sign(self, digest: str, until: int) -> str:
        return hmac.new(self.key, f"{digest} {until}".encode(), hashlib.sha256).hexdigest()[:32]
