"""The HTTP client of a bot: python-telegram-bot's own, which also records the raw answer.

The library's errors leave out the HTTP status, the description and unreadable answers; the desk needs all three.
"""

from __future__ import annotations

import functools
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest, RequestData

from channels.telegram.base import json_access

MEDIA_TIMEOUTS = 6  # a file may take so many times as long as anything else
_CALLS, _POLLS = 32, 2  # connections for calls, and for the one that waits for updates


@dataclass(slots=True)
class Answer:
    """What came back for a call. `status`: of HTTP, 0 when nothing came."""

    status: int = 0
    payload: bytes = b""


_answer: ContextVar[Answer | None] = ContextVar("telegram_answer", default=None)


@contextmanager
def recorded_answer() -> Iterator[Answer]:
    """The raw answer to the last request made within."""
    answer = Answer()
    token = _answer.set(answer)
    try:
        yield answer
    finally:
        _answer.reset(token)


class Request(HTTPXRequest):
    """python-telegram-bot's client; every answer is recorded as it came."""

    __slots__ = ()
    USER_AGENT = "pasokh"  # type: ignore[misc]  # final there; what we are called is ours to say

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        """The HTTP status and body. Raises the library's errors when there is no answer."""
        answer = _answer.get()
        if answer is not None:
            answer.status, answer.payload = 0, b""
        status, payload = await super().do_request(url, method, request_data, *args, **timeouts)
        if answer is not None:
            answer.status, answer.payload = status, payload
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object; unlike the library's own, this never logs what somebody wrote."""
        try:
            answer = json_access.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        parameters = answer.get("parameters")
        return {**answer, "parameters": parameters if isinstance(parameters, dict) else None}


@functools.cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes a while, so once for all bots."""
    return httpx.create_ssl_context(trust_env=False)


def make_request(*, timeout: float, proxy: str, secure: bool, polls: bool = False) -> Request:
    """A pool of connections. `timeout` in seconds; only `proxy` is used, never the environment's."""
    return Request(
        connection_pool_size=_POLLS if polls else _CALLS, connect_timeout=timeout / 2, read_timeout=timeout,
        write_timeout=timeout, pool_timeout=timeout, media_write_timeout=timeout * MEDIA_TIMEOUTS, proxy=proxy or None,
        httpx_kwargs={"trust_env": False, "verify": trusted() if secure else False},
    )  # fmt: skip


def silence_loggers() -> None:
    """Below warning httpx logs addresses with the token in them; the library logs what customers wrote at any level."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
