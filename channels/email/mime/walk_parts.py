"""The MIME part walk: sorts parts into text to read, HTML to show and files to store."""

from __future__ import annotations

import mimetypes
import quopri
import re
from dataclasses import dataclass
from email.message import Message

from channels.contract import Attachment
from channels.email.mime import embedded_files, filenames, mime_repair, smime
from channels.email.mime.charsets import decode
from channels.email.mime.contents import Contents, Fields, fields_of, first
from channels.email.mime.headers import base64, parameters, text, unfold

DEEPEST = 24  # levels of parts in parts
MOST_PARTS = 2_000

_META = re.compile(rb"<meta[^>]{0,200}charset\s*+=\s*+(?:[\"']\s*+)?([\w.:-]{2,30})", re.IGNORECASE)
_READABLE = {"text/plain", "text/html", "text", "", "text/enriched", "text/richtext", "plain/text", "html/text"}
_SHOWN = {"text/plain", "text/html", "text/calendar"}
_ENRICHED = re.compile(r"<(?!<)/?[A-Za-z][^<>]{0,60}>")
_REPORTS = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
}
_RETURNED = {"text/rfc822-headers", "message/rfc822-headers"}
_SIGNATURES = {
    "application/pgp-signature": "pgp",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
}
_SEALED = {"application/pgp-encrypted": "pgp", "application/pkcs7-mime": "smime", "application/x-pkcs7-mime": "smime"}


@dataclass(slots=True)
class Place:
    """Where in the tree a part stands."""

    parent: str = ""  # subtype of the multipart it is in
    index: int = 0
    depth: int = 0
    twin: bool = False  # inside multipart/alternative
    related: bool = False
    nested: bool = False  # inside a message that is itself attached


def walk(part: Message, fields: Fields, contents: Contents, place: Place, hint: str | None = None) -> None:
    """Sort `part` and everything in it into `found`."""
    contents.parts += 1
    if contents.parts > MOST_PARTS:
        return
    default = "message/rfc822" if place.parent == "digest" else "text/plain"
    kind, type_ = parameters(first(fields, "content-type"))
    kind = kind or default
    if part.is_multipart() and not kind.startswith("message/"):
        _children(part, kind, type_, contents, place, hint)
    elif part.is_multipart():
        _message(part, kind, fields, type_, contents, place, hint)
    else:
        _leaf(part, kind, fields, type_, contents, place, hint)


def _children(
    part: Message, kind: str, type_: dict[str, str], contents: Contents, place: Place, hint: str | None
) -> None:
    subtype = kind.partition("/")[2]
    if subtype == "encrypted":
        contents.encrypted = "smime" if "pkcs7" in type_.get("protocol", "") else "pgp"
    children = part.get_payload()
    if not isinstance(children, list) or place.depth >= DEEPEST:
        return
    twin = place.twin or (subtype == "alternative" and len(children) > 1)
    related = place.related or subtype == "related"
    for index, child in enumerate(children):
        if isinstance(child, Message):
            deeper = Place(subtype, index, place.depth + 1, twin, related, place.nested)
            walk(child, fields_of(child), contents, deeper, hint)


def payload(part: Message, fields: Fields) -> bytes:
    """The octets of a leaf, its transfer encoding undone."""
    coding = unfold(first(fields, "content-transfer-encoding")).lower().strip("\"'; ").split(";")[0].strip()
    if coding in ("quoted-printable", "", "7bit", "8bit", "binary"):
        content = part.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""
    del part["content-transfer-encoding"]
    content = part.get_payload(decode=True)
    octets = content if isinstance(content, bytes) else b""
    if "base64" in coding or coding == "b":
        decoded = base64(octets)
        return octets if decoded is None else decoded
    if coding.startswith(("quoted", "qp")):
        return quopri.decodestring(octets)
    if "uu" in coding:
        _, files = embedded_files.uuencoded(octets.decode("latin-1").replace("\r\n", "\n"))
        return files[0][1] if files else octets
    return octets


def _leaf(
    part: Message, kind: str, fields: Fields, type_: dict[str, str], contents: Contents, place: Place, hint: str | None
) -> None:
    disposition, about = parameters(first(fields, "content-disposition"))
    name = filenames.given(about, type_, hint)
    if kind.startswith("multipart/"):  # its boundary is nowhere: what is there is shown
        kind = "text/plain"
    if place.twin and not name and kind.startswith("text/") and kind not in _SHOWN and disposition != "attachment":
        return  # one more form of the same words
    octets = payload(part, fields)
    if kind in _READABLE and disposition != "attachment" and _is_body(name, place):
        if not place.nested:  # else it is read in the attached message
            _body(octets, kind, type_, contents, place, hint)
        return
    if (kind in embedded_files.TNEF_TYPES or name.lower() == "winmail.dat") and _unwrap(octets, contents):
        return
    if _protocol(octets, kind, type_, name, fields, contents, place):
        return
    if not octets and not name and not kind.startswith("image/"):
        return
    add_attachment(octets, kind, name, fields, disposition, contents, place)


def _is_body(name: str, place: Place) -> bool:
    if place.parent == "related":
        return place.index == 0
    return place.index == 0 or not name


def _body(octets: bytes, kind: str, type_: dict[str, str], contents: Contents, place: Place, hint: str | None) -> None:
    charset = type_.get("charset", "")
    is_html = "html" in kind
    if is_html and not charset and (meta := _META.search(octets[:4096])):
        charset = meta[1].decode("ascii", "replace")
    body = decode(octets, charset, hint)
    if "\0" in body:
        body = body.replace("\0", "")
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if not is_html and type_.get("format", "").lower() == "flowed":
        body = mime_repair.unflow(body, type_.get("delsp", "").lower() == "yes")
    if kind in ("text/enriched", "text/richtext"):
        body = _ENRICHED.sub("", body).replace("<<", "<")
    if not is_html and "\nbegin" in "\n" + body:
        body, files = embedded_files.uuencoded(body)
        for title, content in files:
            _file(contents, filenames.safe(text(title)) or "attachment", _type_of(title), content)
    contents.bodies.append((is_html, body, place.twin))


def _unwrap(octets: bytes, contents: Contents) -> bool:
    inside = embedded_files.tnef(octets)
    if inside is None or not (inside.files or inside.text or inside.html):
        return False
    for title, content in inside.files:
        _file(contents, filenames.safe(title) or "attachment", _type_of(title), content)
    if not any(body.strip() for _, body, _ in contents.bodies) and (inside.text or inside.html):
        if inside.text:
            contents.bodies.append((False, inside.text, bool(inside.html)))
        if inside.html:
            contents.bodies.append((True, inside.html, bool(inside.text)))
    return True


def _protocol(
    octets: bytes, kind: str, type_: dict[str, str], name: str, fields: Fields, contents: Contents, place: Place
) -> bool:
    """Parts that are for programs. True: noted and, being nameless, nothing a person would open."""
    named = bool(name or first(fields, "content-description").strip())
    if kind in _SIGNATURES:
        contents.signed = contents.signed or _SIGNATURES[kind]
        return not named
    if kind in _SEALED:
        inside = smime.signed_content(octets) if _SEALED[kind] == "smime" and not place.nested else None
        if inside is not None:
            contents.signed = "smime"
            _opened(inside, contents, place)
        elif type_.get("smime-type", "").lower() in ("signed-data", "certs-only"):
            contents.signed = _SEALED[kind]
        else:
            contents.encrypted = _SEALED[kind]
        return kind == "application/pgp-encrypted"
    if kind in _REPORTS or kind in _RETURNED:
        (contents.reports if kind in _REPORTS else contents.returned).append(decode(octets, type_.get("charset")))
        return not named
    if kind == "text/calendar":
        contents.calendar = contents.calendar or text(type_.get("method") or "publish").lower()
        return place.twin and not name
    return False


def _opened(content: bytes, contents: Contents, place: Place) -> None:
    """A mail that stood inside its own signature."""
    if place.depth >= DEEPEST:
        return
    inner, _ = mime_repair.parse(content)
    walk(inner, fields_of(inner), contents, Place(depth=place.depth + 1))


def _message(
    part: Message, kind: str, fields: Fields, type_: dict[str, str], contents: Contents, place: Place, hint: str | None
) -> None:
    """A message in the message: kept whole as a file, and its own files beside it."""
    children = part.get_payload()
    disposition, about = parameters(first(fields, "content-disposition"))
    name = filenames.given(about, type_, hint)
    if kind in _REPORTS:
        octets = b"\n".join(mime_repair.flatten(child) for child in children if isinstance(child, Message))
        if _protocol(octets, kind, type_, name, fields, contents, place):
            return
        add_attachment(octets, kind, name, fields, disposition, contents, place)
        return
    inner = children[0] if isinstance(children, list) and children and isinstance(children[0], Message) else None
    if inner is None:
        return
    octets = mime_repair.flatten(inner)
    if "base64" in first(fields, "content-transfer-encoding").lower() and (decoded := base64(octets)):
        octets, inner = decoded, mime_repair.parse(decoded)[0]  # not allowed and often done
    inner_fields = fields_of(inner)
    contents.returned.append(decode(octets[:8192]))
    if not name and not first(fields, "content-description").strip():
        subject = filenames.safe(text(first(inner_fields, "subject"), hint).replace("/", "-"))
        name = f"{subject[:120]}.eml" if subject else ""
    add_attachment(
        octets, "message/rfc822" if kind == "message/rfc822" else kind, name, fields, disposition, contents, place
    )
    if place.depth < DEEPEST and place.parent != "report":
        walk(inner, inner_fields, contents, Place("", 0, place.depth + 1, nested=True), hint)


def add_attachment(
    octets: bytes, kind: str, name: str, fields: Fields, disposition: str, contents: Contents, place: Place
) -> None:
    """Put a part among the files."""
    if not name:
        described = filenames.safe(text(first(fields, "content-description")))
        if described and len(described) <= 80:
            name = filenames.with_extension(described, kind)
    if not name:
        location = unfold(first(fields, "content-location")).rstrip("/").rpartition("/")[2]
        if "." in location and len(location) <= 80 and "cid:" not in location:
            name = filenames.safe(text(location))
    if not name:
        contents.nameless += 1
        name = filenames.invented(kind, contents.nameless)
    content_id = text(first(fields, "content-id")).strip("<> ") or None
    inline = content_id is not None and (place.related or place.twin or disposition == "inline") and not place.nested
    contents.files.append(
        Attachment(name, kind, octets, len(octets), inline and disposition != "attachment", content_id)
    )


def _file(contents: Contents, name: str, kind: str, content: bytes) -> None:
    contents.files.append(Attachment(name, kind, content, len(content)))


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
