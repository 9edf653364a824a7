"""Two small judgements about a text: its language, and whether it is nothing but thanks."""

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


# --- thanks ---------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = _words(
    """
    thank thanks thanx thx ty you u so very much a lot again many for your the help support time quick fast
    reply response answer great good perfect awesome excellent wonderful nice ok okay fine got it received
    appreciated appreciate i we really kindly best regards kind cheers and all dear team sir madam everyone
    guys hi hello ممنون ممنونم ممنونیم متشکر متشکرم متشکریم تشکر سپاس سپاسگزارم سپاسگزار سپاسگزاریم سپاسگذارم
    مرسی مچکرم مچکر قربان شما شماست لطف لطفتون لطفتان کردید کردین کردی خیلی بسیار بی نهایت بینهایت فراوان یک
    دنیا واقعا واقعاً از با و بابت پاسخ جواب پاسختون جوابتون پیگیری پیگیریتون راهنمایی راهنماییتون راهنماییتان
    کمک کمکتون زحمات زحمت زحمتتون سریع سریعتون خوب خوبتون عالی عالیه بود دستتون دستت دست درد نکنه نکند سلامت
    باشید باشین باشی زنده موفق پیروز خدا خیرتون خیرتان بده دهد اجرتون سلام درود وقت بخیر وقتتون روز روزتون خوش
    عزیز همکار همکاران گرامی محترم تیم پشتیبانی حله اوکی اوکیه باشه چشم دریافت شد گلید گلی دمتون دمت گرم لطفا
    احترام جان آقا خانم است هستم هستید قدردانی قدردانم تان تون ها های
    """
)
_SURE = _words(
    """
    thank thanks thanx thx ty appreciated appreciate cheers ممنون ممنونم ممنونیم متشکر متشکرم متشکریم تشکر
    سپاس سپاسگزارم سپاسگزار سپاسگزاریم سپاسگذارم مرسی مچکرم مچکر دستتون دستت دست دمتون دمت قدردانی قدردانم
    شکرا لطف
    """
)
_NO_THANKS = re.compile(r"[?؟]|\bno\b|\bnot\b|n't|\bbut\b|اما|ولی|نشد|نیست|نکرد|نمی|\d|https?:|@")
_TOKEN = re.compile(r"[^\W\d_]+")
_FOLD = str.maketrans(
    {"ي": "ی", "ك": "ک", "ى": "ی", "ة": "ه", "\u200c": " ", "ً": "", "ّ": "", "\u200f": "", "\u200e": ""}
)
_EMOJI = re.compile(
    r"^[\s.!،,…]*(?:[\u2190-\u2bff\u3030\U0001f000-\U0001faff\ufe0f\u200d\u2764\u20e3](?:[\s.!،,…]|\ufe0f|\u200d)*)+$"
)


def is_thanks(text: str) -> bool:
    """Whether a message is a mere thank-you or emoji, which reopens nothing. In doubt: no."""
    short = text.strip()
    if not short or len(short) > 160:
        return False
    if _EMOJI.match(short) or short.lower() in (":)", ":-)", "+1", "(y)", ":+1:", "👍"):
        return True
    folded = short.lower().translate(_FOLD)
    if _NO_THANKS.search(folded):
        return False
    words = _TOKEN.findall(folded)
    if not words or len(words) > 16 or not any(word in _SURE for word in words):
        return False
    strange = sum(word not in _WORDS and word not in _SURE for word in words)
    return strange == 0 or (strange <= 2 and len(words) - strange >= 1 and _signed(folded))


def _signed(folded: str) -> bool:
    """Strangers are allowed only as a name on a last line of its own."""
    lines = [line for line in folded.splitlines() if line.strip()]
    if len(lines) < 2 or len(_TOKEN.findall(lines[-1])) > 3:
        return False
    return all(word in _WORDS or word in _SURE for line in lines[:-1] for word in _TOKEN.findall(line))
