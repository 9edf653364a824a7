"""Tokenizer: message → normalised words and stems of formal, colloquial and Finglish Persian, and of English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from helpdesk.errors import Invalid
from helpdesk.text import key

LONGEST = 1500  # characters of a message that are tokenized: the topic comes first
_WORD = re.compile(r"[^\W\d_]+|\d+")
_REPEATED = re.compile(r"(.)\1{2,}")
_ENGLISH_PARTS = re.compile(r"\b(can|won|shan|n)['’]?t\b|n['’]t\b|['’](?:s|m|re|ve|ll|d)\b")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Separate words once a half-space has become a space.
_ENDINGS = _listed("می ها های هایی هایم هایت هایش هام هات هاش ام ات اش اند ایم اید ای مان تان شان مون تون شون تر ترین")
_SUFFIXES = (
    "هایمان", "هایتان", "هایشان", "هاتون", "هامون", "هاشون", "هایی", "هایم", "هایت", "هایش",
    "های", "هام", "هات", "هاش", "ها", "مان", "تان", "شان", "مون", "تون", "شون", "ترین",
    "یم", "ید", "ین", "ند", "ام", "ات", "اش", "تر", "ای", "م", "ت", "ش", "ی", "ه",
)  # fmt: skip
_GREETINGS = _listed(
    "سلام درود وقت بخیر بخير خسته نباشید نباشین عزیز گرامی احترام ممنون مرسی متشکرم تشکر سپاس لطفا لطفن خواهشا خواهشمند جان "
    "salam dorood mersi merci mamnoon lotfan khaste nabashid vaght bekheir hi hello hey dear please thanks thank regards"
)

_SKELETON = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "چ": "C", "ح": "h", "خ": "X",
    "د": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ژ": "j", "ر": "r", "ش": "S", "غ": "Q", "ق": "Q", "ف": "f",
    "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h",
}  # fmt: skip
_LATIN = {
    "b": "b", "p": "p", "t": "t", "s": "s", "j": "j", "h": "h", "d": "d", "z": "z", "r": "r", "q": "Q", "f": "f",
    "k": "k", "c": "k", "g": "g", "l": "l", "m": "m", "n": "n", "x": "X",
}  # fmt: skip
_PAIRS = re.compile("sh|ch|kh|gh|zh|ph|ck")
_PAIR = {"sh": "S", "ch": "C", "kh": "X", "gh": "Q", "zh": "j", "ph": "f", "ck": "k"}
_TWICE = re.compile(r"(.)\1+")


class Lexicon:
    """Synonyms: each line of its file has a word, then its other spellings."""

    def __init__(self, same: Mapping[str, str] | None = None) -> None:
        self._same: dict[str, str] = {}
        for word, meaning in (same or {}).items():
            self._same |= {meaning: meaning, stem(meaning): meaning}
            self._same |= {word: meaning, stem(word): meaning}

    def meaning(self, word: str) -> str | None:
        """The canonical word of a synonym, or None."""
        return self._same.get(word) or self._same.get(stem(word))

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Lines like `سفارش: اردر order`; `#` starts a comment. Raises `Invalid` naming file and line."""
        same: dict[str, str] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"{path}: {error}", str(path)) from error
        for number, line in enumerate(lines, 1):
            text = line.split("#")[0].strip()
            if not text:
                continue
            head, colon, others = text.partition(":")
            if not colon or not others.strip() or len(head.split()) != 1:
                raise Invalid(f"{path}, line {number}: write one word, a colon and its other spellings", str(path))
            same |= {key(word, joined=True): key(head, joined=True) for word in others.split()}
        return cls(same)


def tokenize(text: str) -> list[str]:
    """The normalised words of a text, without greetings unless there is nothing else."""
    folded = _REPEATED.sub(r"\1", key(text[:LONGEST]))
    if "'" in folded or "’" in folded:
        folded = _ENGLISH_PARTS.sub(_without_apostrophe, folded)
    raw_words = _WORD.findall(folded)
    tokens = [word for word in raw_words if word not in _GREETINGS]
    return [word for word in (tokens or raw_words) if word not in _ENDINGS]


_SMALL = _listed(
    key(
        "و یا از به در با برای بی تا که را رو این آن اون همین همان یک یه هر هم نیز من تو او ما شما آنها اونا ایشان خود خودم "
        "است هست هستم هستند نیست بود بودم بودند باشد باشه شد شده شود شوم میشود میشه می‌شود می‌شه نمیشه نمی‌شه نشد نشده کرد کردم "
        "کرده کردید کنم کند کنه کنید کنین کنیم میکنم می‌کنم میکنید می‌کنید میکنه دارم دارد داره دارید دارین داشتم دادم دهید بدید "
        "بدین میخوام می‌خوام میخواهم می‌خواهم خواستم چه چی چیست چیه چطور چطوری چگونه چرا کی کجا کدام آیا اگر اگه ولی اما پس هنوز "
        "الان دیگر دیگه فقط خیلی باید بعد قبل روی توی تون مون شون میتونم می‌تونم میتوانم می‌توانم می‌توان "
        "the a an is are am was were be been my your our their his her its you i it we they me us them to of and or for on in "
        "at with by from not no do does did done can could will would should may might have has had how what when where why "
        "who which this that these those there here if but so as than then just only very still get got want need am about "
        "man baraye ro az ke ye yek in oon be ba va ya ham kheili chera chetor chi age hast ast nist shode mishe konam"
    )
)


def is_telling(tokens: Sequence[str]) -> bool:
    """Whether any word is informative; unknown words count as informative."""
    return not tokens or any(word not in _SMALL and len(word) > 1 for word in tokens)


def telling(tokens: Sequence[str]) -> list[str]:
    """The informative words; all of them when none is."""
    return [word for word in tokens if word not in _SMALL and len(word) > 1] or list(tokens)


def _without_apostrophe(match: re.Match[str]) -> str:
    return f"{match[1] or ''} not" if match[0].endswith("t") else ""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light stemmer: removes common Persian and English prefixes and suffixes."""
    if word.isascii():
        return _english(word)
    if word.startswith("نمی") and len(word) > 5:
        word = word[3:]
    elif word.startswith("می") and len(word) > 4:
        word = word[2:]
    for suffix in _SUFFIXES:
        if len(word) - len(suffix) >= 3 and word.endswith(suffix):
            return word[: -len(suffix)]
    return word


def _english(word: str) -> str:
    for suffix, least in (
        ("ing", 3),
        ("edly", 3),
        ("ed", 3),
        ("ies", 2),
        ("es", 3),
        ("ly", 3),
        ("s", 3),
        ("e", 3),
        ("y", 3),
    ):
        if word.endswith(suffix) and len(word) - len(suffix) >= least and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    return _TWICE.sub(r"\1", word)


@lru_cache(maxsize=50_000)
def skeleton(word: str) -> str:
    """The consonants of a word, on which Persian and Finglish spellings meet; empty when too few to tell."""
    if word.isascii():
        word = _PAIRS.sub(lambda pair: _PAIR[pair[0]], word)
        bones = "".join(_LATIN.get(c, c if c in "SCXQ" else "") for c in word.rstrip("h"))
    else:
        bones = "".join(_SKELETON.get(c, "") for c in word.rstrip("ه"))
    bones = _TWICE.sub(r"\1", bones)
    return bones if len(bones) > 1 else ""


_FINGLISH = _listed(
    "man baraye ro az ke ye yek in oon be ba va ya ham kheili khoob mikham nemishe mishe shode nashode shod konam konid "
    "kardam darid daram dare nadare chera chetor chetori chand chande kei koja kojast ast hast nist hanooz hanuz pool age "
    "bede bedid kon konin mikonam sefaresh shoma salam lotfan mamnoon merci dige fek bood nabood omad nayomad resid"
)
_ENGLISH = _listed(
    "the a an is are was my your you i it to of and for on with have has not do does can how what when where why this that "
    "there be been will would could please order from we they me but if or at need want"
)


def is_finglish(tokens: Iterable[str]) -> bool:
    """Whether Latin words look like Persian written in Latin letters."""
    distinct = set(tokens)
    return len(distinct & _FINGLISH) > len(distinct & _ENGLISH)
