"""What people are writing and the files they have put beside it, kept on the server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from helpdesk.database.dialect import new_id, upsert, upserting
from helpdesk.errors import NotFound
from helpdesk.tickets.models import attachments, drafts
from helpdesk.tickets.rows import Json

_KEEP = upserting(drafts, ["person_id", "ticket_id", "kind"], ["text", "data", "changed_at"])


def save_draft(
    tx: Connection,
    *,
    ticket_id: int,
    person_id: int,
    kind: str,
    text: str,
    now: datetime,
    data: Json | None = None,
) -> None:
    """Keep a draft; an empty one is forgotten."""
    if not text.strip():
        delete_draft(tx, ticket_id=ticket_id, person_id=person_id, kind=kind)
        return
    upsert(
        tx,
        _KEEP,
        {"ticket_id": ticket_id, "person_id": person_id, "kind": kind, "text": text, "data": data, "changed_at": now},
    )


def delete_draft(tx: Connection, *, ticket_id: int, person_id: int, kind: str) -> None:
    """The draft was sent or thrown away."""
    tx.execute(
        delete(drafts).where(drafts.c.ticket_id == ticket_id, drafts.c.person_id == person_id, drafts.c.kind == kind)
    )


def add_draft_file(
    tx: Connection,
    *,
    ticket_id: int,
    person_id: int,
    name: str,
    content_type: str,
    size: int,
    digest: str,
    now: datetime,
) -> int:
    """A stored file waits beside the draft. Returns its id."""
    values = {
        "ticket_id": ticket_id,
        "person_id": person_id,
        "name": name,
        "content_type": content_type,
        "size": size,
        "hash": digest,
        "inline": False,
        "created_at": now,
    }
    return new_id(tx, insert(attachments), values)


def remove_draft_file(tx: Connection, *, attachment_id: int, person_id: int) -> None:
    """Take a file away from the draft. Raises NotFound when it was sent or is somebody else's."""
    gone = tx.execute(
        delete(attachments).where(
            attachments.c.id == attachment_id, attachments.c.person_id == person_id, attachments.c.entry_id.is_(None)
        )
    )
    if gone.rowcount != 1:
        raise NotFound("This file is not waiting in your draft.")


def attach_draft_files(tx: Connection, *, entry_id: int, chosen: Sequence[int], dropped: Sequence[int]) -> None:
    """Waiting files go with an entry; those not chosen are forgotten."""
    tx.execute(update(attachments).where(attachments.c.id.in_(list(chosen))).values(entry_id=entry_id))
    if dropped:
        tx.execute(delete(attachments).where(attachments.c.id.in_(list(dropped))))
