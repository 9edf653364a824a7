"""The Bot API client: python-telegram-bot makes the calls, errors are sorted by what they mean."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import telegram
from telegram.error import TelegramError

from channels.telegram.base import json_access, request
from channels.telegram.settings import Bot

Upload = tuple[str, bytes, str]  # file name, content, type
_NOT_WRITTEN = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout, httpx.WriteError, httpx.ProxyError,
    httpx.UnsupportedProtocol, httpx.LocalProtocolError,
)  # fmt: skip
_LONGEST_REASON = 300
# The library takes most objects as plain JSON, but in these lists only as its own types.
_LISTED: Mapping[str, Callable[[dict[str, Any]], telegram.TelegramObject]] = {
    "commands": lambda command: telegram.BotCommand(**command),
    "media": lambda item: telegram.InputMedia(item["type"], item["media"], **{name: item[name] for name in item.keys() - {"type", "media"}}),
    "reaction": lambda reaction: telegram.ReactionTypeEmoji(reaction["emoji"]),
}  # fmt: skip


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


class Api:
    """The Bot API as one bot: one connection that waits for updates, some for everything else."""

    def __init__(self, bot: Bot, token: str, *, patience: float = 20.0) -> None:
        request.silence_loggers()
        self.bot = bot
        self._token = token
        self._patience = patience
        self._client: telegram.Bot | None = None
        self._pools: list[request.Request] = []

    async def call(self, method: str, files: Mapping[str, Upload] | None = None, **parameters: Any) -> Any:
        """The raw result of a method; parameters that are None are left out. Raises ApiError."""
        uploads = {name: _input_file(upload) for name, upload in (files or {}).items()}
        given = {name: value for name, value in parameters.items() if value is not None} | uploads
        with request.recorded_answer() as answer:
            try:
                await _call(self._connect(), method, given)
            except Exception as error:
                if not answer.status:
                    raise self._no_answer(error) from None
            # What came back is judged by itself: a message is sent also where the library can't read the answer.
            return self._result(answer.status, answer.payload)

    async def download_file(self, file_id: str) -> bytes:
        """The content of a file of at most 20 MB. Raises ApiError. Its address contains the token and is never shown."""
        file = await self.call("getFile", file_id=file_id)
        path = file.get("file_path") if isinstance(file, dict) else None
        if not isinstance(path, str) or ".." in path:
            raise ApiError("Telegram gave no way to this file.", code=400)
        # Not by the library's File: that reads from this machine's own disk when the path names something there.
        address = f"{self.bot.api}/file/bot{self._token}/{path.lstrip('/')}"
        with request.recorded_answer() as answer:
            try:
                async with asyncio.timeout(self._patience * request.MEDIA_TIMEOUTS):
                    await self._connect().request.retrieve(address)
            except TimeoutError:
                raise ApiError("The file did not come in time.") from None
            except Exception as error:
                if not answer.status:
                    raise self._no_answer(error) from None
        if answer.status != 200:
            raise ApiError(f"the file server answered {answer.status}", code=answer.status)
        return answer.payload

    async def close(self) -> None:
        """Close the connections. The next call opens new ones."""
        self._client = None  # its own shutdown does nothing for a bot that was never initialised by a call
        while self._pools:
            await self._pools.pop().shutdown()

    def _connect(self) -> telegram.Bot:
        """The library's bot, made when it is first needed."""
        if self._client is None:
            pool = functools.partial(
                request.make_request, timeout=self._patience, proxy=self.bot.proxy,
                secure=self.bot.api.startswith("https"),
            )  # fmt: skip
            self._pools = [pool(), pool(polls=True)]
            self._client = telegram.Bot(
                self._token, base_url=f"{self.bot.api}/bot", base_file_url=f"{self.bot.api}/file/bot",
                request=self._pools[0], get_updates_request=self._pools[1],
            )  # fmt: skip
        return self._client

    def _redact(self, sentence: str) -> str:
        """A sentence without the token."""
        return sentence.replace(self._token, "…")[:_LONGEST_REASON]

    def _no_answer(self, error: Exception) -> ApiError:
        """What the library or httpx below it could not do."""
        cause = error.__cause__ if isinstance(error, TelegramError) else error
        if not isinstance(cause, httpx.HTTPError):
            return ApiError(
                self._redact(f"Telegram can't be asked: {cause or error}"), maybe=isinstance(cause, OSError)
            )
        reasons: dict[type[httpx.HTTPError], str] = {
            httpx.ConnectError: "Telegram can't be reached", httpx.ConnectTimeout: "Telegram can't be reached in time",
            httpx.ProxyError: "The proxy does not let us through", httpx.ReadTimeout: "Telegram did not answer in time",
        }  # fmt: skip
        reason = reasons.get(type(cause), "The connection to Telegram broke")
        detail = str(cause).strip()
        return ApiError(
            self._redact(f"{reason}: {detail}" if detail else reason), maybe=not isinstance(cause, _NOT_WRITTEN)
        )

    def _result(self, status: int, payload: bytes) -> Any:
        try:
            answer = json_access.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            reason = f"Something that is not the Bot API answered ({status})"
            raise ApiError(
                reason, code=status if status >= 300 else 0, maybe=status < 300 or status == 504, payload=payload
            )
        if status < 300 and answer.get("ok") is True and "result" in answer:
            return answer["result"]
        more = json_access.obj(answer, "parameters")
        code = json_access.number(answer, "error_code") or status
        raise ApiError(
            self._redact(json_access.text(answer, "description", _LONGEST_REASON) or f"error {code}"),
            code=code,
            retry_after=json_access.decimal(more, "retry_after"),
            migrated_to=json_access.number(more, "migrate_to_chat_id"),
            maybe=code == 504 or code < 300,
        )


async def _call(client: telegram.Bot, method: str, parameters: Mapping[str, Any]) -> None:
    """One call by the bot's own method; what the library does not know yet goes beside its parameters, or by name."""
    own = getattr(client, re.sub(r"(?=[A-Z])", "_", method).lower(), None)
    if own is None:
        await client.do_api_request(method, api_kwargs=dict(parameters))
        return
    known = {
        name: [_LISTED[name](item) for item in value] if name in _LISTED else value
        for name, value in parameters.items()
        if name in _parameters(own.__func__)
    }
    newer = {name: value for name, value in parameters.items() if name not in known}
    await own(**known, api_kwargs=newer or None)


@functools.cache
def _parameters(method: Any) -> frozenset[str]:
    """Names of a method's parameters."""
    return frozenset(inspect.signature(method).parameters)


def _input_file(upload: Upload) -> telegram.InputFile:
    """A file with the type the desk knows; the library would guess it from the name."""
    name, content, content_type = upload
    file = telegram.InputFile(content, filename=name)
    file.filename, file.mimetype = name, content_type
    return file
