"""Normalisation: a raw mail to an `Inbound`. Pure: no clock, no network, no settings but those passed in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.contract import Address, Authentication, Delivery, Inbound, Oversize, Thread
from channels.email.facts import authentication, auto_submitted, bounces, outlook_thread, threading
from channels.email.facts.bounces import Bounce
from channels.email.facts.raw_mail_id import OVERSIZED, STORED, UNREADABLE
from channels.email.facts.writer import Writer, find_writer
from channels.email.imap.imap_cursor import internal_date
from channels.email.mime.address_fields import Person, addressees
from channels.email.mime.headers import ids, message_id
from channels.email.mime.parse_mail import Mail, parse_mail
from channels.email.visible import html_quotes
from channels.email.visible.visible_reply import visible

_FROM = re.compile(rb"^from[ \t]*+:((?:[^\r\n]++|\r?\n[ \t])*+)", re.IGNORECASE | re.MULTILINE)
_IN_FROM = re.compile(
    rb"<\s*+([^<>\s]{1,320}+)\s*+>|((?<![^\s<>\"(),;:@])[^\s<>\"(),;:@]{1,64}+@[^\s<>\"(),;:]{1,255}+)"
)
_ORIGINAL_ID = re.compile(r"^Original-Message-ID[ \t]*+:[ \t]*+(.{3,500}+)$", re.IGNORECASE | re.MULTILINE)
_BYTES = re.compile(r"\d{1,15}", re.ASCII)
_HEADER_SIZE = 65_536


def normalise(
    raw: bytes,
    *,
    account: str,
    own_addresses: Sequence[str] = (),
    trusted_servers: Sequence[str] = (),
    size_limit: int | None = None,
) -> Inbound | list[Inbound] | None:
    """Understand a mail.

    `own_addresses`: those the mailbox answers for, to find the one written to. `trusted_servers`: names
    whose Authentication-Results are believed; `size_limit`: bytes of a mail that are fetched at most.
    Raises `Unreadable` when nothing is there.
    """
    mail = parse_mail(raw)
    bounce = bounces.understand(mail)
    if bounce is not None:
        return _delivery(mail, bounce, raw, own_addresses)
    reply = visible(mail.text, mail.html, mail.subject, first_mail=not threading.answers(mail))
    own = {address.lower() for address in own_addresses}
    back = _own_token(mail, own)
    why = auto_submitted.robot_reasons(mail) + (["own mail"] if back else [])
    writer = find_writer(mail, own)
    details = _details(mail, raw, why, trusted_servers) | _named_by(writer)
    return Inbound(
        kind="message",
        external_id=external_id(mail, raw),
        author=_address((writer.name, writer.address)) if writer.address else None,
        subject=mail.subject,
        text=reply.text, full_text=reply.full_text if reply.cut else None, html=mail.html,
        sent_at=mail.date,
        thread=threading.thread(mail, about=_reported(mail) if mail.report_type else (), tokens=back),
        attachments=tuple(mail.attachments), reply_via=_written_to(mail, own),
        recipients=_others((*mail.to, *mail.cc)), copies=_others(mail.cc),
        authentication=_verdict(details, writer),
        automatic=bool(why), no_auto_reply=bool(auto_submitted.silence_reasons(mail)),
        oversize=_oversize(mail, raw, size_limit),
        details=details,
    )  # fmt: skip


def _named_by(writer: Writer) -> dict[str, str]:
    """The field that names the sender, where it is not From."""
    return {} if writer.source == "from" else {"named_by": writer.source}


def _verdict(details: Mapping[str, Any], writer: Writer) -> Authentication:
    """Mail servers vouch for From alone: whoever another field names may be anybody."""
    verdict = authentication.verdict(details.get("authentication", {}))
    return verdict if writer.source == "from" or verdict == "failed" else "unknown"


def of_account(account: str, raw: bytes, **options: Any) -> Inbound | list[Inbound] | None:
    """`normalise` with its arguments in the order of the contract."""
    return normalise(raw, account=account, **options)


def order_key(raw: bytes) -> str:
    """The sender's address, found without parsing. "" when there is none; it never raises, whatever the bytes are."""
    head = raw[:_HEADER_SIZE]
    end = head.find(b"\r\n\r\n")
    if end < 0:
        end = head.find(b"\n\n")
    field = _FROM.search(head, 0, len(head) if end < 0 else end)
    if field is None:
        return ""
    match = list(_IN_FROM.finditer(field[1]))
    best = next((item for item in reversed(match) if item[1]), match[0] if match else None)
    if best is None:
        return ""
    return (best[1] or best[2]).decode("utf-8", "replace").lower()


def _own_token(mail: Mail, own: set[str]) -> tuple[str, ...]:
    """The token of a mail of ours that some forwarding brought back; () when it is not one of ours."""
    domain = (mail.message_id or "").rstrip(">").rpartition("@")[2].lower()
    if not domain or all(address.rpartition("@")[2] != domain for address in own):
        return ()
    return threading.own_tokens([mail.message_id or ""])


def _reported(mail: Mail) -> list[str]:
    """Ids of the mails a receipt or a complaint is about."""
    named = [value for report in mail.reports for value in _ORIGINAL_ID.findall(report)]
    return [
        message_ids
        for value in (*named, bounces.returned_header(mail, "message-id"))
        if (message_ids := message_id(value))
    ]


def external_id(mail: Mail, raw: bytes) -> str:
    """Message-ID, or the hash of the raw form where there is none."""
    return mail.message_id or "sha256:" + hashlib.sha256(raw).hexdigest()


def _address(person: Person) -> Address:
    return Address("email:" + person[1].lower(), person[0])


def _others(people: Sequence[Person]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(_address(person) for person in people if "@" in person[1]))


def _written_to(mail: Mail, own: set[str]) -> str | None:
    """Our own address in it, as the customer knows it (without the token); the first recipient failing that."""
    delivered = [
        person
        for name in ("x-original-to", "delivered-to", "envelope-to")
        for value in mail.fields.get(name, ())
        for person in addressees(value)
    ]
    for _, address in (*mail.to, *mail.cc, *delivered):
        plain = _untagged(address.lower())
        if plain in own or address.lower() in own:
            return plain if plain in own else address.lower()
    return None


def _untagged(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _oversize(mail: Mail, raw: bytes, size_limit: int | None) -> Oversize | None:
    """The size of a mail that was left in the mailbox; None: this is the mail itself."""
    if not raw.startswith(OVERSIZED + b":"):
        return None
    size = mail.field(OVERSIZED.decode().lower())
    return Oversize(int(size) if _BYTES.fullmatch(size) else None, size_limit or None)


def _details(mail: Mail, raw: bytes, why: Sequence[str], trusted: Sequence[str]) -> dict[str, Any]:
    """What the timeline shows beside the text; only what is there."""
    details: dict[str, Any] = {}
    if any(address and address.lower() != mail.sender[1].lower() for _, address in mail.reply_to):
        details["reply_to"] = [address for _, address in mail.reply_to if address]
    if why:
        details["automatic_because"] = list(why)
    if verdicts := authentication.authentication_results(mail, trusted):
        details["authentication"] = verdicts
        if problem := authentication.warning(verdicts):
            details["warning"] = {"authentication": problem}
    noted = {"calendar": mail.calendar, "signed": mail.signed, "encrypted": mail.encrypted}
    details.update({name: value for name, value in noted.items() if value})
    if not mail.sender[1]:
        details["problem"] = "no sender"
    if raw.startswith(STORED + b":") and (stored := internal_date(mail.field(STORED.decode().lower()))):
        details["stored_at"] = stored.isoformat()
    if mail.tangled:
        details["problem"] = "too many parts"
    if raw.startswith(UNREADABLE + b":"):
        details |= {"problem": "unfetched", "size": mail.field(UNREADABLE.decode().lower())}
    if kept := outlook_thread.fields(mail):
        details["answer_with"] = kept
    for name in ("list-id", "x-mailer", "user-agent", "x-priority", "importance", "sender"):
        if name in mail.fields and (shown := mail.field(name)[:300]):
            details[name.replace("-", "_")] = shown
    return details


# --- bounces --------------------------------------------------------------------------------------


def _report_text(mail: Mail) -> str:
    """What a delivery report says to people, else what it says to programs."""
    shown = html_quotes.read(mail.html, keep_quotes=True).full_text if mail.html else ""
    return mail.text.strip() or shown or "\n\n".join(mail.reports).strip()


def _delivery(mail: Mail, bounce: Bounce, raw: bytes, own_addresses: Sequence[str]) -> Inbound:
    returned = message_id(bounces.returned_header(mail, "message-id"))
    references = ids(bounces.returned_header(mail, "references"))
    _, verp = threading.address_tokens(mail)
    reply_path = threading.thread(mail)
    about = [item for item in (returned,) if item]
    tokens = tuple(
        dict.fromkeys(
            [*verp, *threading.own_tokens(about), *threading.own_references(references), *reply_path.message_tokens]
        )
    )
    remote = tuple(dict.fromkeys([*about, *reply_path.remote_ids, *reversed(references)]))
    return Inbound(
        kind="delivery",
        external_id=external_id(mail, raw),
        author=_address(mail.sender) if mail.sender[1] else None,
        subject=mail.subject, text=_report_text(mail), html=mail.html, sent_at=mail.date,
        thread=Thread(
            reply_tokens=reply_path.reply_tokens, message_tokens=tokens, remote_ids=remote,
            numbers=reply_path.numbers or threading.numbers(bounces.returned_header(mail, "subject")),
        ),
        attachments=tuple(mail.attachments),
        recipients=_others((*mail.to, *mail.cc)),
        reply_via=_written_to(mail, {address.lower() for address in own_addresses}),
        automatic=True,
        target=returned,
        delivery=Delivery(
            state="failed" if bounce.given_up else "delayed",
            recipients=tuple("email:" + recipient for recipient in bounce.recipients),
            permanent=bounce.kind == "hard",
            reason=bounce.reason,
            returned_to=verp,
        ),
        details={
            "bounce": {"kind": bounce.kind, "status": bounce.status, "recipients": list(bounce.recipients)},
            "automatic_because": ["bounce"],
        },
    )  # fmt: skip
