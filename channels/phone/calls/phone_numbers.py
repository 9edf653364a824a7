"""Phone number parsing: every spelling of people and switchboards to one E.164 form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

NOBODY = {"", "none", "null", "s", "h", "i", "t"}
HIDDEN_WORDS = frozenset({
    "anonymous", "restricted", "private", "withheld", "blocked", "asserted", "hidden", "unknown", "unavailable", "nocallerid",
    "noid", "nonumber", "outofarea", "ناشناس", "نامعلوم", "مخفی", "خصوصی", "پنهان", "نامشخص", "محرمانه",
})  # fmt: skip
HIDDEN_WORD = re.compile("|".join(sorted(HIDDEN_WORDS, key=len, reverse=True)))
KEYPAD = frozenset({  # those words as they are typed on a keypad: networks send them as numbers
    "266696687", "7378742833", "2562533", "8656696", "86282452253",
})  # fmt: skip
_WRAPPED = re.compile(r"<([^<>]+)>\s*$")
_SCHEME = re.compile(r"^(?:tel|sips?|callto):", re.IGNORECASE)
_SPELLING = re.compile(r"[+\d\s().\-/_*#]+")
_LOCAL = re.compile(r"[2-9]\d{7}")  # a subscriber number dialled inside one's own city


def number(text: str | None, *, region: str = "IR", area: str = "") -> str | None:
    """The number in E.164; extensions, short codes and names stay as they are; None for nobody and for hidden callers.

    `area` (`021`) completes numbers of one's own city.
    """
    raw = _bare(text or "")
    if raw.casefold() in NOBODY or is_hidden(raw):
        return None
    return e164(raw, region=region, area=area) or raw


def is_hidden(text: str | None) -> bool:
    """Whether a caller is named who does not show their number: by a word, by its keypad digits, by `0` or `-`."""
    raw = _bare(text or "").casefold().partition("@")[0].replace("ي", "ی").replace("ك", "ک")
    plain = "".join(character for character in raw if character.isalnum())
    if plain in HIDDEN_WORDS or plain.lstrip("0") in KEYPAD:
        return True
    if not plain or not any(character.isdigit() for character in plain):
        return raw != "" and (not plain or (" " in raw and HIDDEN_WORD.search(plain) is not None))
    return not plain.strip("0")


@lru_cache(maxsize=4096)
def e164(text: str, *, region: str = "IR", area: str = "") -> str | None:
    """`0912…`, `+98…`, `0098…`, `98912…`, `912…`, `021…` in any digits -> `+98912…`. None: not an outside number."""
    raw = _bare(text)
    if not _SPELLING.fullmatch(raw):
        return None
    digits = re.sub(r"\D", "", raw)
    if area and _LOCAL.fullmatch(digits):
        raw = digits = area + digits
    if len(digits) < 7 or raw.startswith(("*", "#")):
        return None
    international = raw.startswith(("+", "00"))
    spelling = f"+{digits.removeprefix('00')}" if international else digits
    try:
        parsed = phonenumbers.parse(spelling, region)
    except phonenumbers.NumberParseException:
        return None
    sure = phonenumbers.is_valid_number(parsed) or (international and phonenumbers.is_possible_number(parsed))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if sure else None


def is_outside(text: str | None, *, region: str = "IR") -> bool:
    """Whether this is a number of the public network, not an extension."""
    return text is not None and e164(text, region=region) is not None


def is_mobile(text: str | None, *, region: str = "IR") -> bool:
    """Whether text messages reach this number."""
    try:
        parsed = phonenumbers.parse(text or "", region)
    except phonenumbers.NumberParseException:
        return False
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    iranian = parsed.country_code == 98 and str(parsed.national_number).startswith("9")  # new ranges open every year
    return iranian or phonenumbers.number_type(parsed) in kinds


def _bare(text: str) -> str:
    """Latin digits, nothing invisible, no name, scheme, host or parameters around it."""
    plain = "".join(_latin(character) for character in text if unicodedata.category(character) != "Cf").strip()
    wrapped = _WRAPPED.search(plain)
    if wrapped and plain.casefold() != "<unknown>":
        plain = wrapped[1].strip()
    if _SCHEME.match(plain):
        plain = re.split(r"[@;?]", _SCHEME.sub("", plain))[0]
    return plain.strip().strip('"').strip()


def _latin(each: str) -> str:
    if each == "\uff0b":
        return "+"
    if unicodedata.category(each) == "Pd":
        return "-"
    value = unicodedata.digit(each, None)
    return each if value is None else str(value)
