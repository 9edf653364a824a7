"""SMS length rules: how many parts a text takes, and a survey question that fits into one."""

from __future__ import annotations

import re

from channels.phone.phrases import QUESTIONS

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = set("^{}\\[~]|€\f")  # each takes two places
ONE, MANY = (160, 70), (153, 67)  # places in one part and in each of several: Latin, any other


def units(text: str) -> tuple[int, bool]:
    """(places, Latin): UTF-16 units unless the old Latin alphabet of telephones suffices."""
    if all(character in GSM or character in TWICE for character in text):
        return sum(2 if character in TWICE else 1 for character in text), True
    return len(text.encode("utf-16-le")) // 2, False


def parts(text: str) -> int:
    """How many messages the text takes."""
    places, latin = units(text)
    single, many = (ONE[0], MANY[0]) if latin else (ONE[1], MANY[1])
    return 1 if places <= single else -(-places // many)


def question(link: str, language: str) -> str:
    """A survey's question with its link, within one message wherever the link leaves room for words."""
    texts = [f"{words} {link}" for words in QUESTIONS.get(language, QUESTIONS["en"])]
    return next((text for text in texts if parts(text) == 1), texts[-1])


def page(link: str) -> str:
    """The survey's page without a face chosen: shorter, and one link is enough."""
    return re.sub(r"\?face=\w+$", "", link)
