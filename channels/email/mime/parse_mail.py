"""The mail parser: raw bytes to a `Mail`. Whatever the bytes are, something readable comes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message
from html import unescape
from itertools import islice
from urllib.parse import unquote

from channels.contract import Attachment, Unreadable
from channels.email.mime import mime_repair
from channels.email.mime.address_fields import MOST, Person, addressees
from channels.email.mime.charsets import decode
from channels.email.mime.contents import Contents, Fields, fields_of, first
from channels.email.mime.headers import date, ids, message_id, parameters, text
from channels.email.mime.walk_parts import Place, walk

LONGEST_BOUNDARY = 200  # characters
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\s)+|\A>?From (?![ \t]*:)[^\r\n]*\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_BOUNDARY = re.compile(rb"^--([^\r\n]++)\r?\n(?=[Cc]ontent-|\r?\n)", re.MULTILINE)
_CID = re.compile(r"\"\s{0,3}cid:([^\"]{1,500})|'\s{0,3}cid:([^']{1,500})|cid:([^\"'\s>)]{1,500})", re.IGNORECASE)
_END = re.compile(rb"\r?\n[ \t]*+\r?\n|\r\r")


@dataclass(slots=True)
class Mail:
    """A mail understood. Addresses are (name, address); ids are `<id>`; times are UTC."""

    fields: Fields  # raw values by lower-case name
    message: Message
    sender: Person = ("", "")
    to: Sequence[Person] = ()
    cc: Sequence[Person] = ()
    reply_to: Sequence[Person] = ()
    subject: str = ""
    message_id: str | None = None
    in_reply_to: Sequence[str] = ()
    references: Sequence[str] = ()
    date: datetime | None = None
    text: str = ""  # the text/plain bodies
    html: str | None = None  # the text/html bodies, as they came
    attachments: Sequence[Attachment] = ()
    calendar: str | None = None
    signed: str | None = None
    encrypted: str | None = None
    reports: Sequence[str] = ()
    returned: Sequence[str] = ()
    report_type: str = ""
    kind: str = "text/plain"  # content type of the whole
    tangled: bool = False
    hint: str | None = field(default=None, repr=False)  # charset the mail uses

    def field(self, name: str) -> str:
        """A field as text, "" when it is missing. `name` in lower case."""
        values = self.fields.get(name)
        return text(values[0], self.hint) if values else ""


def parse_mail(raw: bytes) -> Mail:
    """Understand a mail. Raises `Unreadable` only when there is nothing in it at all."""
    raw = _begin(raw)
    if not raw.strip(b"\0 \t\r\n"):
        raise Unreadable("the mail is empty")
    message, tangled = mime_repair.parse(raw)
    fields = fields_of(message)
    if "from" not in fields or message.defects:
        message, fields = _mend(raw, message, fields)
    kind, type_ = parameters(first(fields, "content-type"))
    hint = type_.get("charset") or None
    contents = Contents()
    if not tangled:
        message = _recover(message, kind, fields)
    if not tangled or not kind.startswith(("multipart/", "message/")):
        walk(message, fields, contents, Place(), hint)
    if not contents.bodies and not contents.files and not contents.reports:
        _as_text(message, contents, hint)
    mail = _envelope(Mail(fields, message, kind=kind or "text/plain", tangled=tangled, hint=hint))
    return _contents(mail, contents, type_)


def _begin(raw: bytes) -> bytes:
    """Without what stands before the first field: byte order mark, blank lines, mbox's From."""
    for _ in range(3):
        lead = _LEADING.match(raw)
        if lead is None:
            break
        raw = raw[lead.end() :]
    return raw


def _mend(raw: bytes, message: Message, fields: Fields) -> tuple[Message, Fields]:
    """Read again without the lines that end the header too early; keep whichever knows more."""
    names = {type(defect).__name__ for defect in message.defects}
    if not names & {
        "MissingHeaderBodySeparatorDefect",
        "FirstHeaderLineIsContinuationDefect",
        "MisplacedEnvelopeHeaderDefect",
    }:
        return message, fields
    end = _END.search(raw)
    head, rest = (raw[: end.start()], raw[end.start() :]) if end else (raw, b"")
    kept: list[bytes] = []
    for line in head.splitlines():
        if field_ := _FIELD.match(line):
            kept.append(field_[1] + b":" + line[field_.end() :])
        elif kept and line[:1] in b" \t" and line.strip():
            kept.append(line)
    if len(kept) < 2:
        return message, fields
    again, _ = mime_repair.parse(b"\n".join(kept) + (rest or b"\n\n"))
    better = fields_of(again)
    if len(better) <= len(fields) or not {"from", "to", "subject", "date", "content-type"} & set(better):
        return message, fields
    return again, better


def _recover(message: Message, kind: str, fields: Fields) -> Message:
    """A multipart whose boundary is wrong or missing, taken apart by the boundary it really uses."""
    if message.is_multipart() or not (kind.startswith("multipart/") or not kind):
        return message
    payload = message.get_payload()
    if not isinstance(payload, str) or "--" not in payload:
        return message
    octets = payload.encode("utf-8", "surrogateescape")
    if not kind and not octets.lstrip().startswith(b"--"):
        return message
    borders = (line[1].rstrip(b" \t") for line in _BOUNDARY.finditer(octets))
    border = next((item for item in borders if 0 < len(item) <= LONGEST_BOUNDARY), b"")
    if not border or b'"' in border:
        return message
    head = b'Content-Type: %s; boundary="%s"\n\n' % (kind.encode("ascii", "replace") or b"multipart/mixed", border)
    again, _ = mime_repair.parse(head + octets)
    if not again.is_multipart():
        return message
    fields["content-type"] = again.get_all("content-type", [])
    return again


def _as_text(message: Message, contents: Contents, hint: str | None) -> None:
    """Nothing was found by the rules: what is there is shown as text."""
    payload = message.get_payload()
    if isinstance(payload, str) and payload.strip():
        contents.bodies.append(
            (False, decode(payload.encode("utf-8", "surrogateescape"), None, hint).replace("\0", ""), False)
        )


def _envelope(mail: Mail) -> Mail:
    fields, hint = mail.fields, mail.hint
    senders = addressees(first(fields, "from"), hint)
    mail.sender = next((sender for sender in senders if sender[1]), senders[0] if senders else ("", ""))
    if not mail.sender[1]:  # shown at least; the desk sees that From was missing
        spare = [*addressees(first(fields, "sender"), hint), *addressees(first(fields, "reply-to"), hint)]
        mail.sender = next((item for item in spare if item[1]), mail.sender)
    mail.to = _everyone(fields, "to", hint)
    if "cc" in fields:
        mail.cc = _everyone(fields, "cc", hint)
    if "reply-to" in fields:
        mail.reply_to = _everyone(fields, "reply-to", hint)
    mail.subject = text(first(fields, "subject"), hint)
    mail.message_id = message_id(first(fields, "message-id"))
    if "in-reply-to" in fields:
        mail.in_reply_to = ids(first(fields, "in-reply-to"))
    if "references" in fields:
        mail.references = ids(" ".join(fields["references"]))
    mail.date = date(first(fields, "date"))
    return mail


def _everyone(fields: Fields, name: str, hint: str | None) -> list[Person]:
    values = fields.get(name, ())
    if len(values) == 1:
        return addressees(values[0], hint)
    people = (person for value in values for person in addressees(value, hint))
    return list(dict.fromkeys(islice(people, MOST)))


def _contents(mail: Mail, contents: Contents, type_: dict[str, str]) -> Mail:
    mail.text = contents.text()
    mail.html = contents.html()
    mail.attachments = _inline(contents.files, mail.html)
    mail.calendar, mail.signed, mail.encrypted = contents.calendar, contents.signed, contents.encrypted
    mail.reports, mail.returned = contents.reports, contents.returned
    mail.report_type = type_.get("report-type", "").lower() if mail.kind == "multipart/report" else ""
    return mail


def _inline(files: list[Attachment], html: str | None) -> list[Attachment]:
    """A picture is inline when the HTML shows it, whatever its own header says."""
    if not any(item.content_id for item in files):
        return files
    shown: set[str] = set()
    for match in _CID.finditer(html or ""):
        named = unescape(match[match.lastindex or 0]).strip().strip("<>").lower()
        shown |= {named, unquote(named).strip("<>")}
    return [replace(item, inline=item.content_id is not None and item.content_id.lower() in shown) for item in files]
