"""JSON description of a parsed mail, for `run.py mail parse`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from channels.email.facts import auto_submitted, bounces, threading
from channels.email.facts.writer import find_writer
from channels.email.mime.address_fields import Person
from channels.email.mime.parse_mail import parse_mail
from channels.email.visible.visible_reply import visible


def describe(raw: bytes, *, own: Collection[str] = ()) -> dict[str, Any]:
    """Everything found in a mail, JSON-serialisable. `own`: our own addresses. Raises `Unreadable` when nothing is there."""
    mail = parse_mail(raw)
    bounce = bounces.understand(mail)
    robot, silence = auto_submitted.robot_reasons(mail), auto_submitted.silence_reasons(mail)
    writer = find_writer(mail, {address.lower() for address in own})
    return {
        "from": _person(mail.sender),
        "to": [_person(person) for person in mail.to],
        "cc": [_person(person) for person in mail.cc],
        "person": {"name": writer.name, "address": writer.address, "source": writer.source},
        "reply_to": [_person(person) for person in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date.isoformat().replace("+00:00", "Z") if mail.date else None,
        "text": mail.text,
        "html": mail.html,
        "reply": visible(mail.text, mail.html, mail.subject, first_mail=not threading.answers(mail)).text,
        "attachments": [
            {
                "name": item.name,
                "type": item.content_type,
                "size": item.size,
                "sha256": hashlib.sha256(item.content or b"").hexdigest(),
                "inline": item.inline,
                "cid": item.content_id,
            }
            for item in mail.attachments
        ],
        "flags": {
            "is_auto": bounce is not None or bool(robot or silence),
            "is_robot": bounce is not None or bool(robot),
            "auto_because": [*robot, *silence],
            "is_bounce": bounce is not None,
            "bounce_kind": bounce.kind if bounce else None,
            "bounce_recipients": list(bounce.recipients) if bounce else [],
        },
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person[0], "address": person[1]}
