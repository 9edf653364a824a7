"""Callback data of survey buttons: face, survey and person, signed with the bot's secret. Pure.

At most 64 bytes: `s1`, a letter (h n s: a face; c: show the faces again), the survey's token, `.`, ten characters of HMAC
over token, chat and person. A button somebody else taps, or one that somebody made up, is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from channels.telegram.updates.emoji_faces import Score

LIMIT = 64  # bytes of callback data
_MARK = "s1"
_LETTERS: Mapping[str, Score] = {"h": "happy", "n": "neutral", "s": "sad"}
_CHANGE = "c"
_MAC = 10


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a survey. `score` None: it shows the faces again."""

    token: str
    score: Score | None
    genuine: bool


def data(secret: bytes, *, token: str, score: Score | None, chat: str, person: str) -> str:
    """Callback data of a button. Raises ValueError when the token is too long for it."""
    letter = next((letter for letter, item in _LETTERS.items() if item == score), _CHANGE)
    payload = f"{_MARK}{letter}{token}.{_mac(secret, token, chat, person)}"
    if len(payload.encode()) > LIMIT:
        raise ValueError("the survey's token is too long for a button")
    return payload


def read(secret: bytes | None, body: str, *, chat: str, person: str) -> Button | None:
    """The button behind callback data; None: it is none of ours. Without a secret nothing is checked."""
    token, dot, mac = body[len(_MARK) + 1 :].rpartition(".")
    letter = body[len(_MARK) : len(_MARK) + 1]
    if not body.startswith(_MARK) or not dot or not token or (letter != _CHANGE and letter not in _LETTERS):
        return None
    genuine = secret is None or hmac.compare_digest(_mac(secret, token, chat, person).encode(), mac.encode())
    return Button(token, _LETTERS.get(letter), genuine)


def reason_link(secret: bytes, bot: str, *, token: str, chat: str, person: str) -> str:
    """The link within the question for reasons: a reply to that message carries it back to us."""
    return f"https://t.me/{bot}?start=why_{token}.{_mac(secret, 'why' + token, chat, person)}"


def read_reason(secret: bytes | None, url: str, *, chat: str, person: str) -> str | None:
    """The survey's token in such a link, or None."""
    head, _, rest = url.partition("?start=why_")
    token, dot, mac = rest.rpartition(".")
    if not head.startswith("https://t.me/") or not dot or not token:
        return None
    right = secret is None or hmac.compare_digest(_mac(secret, "why" + token, chat, person).encode(), mac.encode())
    return token if right else None


def secret_of(bot_token: str) -> bytes:
    """What buttons and the webhook are signed with; nobody can get the bot's token from it."""
    return hashlib.sha256(b"pasokh buttons:" + bot_token.encode()).digest()


def _mac(secret: bytes, token: str, chat: str, person: str) -> str:
    digest = hmac.digest(secret, f"{token}|{chat}|{person}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest)[:_MAC].decode()
