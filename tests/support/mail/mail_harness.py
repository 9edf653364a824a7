"""Adapter of the mail parser to an external scoring program."""

from __future__ import annotations

from typing import Any

from channels.contract import Unreadable
from channels.email.facts import auto_submitted, threading
from channels.email.facts.bounces import understand
from channels.email.mime.parse_mail import parse_mail
from channels.email.visible.visible_reply import visible


def parse(raw: bytes) -> dict[str, Any]:
    """Parse a mail into the scoring program's format."""
    try:
        mail = parse_mail(raw)
    except Unreadable:
        return {}
    bounce = understand(mail)
    return {
        "from": mail.sender,
        "to": list(mail.to),
        "cc": list(mail.cc),
        "reply_to": list(mail.reply_to),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date,
        "text": mail.text,
        "html": mail.html,
        "reply": visible(mail.text, mail.html, mail.subject, first_mail=not threading.answers(mail)).text,
        "attachments": [
            {
                "filename": item.name,
                "content_type": item.content_type,
                "content": item.content,
                "inline": item.inline,
                "cid": item.content_id,
            }
            for item in mail.attachments
        ],
        "is_auto": bounce is not None
        or bool(auto_submitted.robot_reasons(mail) or auto_submitted.silence_reasons(mail)),
        "is_bounce": bounce is not None,
        "bounce_kind": bounce.kind if bounce else None,
        "bounce_recipients": list(bounce.recipients) if bounce else [],
    }
