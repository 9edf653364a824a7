"""Rendering: an `Outbound` as a mail with its envelope sender and recipients."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime

from channels.contract import Address, Attachment, DeliveryError, Outbound
from channels.email.facts import outlook_thread
from channels.email.sending import body, mime_writer
from channels.email.sending.dkim import sign
from channels.email.settings import EmailSettings, Mailbox, bare

REFERENCES = 20  # at most so many; the first one and the newest are kept
TOKEN = re.compile(r"[A-Za-z0-9._~=-]{1,200}")


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed to a mail server. An empty `sender` is the null sender of automatic mail.

    `returns`: return paths of the copies that have one of their own; the others share `sender`.
    """

    message_id: str
    sender: str
    to: str
    copies: Sequence[str]
    content: bytes
    dropped: Sequence[str] = ()  # copies that can't be written to
    returns: Mapping[str, str] = field(default_factory=dict)


def message_id(settings: EmailSettings, outbound: Outbound) -> str:
    """The Message-ID of an outbound, the same at every try."""
    return f"<p.{_token(outbound)}@{settings.mailbox(outbound.account).domain}>"


def render(settings: EmailSettings, outbound: Outbound, now: datetime) -> Mail:
    """Write the mail. Raises `DeliveryError(permanent)` for what can never be sent."""
    try:
        return _render(settings, outbound, now)
    except KeyError as error:
        raise DeliveryError(f"There is no mailbox named {error}.", permanent=True) from error
    except (ValueError, UnicodeError) as error:
        raise DeliveryError(f"The mail can't be written: {error}", permanent=True) from error


def _render(settings: EmailSettings, outbound: Outbound, now: datetime) -> Mail:
    box = settings.mailbox(outbound.account)
    to = mime_writer.ascii_address(_place(outbound.to))
    wanted = _copies(settings, outbound)
    outbound = replace(outbound, copies=[copy for copy in wanted if writable(_place(copy))])
    dropped = [_place(copy) for copy in wanted if not writable(_place(copy))]
    copies = [mime_writer.ascii_address(_place(copy)) for copy in outbound.copies]
    content = mime_writer.write(_headers(settings, box, outbound, now), _body(box, outbound), seed=_token(outbound))
    if box.dkim is not None:
        content = sign(box.dkim, box.domain, content)
    paths = {} if outbound.automatic else _return_paths(box, outbound)
    sender = "" if outbound.automatic else paths.pop(to, box.address)
    return Mail(message_id(settings, outbound), sender, to, copies, content, dropped, paths)


def _return_paths(box: Mailbox, outbound: Outbound) -> dict[str, str]:
    """The return path of every recipient; {} where the mail server delivers no plus addresses."""
    tokens = {place: token for place, token in outbound.returns.items() if TOKEN.fullmatch(token)}
    people = [person for person in (outbound.to, *outbound.copies) if box.plus and person.address in tokens]
    return {mime_writer.ascii_address(_place(person)): bounce_address(box, tokens[person.address]) for person in people}


def writable(address: str) -> bool:
    """Whether a mail can be addressed to it: somebody's mail program may have made a copy for anything."""
    try:
        mime_writer.ascii_address(address)
    except ValueError:
        return False
    return True


def bounce_address(box: Mailbox, token: str) -> str:
    """The return path of a mail: reports that arrive there name the message that failed, and prove it."""
    local, _, domain = box.address.rpartition("@")
    return f"{local}+b.{token}@{box.envelope_domain or domain}"


def reply_address(address: str, token: str) -> str:
    """Where answers to a mail go: they name the ticket by themselves."""
    local, _, domain = bare(address).rpartition("@")
    return f"{local}+{token}@{domain}"


def _headers(settings: EmailSettings, box: Mailbox, outbound: Outbound, now: datetime) -> list[tuple[str, str]]:
    ours = _from(box, outbound)
    headers = [
        ("Date", format_datetime(now)),
        ("From", mime_writer.mailbox(outbound.sender_name or box.display_name, ours)),
        ("To", mime_writer.mailbox(outbound.to.name, _place(outbound.to))),
    ]
    if box.plus:
        answers = reply_address(ours, _token(outbound))
        headers.append(("Reply-To", mime_writer.mailbox(outbound.sender_name or box.display_name, answers)))
    if outbound.copies:
        headers.append(("Cc", ",\r\n ".join(mime_writer.mailbox(copy.name, _place(copy)) for copy in outbound.copies)))
    headers += [("Subject", mime_writer.unstructured(outbound.subject)), ("Message-ID", message_id(settings, outbound))]
    before = _with_token(references(outbound), f"<r.{_token(outbound)}@{box.domain}>")
    if outbound.in_reply_to and mime_writer.ids([outbound.in_reply_to]):
        headers.append(("In-Reply-To", mime_writer.ids([outbound.in_reply_to])))
    if mime_writer.ids(before):
        headers.append(("References", mime_writer.ids(before)))
    kept = outbound.details.get("answer_with")
    if isinstance(kept, Mapping):
        thread = outlook_thread.extended(kept, now, _token(outbound))
        headers += [
            (name, mime_writer.unstructured(value) if name == "Thread-Topic" else value) for name, value in thread
        ]
    if re.fullmatch(r"[A-Za-z0-9-]{1,35}", outbound.language):
        headers.append(("Content-Language", outbound.language))
    if outbound.automatic:
        kind = "auto-replied" if outbound.in_reply_to and outbound.kind == "message" else "auto-generated"
        headers += [("Auto-Submitted", kind), ("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk")]
    return headers


def _with_token(before: list[str], token: str) -> list[str]:
    """Our token among the references: relays that give a mail another Message-ID leave these alone.

    It stands before the newest, so that mail programs go on to see the answer below what it answers.
    """
    room = before if len(before) < REFERENCES else [before[0], *before[-(REFERENCES - 2) :]]
    return [*room[:-1], token, *room[-1:]]


def references(outbound: Outbound) -> list[str]:
    """The ids before this message, oldest first, without repeats, shortened in the middle."""
    known = dict.fromkeys([*outbound.references, *([outbound.in_reply_to] if outbound.in_reply_to else [])])
    ids = [known_id for known_id in known if known_id != outbound.in_reply_to] + (
        [outbound.in_reply_to] if outbound.in_reply_to else []
    )
    return ids if len(ids) <= REFERENCES else [ids[0], *ids[-(REFERENCES - 1) :]]


def _from(box: Mailbox, outbound: Outbound) -> str:
    wished = bare(outbound.reply_via) if outbound.reply_via else ""
    return wished if wished in box.addresses else box.address


def _body(box: Mailbox, outbound: Outbound) -> mime_writer.Part:
    signature = (outbound.signature or box.signature.replace("{person}", outbound.sender_name)).strip()
    if outbound.automatic and outbound.kind == "survey":
        signature = outbound.signature.strip()
    shown = [_file(file) for file in outbound.attachments if file.inline and file.content_id]
    shown += [
        mime_writer.file_part(
            f"{face.score}.png", "image/png", body.face_picture(face.score), content_id=body.face_id(face)
        )
        for face in outbound.faces
    ]
    rich = mime_writer.multipart("related", [mime_writer.text_part(body.page(outbound, signature), "html"), *shown])
    both = mime_writer.multipart("alternative", [mime_writer.text_part(body.plain(outbound, signature)), rich])
    files = [_file(file) for file in outbound.attachments if not (file.inline and file.content_id)]
    return mime_writer.multipart("mixed", [both, *files])


def _file(file: Attachment) -> mime_writer.Part:
    if file.content is None:
        raise ValueError(f"the content of {file.name!r} is missing")
    return mime_writer.file_part(
        file.name, file.content_type, file.content, content_id=file.content_id if file.inline else None
    )


def _copies(settings: EmailSettings, outbound: Outbound) -> list[Address]:
    """The copies, each once, without the addressee and without ourselves: that would be a mail to the desk."""
    others = {_place(copy).lower(): copy for copy in reversed(outbound.copies)}
    others.pop(_place(outbound.to).lower(), None)
    return [copy for place, copy in reversed(others.items()) if settings.owner(place) is None]


def _place(address: Address) -> str:
    return address.address.removeprefix("email:")


def _token(outbound: Outbound) -> str:
    if not TOKEN.fullmatch(outbound.token):
        raise ValueError("the token of the message has characters that don't fit into an address")
    return outbound.token
