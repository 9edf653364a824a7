"""Header field decoding: encoded words, parameters, addresses, ids, dates.

Values come from the standard library's compat32 parser as raw strings, bytes above ASCII as surrogate
escapes. Nothing here raises.
"""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from urllib.parse import unquote_to_bytes

from channels.email.mime.charsets import decode, known

LONGEST = 20_000  # characters of one field that are looked at
_FOLD = re.compile(r"(?:(?<![ \t])[ \t]++)?\r?\n[ \t]*+|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD = re.compile(
    r"=\?([^?\s]{1,60}?)(?:\*[^?\s]{0,20})?\?\s?([bBqQ])\?((?:[^?=]++|\?(?!=)|=(?!\?[^?\s=]))*+)\?="
)  # what looks like the beginning of another word ends this one
_BETWEEN = re.compile(r"(\?=)\s++(?==\?[^?\s]{1,60}\?\s?[bBqQ]\?)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def raw_bytes(value: str) -> bytes:
    """The octets a raw value was made of."""
    return value.encode("utf-8", "surrogateescape")


def unfold(value: str) -> str:
    """One line: a folded field keeps one blank where it was broken."""
    if "\n" in value or "\r" in value:
        value = _FOLD.sub(" ", value)
    return value[:LONGEST].strip()


def text(value: str, hint: str | None = None) -> str:
    """A field's value as readable text, encoded words decoded, control characters gone."""
    value = unfold(value)
    if "=?" in value:
        value = _decode_words(value, hint)
    if not value.isascii():
        value = _plain(value, hint)
    elif "\x1b" in value:
        value = decode(raw_bytes(value))
    return _CONTROL.sub("", value).strip()


def _plain(value: str, hint: str | None) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return decode(raw_bytes(value), None, hint)
    return value


def _decode_words(value: str, hint: str | None) -> str:
    """RFC 2047 as it is really written: split inside characters, unpadded, without blanks around."""
    value = _BETWEEN.sub(r"\1", value)
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0
    for word in _WORD.finditer(value):
        octets = _word_octets(word[2], word[3])
        if octets is None:
            continue
        gap = value[end : word.start()]
        if pending and (gap or word[1].lower() != charset):
            out.append(decode(b"".join(pending), charset, hint))
            pending = []
        out.append(_plain(gap, hint) if not gap.isascii() else gap)
        pending.append(octets)
        charset, end = word[1].lower(), word.end()
    if pending:
        out.append(decode(b"".join(pending), charset, hint))
    rest = value[end:]
    out.append(_plain(rest, hint) if not rest.isascii() else rest)
    return "".join(out).replace("\r", "").replace("\n", " ")


def _word_octets(kind: str, payload: str) -> bytes | None:
    data = raw_bytes(payload)
    if kind in "qQ":
        return a2b_qp(data.replace(b" ", b"_"), header=True)
    return base64(data)


def base64(data: bytes) -> bytes | None:
    """Decoded base64; missing padding and foreign characters are tolerated. None: not decodable."""
    try:
        return a2b_base64(data, strict_mode=False)
    except BinasciiError:
        pass
    clean = _NOT_BASE64.sub(b"", data)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    try:
        return a2b_base64(clean + b"=" * (-len(clean) % 4))
    except BinasciiError:
        return None


# --- parameters -----------------------------------------------------------------------------------

_PARAM = re.compile(r'(?<![^\s=;"])([^\s=;"]{1,80}+)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"?|([^;]*+))', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """(`text/plain`, {parameter: value}) of a Content-Type or Content-Disposition, both lower case."""
    value = unfold(value)
    main, _, rest = value.partition(";")
    main = _plain(main.strip().lower(), None)
    if not rest:
        return main.split()[0] if main else "", {}
    known: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted, bare in _PARAM.findall(rest):
        name = name.lower()
        content = _ESCAPED.sub(r"\1", quoted) if quoted else bare.strip()
        if "*" in name:
            _collect(name, content, pieces)
        elif name not in known:
            known[name] = content
    for name, parts in pieces.items():
        joined = _join(parts)
        if joined or name not in known:
            known[name] = joined
    return main.split()[0] if main else "", known


def _collect(name: str, content: str, pieces: dict[str, dict[int, tuple[str, bool]]]) -> None:
    base, _, tail = name.partition("*")
    coded = tail.endswith("*") or tail == ""
    number = tail.rstrip("*")
    index = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    pieces.setdefault(base, {}).setdefault(index, (content, coded))


def _join(parts: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231: numbered pieces, percent-coded ones, charset in the first."""
    charset: str | None = None
    octets: list[bytes] = []
    plain = True
    for place, index in enumerate(sorted(parts)):
        content, coded = parts[index]
        if coded:
            if place == 0 and content.count("'") >= 2:
                charset, _, content = content.split("'", 2)
            octets.append(unquote_to_bytes(raw_bytes(content)))
            plain = False
        else:
            octets.append(raw_bytes(content))
    joined = b"".join(octets)
    if plain:
        return joined.decode("utf-8", "surrogateescape")
    return decode(joined, charset if charset and known(charset) else None)


# --- ids and dates --------------------------------------------------------------------------------

_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,300}")
_ID_OR_BARE = re.compile(r"<[^<>\s]++>|(?<![^\s<>,])[^\s<>,][^\s<>,@]*+@[^\s<>,]++")


def ids(value: str, most: int = 100) -> list[str]:
    """Message ids in a field, in its order, each as `<id>`, once."""
    value = _plain(unfold(value), None)
    bracketed = [f"<{item}>" for item in _ID.findall(value)]
    if not bracketed:
        bracketed = [f"<{item}>" for item in _BARE_ID.findall(value) if "@" in item]
        if not bracketed and value and " " not in value:
            bracketed = [f"<{value.strip('<>')}>"] if value.strip("<>") else []
    else:
        rest = _ID.sub(" ", value)
        if "@" in rest and "(" not in rest and '"' not in rest:
            bracketed = [f"<{item.strip('<>')}>" for item in _ID_OR_BARE.findall(value)]
    return list(dict.fromkeys(bracketed))[-most:]


def message_id(value: str) -> str | None:
    """The mail's own id as `<id>`, also where the brackets are missing or folded."""
    value = unfold(value)
    inside = re.search(r"<([^<>]{1,500})>?", value)
    bare = re.sub(r"\s+", "", _CONTROL.sub("", inside[1] if inside else value)).strip("<>")
    return f"<{text(bare)[:500]}>" if bare else None


_COMMENT = re.compile(r"(?<!\\)\((?:[^()\\]++|\\.)*+\)")
_COLONS = re.compile(r"(?:(?<!\s)\s++)?:\s*+")
_CLOCK = re.compile(r"(\d{1,2})\.(\d{2})\.(\d{2})")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LOOSE = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ ,-]+(\d{4})(?:\D{1,4}(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?")


def date(value: str) -> datetime | None:
    """The sender's own date in UTC; None when it can't be made out."""
    value = unfold(value)
    if not value:
        return None
    tidy = _COLONS.sub(":", _COMMENT.sub(" ", value)) if "(" in value or " :" in value else value
    for attempt in (tidy, _CLOCK.sub(r"\1:\2:\3", tidy)):
        try:
            parts = parsedate_tz(attempt)
            if parts is not None:
                return _moment(parts[:6], parts[9] or 0)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return _loose_date(value)


def _moment(parts: tuple[int, ...], offset: int) -> datetime | None:
    year, month, day, hour, minute, second = parts
    if abs(offset) >= 86_400:
        offset = 0
    zone = timezone(timedelta(seconds=offset))
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)


def _loose_date(value: str) -> datetime | None:
    try:
        if iso := _ISO.search(value):
            zone = iso[7] or "Z"
            sign = -1 if zone[0] == "-" else 1
            offset = 0 if zone == "Z" else sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
            return _moment(tuple(int(part or 0) for part in iso.groups()[:6]), offset)
        if (loose := _LOOSE.search(value)) and loose[2].lower() in _MONTHS:
            clock = tuple(int(part or 0) for part in loose.groups()[3:6])
            return _moment((int(loose[3]), _MONTHS.index(loose[2].lower()) + 1, int(loose[1]), *clock), 0)
    except (ValueError, OverflowError):
        pass
    return None
