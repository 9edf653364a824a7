"""A message on its way out: what is to be sent, frozen as JSON in the outbox, an `Outbound` for the channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channels.contract import Address, Attachment, Face, Outbound
from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing.destinations import Destination
from helpdesk.tickets.rows import TicketRow
from helpdesk.tickets.rules import without_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What is to be sent. `to`: (address, name) where that is not the ticket's customer; `files` by hash.

    `answers`: remote id of the message somebody chose to answer; `quote`: `header` and `text` below the answer.
    """

    text: str
    sender_name: str
    automatic: bool
    kind: Literal["message", "survey"] = "message"
    to: tuple[str, str] | None = None
    copies: Sequence[tuple[str, str]] = ()
    files: Sequence[Mapping[str, Any]] = ()
    faces: Sequence[Mapping[str, str]] = ()
    subject: str | None = None
    quote: Mapping[str, str] | None = None
    survey: str | None = None
    signature: str = ""
    answers: str | None = None


def build_payload(
    context: DeskContext, message: OutgoingMessage, *, ticket: TicketRow, entry_id: int, way: Destination,
    references: Sequence[str], answer_with: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Everything the channel needs, as JSON. `references`: remote ids of the conversation so far, oldest first.

    `answer_with`: what the channel kept of the customer's message for the answer to it.
    """
    answers = message.answers
    if answers:
        references = [*(remote_id for remote_id in references if remote_id != answers), answers]
    to = message.to or (way.address, ticket.contact_name)
    return {
        "token": context.sign(entry_id),
        "returns": {place: context.sign_return(entry_id, place) for place, _ in (to, *message.copies)},
        "kind": message.kind,
        "account": way.account,
        "to": list(to),
        "copies": [list(copy) for copy in message.copies],
        "text": message.text,
        "subject": reply_subject(ticket.subject, ticket.id, ticket.follows_id)
        if message.subject is None
        else message.subject,
        "language": ticket.language or context.language,
        "sender_name": message.sender_name,
        "reply_via": way.reply_via,
        "in_reply_to": references[-1] if references else None,
        "references": list(references),
        "conversation": way.conversation,
        "automatic": message.automatic,
        "files": list(message.files),
        "faces": list(message.faces),
        "survey": message.survey,
        "signature": message.signature,
        "details": _details(quote=message.quote and dict(message.quote), reply_to=answers, answer_with=answer_with),
    }


def _details(**details: Any) -> dict[str, Any]:
    """Those that are there."""
    return {name: value for name, value in details.items() if value}


def reply_subject(subject: str, number: int, follows: int | None = None) -> str:
    """`Re: … [#n]`, once each. The number of the ticket it `follows` goes: they would pile up."""
    mark = f"[#{number}]"
    words = " ".join(subject.split())
    shorter = without_numbers(words, {number, *([follows] if follows else [])})
    if shorter != words or mark not in words:
        words = f"{shorter} {mark}".strip()
    return words if words.lower().startswith("re:") else f"Re: {words}"


def to_outbound(stored: Mapping[str, Any], read: Callable[[str], bytes] | None = None) -> Outbound:
    """The message for the channel. `read` fetches a file by its hash; without it there are no files."""
    files = [] if read is None else [_attachment(file, read) for file in stored["files"]]
    return Outbound(
        token=stored["token"],
        returns=stored.get("returns", {}),
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
