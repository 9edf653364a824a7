"""Files that come after the entry they belong to, once each: the recording of a call."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update

from helpdesk.tickets import actions, queries
from helpdesk.tickets.models import attachments
from helpdesk.tickets.rows import NewFile


def add_late_attachments(tx: Connection, *, ticket_id: int, entry_id: int, files: Sequence[NewFile]) -> bool:
    """Hang files on an entry that do not hang there yet; content takes the place of a problem. True: something is new."""
    known = {
        (attachment.content_id, attachment.name): attachment
        for attachment in queries.attachments_of(tx, entry_ids=[entry_id])
    }
    fresh = False
    for file in files:
        here = known.get((file.get("content_id"), file["name"]))
        if here is None:
            actions.attach_files(tx, ticket_id=ticket_id, entry_id=entry_id, files=[file])
            fresh = True
        elif here.hash is None and (file["hash"] is not None or file["problem"] != here.problem):
            values = {
                name: value for name, value in file.items() if name in ("hash", "size", "content_type", "problem")
            }
            tx.execute(update(attachments).where(attachments.c.id == here.id).values(**values))
            fresh = True
    return fresh
