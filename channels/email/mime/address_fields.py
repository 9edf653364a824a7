"""Address fields (From, To, Cc): names and addresses, groups flattened, broken syntax repaired."""

from __future__ import annotations

import re
from itertools import islice

from channels.email.mime.headers import text, unfold

Person = tuple[str, str]  # (name, address)
MOST = 500  # addresses read from one field

_SIMPLE = re.compile(r'^\s*+(?:"([^"\\]*+)"\s*+|([^"<>@,;:()\\]*+))<([^<>\s,;:"()@]++@[^<>\s,;:"()@]++)>\s*+$')
_BARE = re.compile(r"^[^<>\s,;:\"()@]+@[^<>\s,;:\"()@]+$")
# An escaped quote or bracket opens nothing: with that, what is never closed is read to its end only once.
_TOKEN = re.compile(
    r'(?<!\\)"(?:[^"\\]++|\\.)*+"|<[^<>]*+>|(?<!\\)\((?:[^()\\]++|\\.|\([^()]*+\))*+\)|[,;]|:(?!//)|[^"<(,;:]++|.',
    re.DOTALL,
)
_ADDRESS = re.compile(r"(?<![^\s<>,;:\"()\[\]@])[^\s<>,;:\"()\[\]@]++@(?:[^\s<>,;:\"()\[\]@]++|\[[^\[\]\s@]++\])")
_COMMENT = re.compile(r"(?<!\\)\((?:[^()\\]++|\\.)*+\)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def addressees(value: str, hint: str | None = None) -> list[Person]:
    """(name, address) of everyone in a raw address field."""
    value = unfold(value)
    if not value:
        return []
    simple = _SIMPLE.match(value)
    if simple:
        return [(_name(simple[1] or simple[2] or "", hint), text(simple[3], hint))]
    if _BARE.match(value):
        return [("", text(value, hint))]
    people = (person for piece in _split(value) if (person := _person(piece, hint)) is not None)
    return list(islice(people, MOST))


def _split(value: str) -> list[list[str]]:
    """Tokens of each mailbox; commas, semicolons and group names are the borders."""
    pieces: list[list[str]] = [[]]
    for piece in _TOKEN.findall(value):
        if piece in ",;":
            pieces.append([])
        elif piece == ":" and not any(part.startswith("<") for part in pieces[-1]):
            pieces[-1] = []  # the name of a group
        else:
            pieces[-1].append(piece)
    return _rejoin([piece for piece in pieces if any(part.strip() for part in piece)])


def _rejoin(pieces: list[list[str]]) -> list[list[str]]:
    """`Smith, John <a@b>` written without quotes is one person."""
    joined: list[list[str]] = []
    waiting: list[str] = []
    for piece in pieces:
        plain = "".join(piece)
        if "@" not in plain and not any(part.startswith("<") for part in piece):
            waiting += [*([", "] if waiting else []), *piece]
            continue
        if waiting and any(part.startswith("<") for part in piece) and not plain.lstrip().startswith('"'):
            piece = [*waiting, ", ", *piece]
        elif waiting:
            joined.append(waiting)
        waiting = []
        joined.append(piece)
    if waiting:
        joined.append(waiting)
    return joined


def _person(tokens: list[str], hint: str | None) -> Person | None:
    angle = next((token[1:-1].strip() for token in reversed(tokens) if token.startswith("<") and len(token) > 1), None)
    names = [token for token in tokens if not token.startswith(("<", "("))]
    comments = [token[1:-1] for token in tokens if token.startswith("(") and token.endswith(")")]
    plain = "".join(names).strip()
    if angle is not None:
        address = _route(text(angle, hint))
        if "@" not in address and (inside := _ADDRESS.search(text(plain, hint))):
            return _name("", hint), inside[0]
        return _name(plain or " ".join(comments), hint), address
    plain = plain.replace("<", " ").replace(">", " ").strip()
    shown = text(plain, hint)
    inside = _ADDRESS.search(shown)
    if inside:
        rest = shown.replace(inside[0], " ").strip(" \"'")
        return _name(rest or " ".join(comments), hint), inside[0].strip("'\"")
    if not shown:
        return None
    if comments or (" " not in shown and "=?" not in plain):
        return _name(" ".join(comments), hint), shown.strip('"')
    return _name(plain, hint), ""


def _route(address: str) -> str:
    """`@relay,@relay:who@where` without its route; blanks and a mailto: gone."""
    address = _COMMENT.sub("", address.removeprefix("mailto:")).strip()
    if address.startswith("@") and ":" in address:
        address = address.rpartition(":")[2]
    if '"' not in address:
        address = "".join(address.split())
    return address


def _name(raw: str, hint: str | None) -> str:
    raw = raw.strip()
    if '"' in raw or "\\" in raw:
        raw = _ESCAPED.sub(r"\1", raw.replace('\\"', "\0")).replace('"', "").replace("\0", '"')
    name = text(raw, hint)
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1]
    return " ".join(name.split())
