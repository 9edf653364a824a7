"""The language of a text, guessed by its script."""

from __future__ import annotations

import re

_LONGEST = 400  # characters looked at
_ARABIC_SCRIPT = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[\u0370-\u05ff\u0700-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
_PERSIAN_ONLY = re.compile(r"[پچژگکی‌]")
_ARABIC_ONLY = re.compile(r"[ةأإ]|\bال")
_ACCENTED = re.compile(r"[À-ÖØ-öø-ÿĀ-ſ]")
_OFTEN_PERSIAN = re.compile(r"\b(?:از|به|که|را|این|است|شما|برای|من|هم|تا|می|با|یک|سلام|کنید|شد|های)\b")
_OFTEN_ARABIC = re.compile(r"\b(?:من|في|على|إلى|هذا|أن|عن|لا|ما|هل|السلام|عليكم|لكم|التي|الذي|مع)\b")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


def language(text: str) -> str | None:
    """ "fa", "en", "ar" or "other" by its script; None when there are no letters."""
    sample = text[:_LONGEST]
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
