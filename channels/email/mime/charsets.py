"""Charset decoding: bytes to text, whatever the sender declared. Never raises.

The order: what was declared (through a table of wrong but common names), UTF-8, what the bytes look
like, and at the very last cp1252, which turns every byte into something.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# What is written in mails -> what was meant. Supersets replace the sets senders overstep.
ALIASES = {
    "ansi": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "arabic": "cp1256",
    "big5": "big5hkscs",
    "chinese": "gb18030",
    "chinesebig5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "cp-850": "cp850",
    "cp-1256": "cp1256",
    "default_charset": "utf-8",
    "euc-kr": "cp949",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-6-i": "iso8859_6",
    "iso-8859-6-e": "iso8859_6",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8559-1": "cp1252",
    "iso88591": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso_8859-1:1987": "cp1252",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "macintosh": "mac_roman",
    "persian": "cp1256",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "utf_8": "utf-8",
    "win-1256": "cp1256",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-936": "gb18030",
    "windows-949": "cp949",
    "windows1256": "cp1256",
    "x-gbk": "gb18030",
    "x-mac-arabic": "mac_arabic",
    "x-mac-farsi": "mac_farsi",
    "x-mac-roman": "mac_roman",
    "x-sjis": "cp932",
    "x-windows-949": "cp949",
}
SAYS_NOTHING = {
    "",
    "ascii",
    "us-ascii",
    "unknown",
    "unknown-8bit",
    "8bit",
    "7bit",
    "x-unknown",
    "x-user-defined",
    "binary",
    "none",
    "default",
    "iso-ir-6",
    "ansi_x3.4-1968",
}
NOT_TEXT = {
    "base64",
    "bz2",
    "hex",
    "quopri",
    "rot13",
    "uu",
    "zlib",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
}
SAMPLE = 16_384  # bytes looked at when guessing

_ESCAPES_JP = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_HIGH = re.compile(rb"[\x80-\xff]+")


@lru_cache(maxsize=512)
def known(name: str) -> str | None:
    """The Python codec meant by a charset's name, or None when the name says nothing."""
    name = name.strip().strip("'\"").lower().replace(" ", "")
    if name in SAYS_NOTHING:
        return None
    for candidate in (ALIASES.get(name), name, name.removeprefix("x-"), name.removeprefix("charset=")):
        if not candidate:
            continue
        try:
            lookup = codecs.lookup(candidate).name
        except (LookupError, ValueError, UnicodeError):
            continue
        return None if lookup.replace("-", "_") in NOT_TEXT else ALIASES.get(lookup, lookup)
    digits = re.search(r"(?:windows|win|cp|ms|ibm)\D{0,3}(\d{3,5})", name)
    return known(f"cp{digits[1]}") if digits and name != f"cp{digits[1]}" else None


def decode(raw: bytes, charset: str | None = None, hint: str | None = None) -> str:
    """`raw` as text. `charset` is what was declared; `hint` is what the rest of the mail uses."""
    codec = known(charset) if charset else None
    if codec is None or codec == "utf-8":
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if codec and len(raw) - raw.count(b"\0") > 0 and _mostly_utf8(raw, error):
                return raw.decode("utf-8", "replace")
            return _guess(raw, hint)
    return _declared(raw, codec, hint)


def _declared(raw: bytes, codec: str, hint: str | None) -> str:
    if codec.startswith(("utf-16", "utf-32")):
        if b"\0" not in raw:  # a label without the substance
            return decode(raw, None, hint)
    elif codec == "utf-7" and not raw.isascii():
        return decode(raw, None, hint)
    elif codec == "cp1252":
        return _western(raw)
    try:
        return _LONE_SURROGATE.sub("\ufffd", raw.decode(codec))  # UTF-7 lets half characters through
    except (UnicodeError, ValueError, LookupError):
        pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return _LONE_SURROGATE.sub("\ufffd", raw.decode(codec, "replace"))
    except (UnicodeError, ValueError, LookupError):
        return _guess(raw, hint)


def _western(raw: bytes) -> str:
    """cp1252 with its five holes filled from latin-1; UTF-8 wearing the wrong label is recognised."""
    if raw.isascii():
        return _jp(raw) if b"\x1b" in raw else raw.decode("ascii")
    if _HIGH.search(raw) and len(raw) > 3:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return text
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_cp1252(byte) for byte in raw)


@lru_cache(maxsize=256)
def _cp1252(byte: int) -> str:
    byte_string = bytes((byte,))
    try:
        return byte_string.decode("cp1252")
    except UnicodeDecodeError:
        return byte_string.decode("latin-1")


def _jp(raw: bytes) -> str:
    if _ESCAPES_JP.search(raw):
        try:
            return raw.decode("iso2022_jp_ext")
        except UnicodeDecodeError:
            pass
    return raw.decode("ascii", "replace")


def _mostly_utf8(raw: bytes, error: UnicodeDecodeError) -> bool:
    """Whether a text that says it is UTF-8 and breaks somewhere is UTF-8 all the same."""
    sample = raw[:SAMPLE]
    high = sum(map(len, _HIGH.findall(sample)))
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    return broken * 5 <= high or (error.start >= len(raw) - 3 and high > 3)


def _guess(raw: bytes, hint: str | None) -> str:
    if raw.isascii():
        return _jp(raw)
    codec = known(hint) if hint else None
    if codec and codec not in ("utf-8", "cp1252"):
        try:
            return raw.decode(codec)
        except (UnicodeError, ValueError, LookupError):
            pass
    sample = raw[:SAMPLE]
    runs = _HIGH.findall(sample)
    high = sum(map(len, runs))
    if high < 1.7 * len(runs) and high * 3 < len(sample):  # single letters among others: Latin with accents
        return _western(raw)
    return _foreign(raw, sample)


def _foreign(raw: bytes, sample: bytes) -> str:
    """A text mostly above ASCII: Persian and Arabic by their own look, the others by statistics."""
    try:
        if _arabic_share(sample.decode("cp1256")) > 0.9:
            return raw.decode("cp1256")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes  # slow to load and slow to work: the last resort

    try:
        best = from_bytes(sample[:4096], enable_fallback=False).best()
        if best is not None and not best.encoding.startswith(("utf_16", "utf_32")):
            return raw.decode(best.encoding, "replace")
    except (UnicodeError, ValueError, LookupError):
        pass
    return _western(raw)


_ARABIC = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤإئپچژگک،؛؟ـًٌٍَُِّْ\u200c\u200f\u200e«»")


def _arabic_share(text: str) -> float:
    high = [letter for letter in text if letter > "\x7f"]
    common = sum(letter in "اينلمرتهودسبكیکی" for letter in high)
    if not high or common * 3 < len(high):
        return 0.0
    return sum(letter in _ARABIC for letter in high) / len(high)
