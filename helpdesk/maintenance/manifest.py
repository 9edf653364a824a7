"""The manifest of a backup: kind, revision, counts, checksums. It is the last member, so a truncated archive has none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Row, Select, func, literal_column, select

from helpdesk.agents.models import people
from helpdesk.contacts.models import contacts
from helpdesk.errors import DeskError
from helpdesk.intake.models import intake
from helpdesk.tickets.models import attachments, entries, tickets

FORMAT = 1
NAME = "manifest.json"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
SECRET = "secret"  # noqa: S105 - the name of a member
PIECE = 1_048_576  # bytes read at once

COUNTED = {
    "tickets": tickets, "entries": entries, "contacts": contacts, "people": people, "attachments": attachments,
    "intake": intake,
}  # fmt: skip
FACTS: Select[Any] = select(
    literal_column("(SELECT version_num FROM alembic_version)").label("revision"),
    *(select(func.count()).select_from(table).scalar_subquery().label(name) for name, table in COUNTED.items()),
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`kind`: the engine. `revision`: of the schema. `missing`, `damaged`: files the database names, left out."""

    kind: str
    version: str
    revision: str
    created_at: str  # ISO, UTC
    counts: dict[str, int]
    database_bytes: int
    database_sha256: str
    files: int
    file_bytes: int
    missing: list[str]
    damaged: list[str]
    format: int = FORMAT

    def to_json(self) -> bytes:
        """The manifest as JSON."""
        return json.dumps(asdict(self), indent=2).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Parse a manifest. Raises DeskError when it is invalid, or of a newer version."""
        try:
            values = json.loads(content)
            if values["format"] > FORMAT:
                raise DeskError("This backup was made by a newer program. Restore it with that one.")
            return cls(**values)
        except (ValueError, TypeError, KeyError):
            raise DeskError("The manifest of this backup can't be read.") from None


def counts_of(facts: Row[*tuple[Any, ...]]) -> dict[str, int]:
    """The counts of a FACTS row."""
    return {name: int(getattr(facts, name)) for name in COUNTED}


def digest_of(source: BinaryIO) -> str:
    """SHA-256 of what is left of an open file."""
    digest = hashlib.sha256()
    while piece := source.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return digest_of(file)
