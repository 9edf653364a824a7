"""The collected contents of a mail: texts, HTML, files, and lookup of its header fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from html import escape

from channels.contract import Attachment

Fields = dict[str, list[str]]


@dataclass(slots=True)
class Contents:
    """What was found in the parts."""

    bodies: list[tuple[bool, str, bool]] = field(default_factory=list)  # (is HTML, text, has an alternative)
    files: list[Attachment] = field(default_factory=list)
    calendar: str | None = None  # METHOD of an invitation
    signed: str | None = None  # pgp | smime
    encrypted: str | None = None
    reports: list[str] = field(default_factory=list)  # machine-readable reports, as text
    returned: list[str] = field(default_factory=list)  # headers of our mail that came back
    parts: int = 0
    nameless: int = 0

    def text(self) -> str:
        """The plain text, parts in their order."""
        return "\n".join(text for is_html, text, _ in self.bodies if not is_html)

    def html(self) -> str | None:
        """The HTML; plain parts that have no HTML twin are put between. None without any HTML."""
        if not any(is_html for is_html, _, _ in self.bodies):
            return None
        return "\n".join(
            body if is_html else f'<div style="white-space:pre-wrap">{escape(body)}</div>'
            for is_html, body, twin in self.bodies
            if is_html or (not twin and body.strip())
        )


def fields_of(part: Message) -> Fields:
    """Raw values of the header fields by lower-case name."""
    fields: Fields = {}
    for name, value in part.raw_items():
        fields.setdefault(name.strip().lower(), []).append(value)
    return fields


def first(fields: Fields, name: str) -> str:
    """The first value of a field that isn't empty, raw, or ""."""
    for value in fields.get(name, ()):
        if value and value.strip():
            return value
    return ""
