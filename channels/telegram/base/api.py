"""Calls of the Bot API: proxies, time-outs, and errors by what they mean."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.telegram.base import json_access
from channels.telegram.settings import Bot

Upload = tuple[str, bytes, str]  # file name, content, type
_NOT_WRITTEN = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout, httpx.WriteError, httpx.ProxyError,
    httpx.UnsupportedProtocol, httpx.LocalProtocolError,
)  # fmt: skip
_LONGEST_REASON = 300
_FILE_PATIENCE = 6


class ApiError(Exception):
    """Telegram did not do what was asked.

    `code`: its error code, 0 when no answer came. `retry_after`: seconds. `migrated_to`: the group's new id.
    `maybe`: nobody knows whether it was done. `payload`: an answer that can't be read.
    """

    def __init__(
        self, description: str, *, code: int = 0, retry_after: float | None = None, migrated_to: int | None = None,
        maybe: bool = False, payload: bytes = b"",
    ) -> None:  # fmt: skip
        super().__init__(description)
        self.description = description
        self.code = code
        self.retry_after = retry_after
        self.migrated_to = migrated_to
        self.maybe = maybe
        self.payload = payload


@dataclass(frozen=True, slots=True)
class Form:
    """What is sent: parameters as JSON, files beside them."""

    parameters: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    @property
    def json_parameters(self) -> dict[str, str]:
        """Strings as they are, everything else as JSON; None is left out."""
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in self.parameters.items()
            if value is not None
        }

    @property
    def multipart_data(self) -> dict[str, Upload]:
        """Files by the name they are attached under."""
        return dict(self.files)


@functools.cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes a while, so once for all bots."""
    return httpx.create_ssl_context(trust_env=False)


class Api:
    """One bot's line to Telegram: one connection that waits for updates, some for everything else."""

    def __init__(self, bot: Bot, token: str, *, patience: float = 20.0) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it writes down addresses with the token in them
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self.bot = bot
        self._token = token
        self._patience = patience
        self._lines: dict[bool, httpx.AsyncClient] = {}

    def _line(self, *, waits: bool) -> httpx.AsyncClient:
        """The client that waits for updates, or the one for everything else; made when it is first needed."""
        if waits not in self._lines:
            patience = self._patience
            secure = self.bot.api.startswith("https")
            self._lines[waits] = httpx.AsyncClient(
                timeout=httpx.Timeout(
                    connect=patience / 2,
                    read=patience + (self.bot.wait_seconds if waits else 0),
                    write=patience,
                    pool=patience,
                ),
                limits=httpx.Limits(max_connections=2 if waits else 32),
                proxy=self.bot.proxy or None,
                trust_env=False,
                verify=trusted() if secure else False,
            )
        return self._lines[waits]

    async def call(self, method: str, files: Mapping[str, Upload] | None = None, **parameters: Any) -> Any:
        """The result of a method; parameters that are None are left out. Raises ApiError."""
        address = f"{self.bot.api}/bot{self._token}/{method}"
        return self._result(*await self._ask(address, Form(parameters, files or {}), waits=method == "getUpdates"))

    async def file(self, file_id: str) -> bytes:
        """The content of a file of at most 20 MB. Raises ApiError. Its address holds the token and is told nobody."""
        found = await self.call("getFile", file_id=file_id)
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or ".." in path:
            raise ApiError("Telegram gave no way to this file.", code=400)
        address = f"{self.bot.api}/file/bot{self._token}/{path.lstrip('/')}"
        try:
            async with asyncio.timeout(self._patience * _FILE_PATIENCE):
                status, payload = await self._ask(address, None)
        except TimeoutError:
            raise ApiError("The file did not come in time.") from None
        if status != 200:
            raise ApiError(f"the file server answered {status}", code=status)
        return payload

    async def _ask(self, address: str, form: Form | None, *, waits: bool = False) -> tuple[int, bytes]:
        files = form.multipart_data if form else None
        try:
            line = self._line(waits=waits)
            patience = line.timeout
            if files:  # what is large takes its time
                patience = httpx.Timeout(**{**patience.as_dict(), "write": self._patience * 6})
            answer = await line.request(
                "POST" if form else "GET", address, data=form.json_parameters if form else None, files=files or None,
                headers={"User-Agent": "pasokh"}, timeout=patience,
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise self._no_answer(error) from None
        except (httpx.InvalidURL, OSError, ValueError) as error:
            raise ApiError(self.hide(f"Telegram can't be asked: {error}"), maybe=isinstance(error, OSError)) from None
        return answer.status_code, answer.content

    async def close(self) -> None:
        """Hang up. The next call dials again."""
        while self._lines:
            await self._lines.popitem()[1].aclose()

    def hide(self, said: str) -> str:
        """A sentence without the token."""
        return said.replace(self._token, "…")[:_LONGEST_REASON]

    def _no_answer(self, error: httpx.HTTPError) -> ApiError:
        words = {
            httpx.ConnectError: "Telegram can't be reached", httpx.ConnectTimeout: "Telegram can't be reached in time",
            httpx.ProxyError: "The proxy does not let us through", httpx.ReadTimeout: "Telegram did not answer in time",
        }  # fmt: skip
        said = next((words[kind] for kind in words if type(error) is kind), "The connection to Telegram broke")
        detail = str(error).strip()
        return ApiError(self.hide(f"{said}: {detail}" if detail else said), maybe=not isinstance(error, _NOT_WRITTEN))

    def _result(self, status: int, payload: bytes) -> Any:
        try:
            answer = json_access.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            said = f"Something that is not the Bot API answered ({status})"
            raise ApiError(
                said, code=status if status >= 300 else 0, maybe=status < 300 or status == 504, payload=payload
            )
        if status < 300 and answer.get("ok") is True and "result" in answer:
            return answer["result"]
        more = json_access.obj(answer, "parameters")
        code = json_access.number(answer, "error_code") or status
        raise ApiError(
            self.hide(json_access.text(answer, "description", _LONGEST_REASON) or f"error {code}"),
            code=code,
            retry_after=json_access.decimal(more, "retry_after"),
            migrated_to=json_access.number(more, "migrate_to_chat_id"),
            maybe=code == 504 or code < 300,
        )
