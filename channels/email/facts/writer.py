"""The person behind a mail: usually From; behind a list, a group or a contact form whoever wrote through it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from channels.email.mime.address_fields import Person, addressees
from channels.email.mime.parse_mail import Mail

Source = Literal["from", "x-original-from", "x-original-sender", "reply-to"]
_NO_REPLY = re.compile(
    r"(?:no|do-?not|dont)[-_.]?reply|(?:contact|web)[-_.]?form|mailer|wordpress|www-data|nobody", re.IGNORECASE
)
_VIA = re.compile(r"\A'?(?P<name>.{1,200}?)'? (?:via|from|über|par|توسط|از طریق) .{1,200}\Z", re.IGNORECASE | re.DOTALL)
_LIST_ID = re.compile(r"<([^<>\s]{1,300})>")
_GROUP = (
    "list-id",
    "list-post",
    "mailing-list",
    "x-beenthere",
    "x-original-from",
    "x-original-sender",
    "x-ms-exchange-group",
)


class Writer(NamedTuple):
    """Who wrote a mail, and which field says so. Only From is what a mail server vouches for."""

    name: str
    address: str
    source: Source


def find_writer(mail: Mail, own: Collection[str]) -> Writer:
    """The person an answer goes to. `own`: our own addresses in small letters; none of them is ever a customer.

    From, unless that is ourselves, a group that put itself there, or a form that can't be answered.
    """
    name, address = mail.sender
    stands_for_group = any(field in mail.fields for field in _GROUP) and _is_rewritten(mail)
    if not address or _is_own(address, own) or stands_for_group or _NO_REPLY.match(address.partition("@")[0]):
        refused = {*own, *_list_addresses(mail)}
        for person, source in _candidates(mail):
            if "@" in person[1] and not _is_own(person[1], refused) and not _same(person[1], address):
                return Writer(person[0] or _name_of(mail, person[1]), person[1], source)
    return Writer(name, address, "from")


def _candidates(mail: Mail) -> Iterator[tuple[Person, Source]]:
    named: tuple[Source, ...] = ("x-original-from", "x-original-sender")
    for field in named:
        for person in addressees(mail.field(field)):
            yield person, field
    for person in mail.reply_to:
        yield person, "reply-to"


def _is_rewritten(mail: Mail) -> bool:
    """Whether a group put itself into From."""
    name, address = mail.sender
    return any(_same(address, item) for item in _list_addresses(mail)) or (
        _VIA.match(name) is not None and any(_same(address, item) for _, item in (*mail.to, *mail.cc))
    )


def _list_addresses(mail: Mail) -> set[str]:
    """The addresses of the list a mail came through, as its own fields tell them."""
    addresses = {value.strip().lower() for value in mail.fields.get("x-beenthere", ())}
    for value in mail.fields.get("list-id", ()):
        for list_id in [*_LIST_ID.findall(value[:2000]), value.strip()[:300]]:
            addresses.add(list_id.lower().replace(".", "@", 1))
    for value in mail.fields.get("list-post", ()):
        addresses |= {
            item.partition("?")[0].lower()
            for item in re.findall(r"mailto:([^>\s]{1,300})", value[:2000], re.IGNORECASE)
        }
    return addresses


def _name_of(mail: Mail, address: str) -> str:
    """What a person is called whose field has only an address."""
    for name, other in mail.reply_to:
        if name and _same(other, address):
            return name
    match = _VIA.match(mail.sender[0])
    return match["name"].strip(" '\"") if match else ""


def _is_own(address: str, own: Collection[str]) -> bool:
    lower = address.lower()
    local, at, domain = lower.rpartition("@")
    return lower in own or f"{local.partition('+')[0]}{at}{domain}" in own


def _same(first: str, second: str) -> bool:
    return first.lower() == second.lower()
