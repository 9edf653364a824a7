"""Persian and English text: what is stored, what is searched, what is shown. No date, no database."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Direction = Literal["rtl", "ltr"]

HALF_SPACE = "\u200c"
FIRST_STRONG, POP = "\u2068", "\u2069"

_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_WIDE = "０１２３４５６７８９"
_TO_ASCII = {ord(c): str(i) for digits in (_PERSIAN, _ARABIC, _WIDE) for i, c in enumerate(digits)}
_TO_PERSIAN = {ord(str(i)): c for i, c in enumerate(_PERSIAN)}

# Orders that turn whole lines around, and control characters no text needs; line ends and tabs stay.
_UNWANTED = dict.fromkeys((*range(0x202A, 0x202F), *range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_ISOLATING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

_LETTERS = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ێ": "ی", "ۍ": "ی", "ے": "ی", "ۓ": "ی",
    "ك": "ک", "ڪ": "ک", "ګ": "گ",
    "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ۂ": "ه", "ھ": "ه", "ۃ": "ه",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا",
    "ؤ": "و", "ۆ": "و", "ۇ": "و", "ۋ": "و",
}  # fmt: skip
_MARKS = (
    *range(0x0300, 0x0370), *range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E9), *range(0x06EA, 0x06EE), *range(0x08D3, 0x0900), 0x0640, 0x0621,
)  # fmt: skip
_INVISIBLE = (
    0x00AD, 0x061C, 0x180E, 0x200B, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFE00, 0xFE10),
)  # fmt: skip
_FOLD: dict[int, str | None] = {
    **dict.fromkeys((*_MARKS, *_INVISIBLE)),
    **{ord(k): v for k, v in _LETTERS.items()},
    **_TO_ASCII,
}
_SPACE = re.compile(r"\s+")
_HALVED = re.compile(rf"(?<!\w)\w++(?:{HALF_SPACE}++\w++)++")
_PLAIN = re.compile(f"[\x00-\x7f\u060c-\u0674\u0679-\u06ff{HALF_SPACE}\u200e\u200f«»]*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_LANGUAGE_SAMPLE = 400  # characters looked at
_ARABIC_SCRIPT = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[\u0370-\u05ff\u0700-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
_PERSIAN_ONLY = re.compile(r"[پچژگکی‌]")
_ARABIC_ONLY = re.compile(r"[ةأإ]|\bال")
_ACCENTED = re.compile(r"[À-ÖØ-öø-ÿĀ-ſ]")
_OFTEN_PERSIAN = re.compile(r"\b(?:از|به|که|را|این|است|شما|برای|من|هم|تا|می|با|یک|سلام|کنید|شد|های)\b")
_OFTEN_ARABIC = re.compile(r"\b(?:من|في|على|إلى|هذا|أن|عن|لا|ما|هل|السلام|عليكم|لكم|التي|الذي|مع)\b")
_ADDRESS = re.compile(r"https?://\S++|(?<!\S)\S[^\s@]*+@\S++")


def clean(text: str) -> str:
    """What is stored: as written, without characters that hide, reverse or break it. Half-spaces stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNWANTED)
    return _LONE_SURROGATE.sub("\ufffd", text)


def key(text: str, *, joined: bool = False) -> str:
    """What is compared: one spelling for every way to write the same words, digits in ASCII.

    Half-spaces become spaces, or vanish when `joined`; index both (`keys`) and a search finds either.
    """
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    if _PLAIN.fullmatch(text):  # nearly all Persian there is, at a third of the cost
        text = text.lower().replace(HALF_SPACE, "" if joined else " ").translate(_FOLD)
        return _SPACE.sub(" ", text).strip()
    return _key_of_any(text, joined=joined)


def _key_of_any(text: str, *, joined: bool) -> str:
    # Decomposed first, so that a letter and its mark fold alike whether written as one or as two.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).translate(_FOLD).casefold())
    text = text.replace(HALF_SPACE, "" if joined else " ").translate(_FOLD)
    return _SPACE.sub(" ", text).strip()


def keys(text: str) -> str:
    """For a search index: `key(text)`, followed by its half-spaced words written together."""
    return " ".join([key(text), *dict.fromkeys(key(w, joined=True) for w in _HALVED.findall(text))])


def isolate(value: object) -> str:
    """A value inside a sentence of the other direction, so that neither turns the other around."""
    inside = str(value).translate(_ISOLATING)
    return f"{FIRST_STRONG}{inside}{POP}"


def direction(text: str, default: Direction = "rtl") -> Direction:
    """Direction of the first letter that has one; `default` when none has."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return default


def language(text: str, default: str = "fa") -> str:
    """`fa`, `en`, `ar` or `other` by the script most letters are written in; `default` without letters."""
    return detected_language(text) or default


def detected_language(text: str) -> str | None:
    """ "fa", "en", "ar" or "other" by its script; None when there are no letters."""
    sample = text[:_LANGUAGE_SAMPLE]
    if "://" in sample or "@" in sample:
        sample = _ADDRESS.sub(" ", sample)
    if sample.isascii():
        return "en" if _LATIN.search(sample) else None
    latin = len(_LATIN.findall(sample))
    arabic = len(_ARABIC_SCRIPT.findall(sample))
    other = len(_OTHER.findall(sample))
    if arabic and arabic * 2 >= latin and arabic >= other:
        if not _ARABIC_ONLY.search(sample):
            return "fa"
        persian = len(_PERSIAN_ONLY.findall(sample)) + 2 * len(_OFTEN_PERSIAN.findall(sample))
        arab = len(_ARABIC_ONLY.findall(sample)) + 2 * len(_OFTEN_ARABIC.findall(sample))
        return "ar" if arab > persian else "fa"
    if other > latin:
        return "other"
    if not latin:
        return None
    return "other" if len(_ACCENTED.findall(sample)) * 25 > latin else "en"


def to_persian_digits(value: object) -> str:
    """Every ASCII or Arabic digit in `value` as Persian people write it."""
    return from_digits(str(value)).translate(_TO_PERSIAN)


def from_digits(text: str) -> str:
    """Persian, Arabic and full-width digits as ASCII; everything else as it is."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def digits(value: object, language: str) -> str:
    """Digits as people of that language write them."""
    return to_persian_digits(value) if language == "fa" else from_digits(str(value))
