"""Files by the hash of their content: written once, never changed. On disk; S3 at scale."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from helpdesk.errors import NotFound


class FileStore:
    """A folder of files named by SHA-256, durable when `store` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where a content lies."""
        return self.folder / digest[:2] / digest[2:4] / digest

    def store(self, content: bytes) -> str:
        """Store a content and return its hash. Two callers may store the same one."""
        digest = hashlib.sha256(content).hexdigest()
        place = self.path(digest)
        if place.exists():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{digest}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        except OSError:  # a full disk gets back what the half of a file took
            draft.unlink(missing_ok=True)
            raise
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest

    def read(self, digest: str) -> bytes:
        """A content by its hash. Raises NotFound."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("This file is not in the store any more.") from None
