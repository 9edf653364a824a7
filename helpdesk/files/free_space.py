"""Free space on the disks of the desk, and the floor below which it takes nothing new in."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.settings import Settings

EVERY = 1.0  # seconds between two looks: asking the file system for each message costs as much as a statement


@dataclass(slots=True)
class FreeSpace:
    """The disks below `folders`; `floor` in bytes, 0: never too little."""

    folders: Sequence[Path] = ()
    floor: int = 0
    _low: bool = False
    _look_at: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> FreeSpace:
        """The disks of files and database, with the floor of the settings."""
        folders = [settings.data.folder]
        if settings.database.url.startswith("sqlite"):
            folders.append(Path(settings.database.url.partition("///")[2]).parent)
        return cls(folders, settings.data.minimum_free_mb * 1024 * 1024)

    def bytes_left(self) -> int:
        """Bytes that an ordinary user may still write on the fuller one of the disks."""
        return min((_bytes_left(folder) for folder in self.folders), default=self.floor)

    def is_low(self) -> bool:
        """Whether new things must be refused, so that people can go on reading and answering; as of a second ago."""
        now = time.monotonic()
        if self.floor > 0 and now >= self._look_at:
            self._low, self._look_at = self.bytes_left() < self.floor, now + EVERY
        return self._low


def _bytes_left(folder: Path) -> int:
    """Of the nearest folder there is: what is not made yet lies on the disk of its parent."""
    while True:
        try:
            disk = os.statvfs(folder)
        except FileNotFoundError:
            folder = folder.resolve().parent
        else:
            return disk.f_bavail * disk.f_frsize
