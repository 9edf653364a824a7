"""What an entry looks like on its way out: frozen as JSON in the outbox, an `Outbound` at the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from channels.contract import Address, Attachment, Face, Outbound
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing.destinations import Destination, default_destination
from helpdesk.tickets import queries


def build_payload(
    tx: Connection, context: DeskContext, *, ticket: Any, entry_id: int, text: str, sender_name: str, automatic: bool,
    kind: str = "message", to: tuple[str, str] | None = None, copies: Sequence[Sequence[str]] = (),
    files: Sequence[Mapping[str, Any]] = (), faces: Sequence[Mapping[str, str]] = (), subject: str | None = None,
    quote: Mapping[str, Any] | None = None, survey: str | None = None, signature: str = "",
    way: Destination | None = None, answers: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Everything the channel needs, as JSON; files by hash. `answers`: remote id of the message somebody chose to answer."""
    way = way or default_destination(ticket)
    references = _references(tx, ticket.id, way.channel, answers)
    return {
        "token": context.sign(entry_id),
        "kind": kind,
        "account": way.account,
        "to": list(to or (way.address, ticket.contact_name)),
        "copies": [list(copy) for copy in copies],
        "text": text,
        "subject": reply_subject(ticket.subject, ticket.id) if subject is None else subject,
        "language": ticket.language or context.language,
        "sender_name": sender_name,
        "reply_via": way.reply_via,
        "in_reply_to": references[-1] if references else None,
        "references": references,
        "conversation": way.conversation,
        "automatic": automatic,
        "files": list(files),
        "faces": list(faces),
        "survey": survey,
        "signature": signature,
        "details": {**({"quote": dict(quote)} if quote else {}), **({"reply_to": answers} if answers else {})},
    }


def _references(tx: Connection, ticket_id: int, channel: str, answers: str | None) -> list[str]:
    """Remote ids of the conversation so far, oldest first; the answered one stands last."""
    known = queries.references(tx, ticket_id=ticket_id, channel=channel)
    return [remote_id for remote_id in known if remote_id != answers] + ([answers] if answers else [])


def reply_subject(subject: str, number: int) -> str:
    """`Re: … [#n]`, once each."""
    mark = f"[#{number}]"
    words = " ".join(subject.split())
    if mark not in words:
        words = f"{words} {mark}".strip()
    return words if words.lower().startswith("re:") else f"Re: {words}"


def to_outbound(stored: Mapping[str, Any], read: Callable[[str], bytes] | None = None) -> Outbound:
    """The message for the channel. `read` fetches a file by its hash; without it there are no files."""
    files = [] if read is None else [_attachment(file, read) for file in stored["files"]]
    return Outbound(
        token=stored["token"],
        kind=stored["kind"],
        account=stored["account"],
        to=Address(stored["to"][0], stored["to"][1]),
        text=stored["text"],
        subject=stored["subject"],
        language=stored["language"],
        copies=[Address(*copy) for copy in stored["copies"]],
        sender_name=stored["sender_name"],
        reply_via=stored["reply_via"],
        attachments=files,
        in_reply_to=stored["in_reply_to"],
        references=stored["references"],
        conversation=stored["conversation"],
        automatic=stored["automatic"],
        faces=[Face(**face) for face in stored["faces"]],
        survey=stored.get("survey"),
        signature=stored.get("signature", ""),
        details=stored["details"],
    )


def _attachment(file: Mapping[str, Any], read: Callable[[str], bytes]) -> Attachment:
    return Attachment(
        name=file["name"],
        content_type=file["content_type"],
        content=read(file["hash"]),
        size=file["size"],
        inline=bool(file.get("inline")),
        content_id=file.get("content_id"),
    )
