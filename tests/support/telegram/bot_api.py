"""A fake Bot API server: queues updates until confirmed, validates every request, fails on demand."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.support.telegram import bot_api_checks as checks
from tests.support.telegram.bot_api_chats import Chats
from tests.support.telegram.bot_api_checks import File, Refusal

HTML_ANSWER = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass(frozen=True)
class Call:
    """A received request with decoded `values`."""

    method: str
    values: Mapping[str, Any]
    files: Mapping[str, File]
    token: str


@dataclass
class Trouble:
    """A failure instead of an answer. `after`: the request is executed first. `hang`: no answer at all."""

    status: int = 200
    body: str | bytes = ""
    hang: bool = False
    after: bool = False
    cut: bool = False

    @classmethod
    def refusal(cls, description: str, code: int = 400, **parameters: Any) -> Self:
        """An error in Telegram's form."""
        answer_body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        return cls(code, json.dumps({**answer_body, "parameters": parameters} if parameters else answer_body))

    @classmethod
    def flood(cls, seconds: int) -> Self:
        """Too many requests."""
        return cls.refusal(f"Too Many Requests: retry after {seconds}", 429, retry_after=seconds)


@dataclass
class BotApi(Chats):
    """One bot's server. `troubles[method]`: failures of the next calls, None for success."""

    updates: list[tuple[int, bytes]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    troubles: dict[str, list[Trouble | None]] = field(default_factory=lambda: defaultdict(list))
    webhook: dict[str, Any] = field(default_factory=dict)
    webhook_error: str = ""
    port: int = 0
    confirmed: list[int] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _poller: asyncio.Task[Any] | None = None
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        place = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await place.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        self._came.set()
        await self._runner.cleanup()
        assert not self.violations, self.violations

    def push(self, *updates: dict[str, Any] | bytes) -> None:
        """Updates for the bot; bytes are sent as they are and need their `update_id` written first."""
        for one in updates:
            raw = one if isinstance(one, bytes) else json.dumps(one).encode()
            number = (
                one["update_id"] if isinstance(one, dict) else int(raw.split(b":", 1)[1].split(b",")[0].strip(b" }"))
            )
            self.updates.append((number, raw))
        self._came.set()

    def of(self, method: str) -> list[Mapping[str, Any]]:
        """The values of all calls of a method."""
        return [one.values for one in self.calls if one.method == method]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until requests fulfil a condition. Raises TimeoutError."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(true), 30)

    async def deliver(self, update: dict[str, Any] | bytes, *, secret: str | None = "") -> int:
        """Call the webhook, with the secret of setWebhook unless another is given (None: no header)."""
        secret = self.webhook.get("secret_token", "") if secret == "" else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        raw = update if isinstance(update, bytes) else json.dumps(update).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook["url"], data=raw, headers=headers) as answer,
        ):
            return answer.status

    # --- requests ---------------------------------------------------------------------------------

    async def _called(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _refused(Refusal("Unauthorized", 401))
        method = request.match_info["method"]
        sent, files = await _form(request)
        try:
            values = checks.decode(method, sent)
            checks.validate(method, values, files)
        except AssertionError as error:
            self.violations.append(str(error))
            return _refused(Refusal(f"Bad Request: {error}"))
        self.calls.append(Call(method, values, files, self.token))
        await self._tell()
        try:
            return await self._answer(request, method, values, files)
        finally:
            await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _answer(
        self, request: web.Request, method: str, values: Mapping[str, Any], files: Mapping[str, File]
    ) -> web.StreamResponse:
        trouble = self.troubles[method].pop(0) if self.troubles[method] else None
        if trouble is not None and not trouble.after:
            return await self._trouble(request, trouble)
        try:
            checks.limits(method, values)
            result = await self._do(method, values, files)
        except Refusal as error:
            return _refused(error)
        if trouble is not None:
            return await self._trouble(request, trouble)
        body = result if isinstance(result, bytes) else json.dumps(result).encode()
        return web.Response(body=b'{"ok":true,"result":' + body + b"}", content_type="application/json")

    async def _trouble(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble.hang:
            await asyncio.sleep(60)
        if trouble.cut and request.transport is not None:
            request.transport.abort()
        return web.Response(status=trouble.status, body=trouble.body)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        trouble = self.troubles["file"].pop(0) if self.troubles["file"] else None
        if trouble is not None:
            return await self._trouble(request, trouble)
        content = self.files.get(request.match_info["path"].rpartition("/")[2])
        if request.match_info["token"] != self.token or content is None:
            return _refused(Refusal("Not Found", 404))
        return web.Response(body=content)

    async def _do(self, method: str, values: Mapping[str, Any], files: Mapping[str, File]) -> Any:
        if method == "getMe":
            return self.me
        if method == "getUpdates":
            return await self._get_updates(values)
        if method == "getFile":
            return self.get_file(values["file_id"])
        if method == "setWebhook":
            self.webhook = dict(values)
            return True
        if method == "getWebhookInfo":
            info = {
                "url": self.webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": len(self.updates),
            }
            return (
                {**info, "last_error_date": self.now(), "last_error_message": self.webhook_error}
                if self.webhook_error
                else info
            )
        if method == "sendMediaGroup":
            return [self.message({**values, **one}, files, one["type"]) for one in values["media"]]
        if method.startswith("send") and method != "sendChatAction":
            return self.message(values, files, method.removeprefix("send").lower())
        if method.startswith("editMessage"):
            return self.edit(method, values)
        if method in ("deleteMessage", "setMessageReaction"):
            return self.delete(values) if method == "deleteMessage" else self.react(values)
        return True

    async def _get_updates(self, values: Mapping[str, Any]) -> bytes:
        if self.webhook.get("url"):
            raise Refusal(
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                409,
            )
        if self._poller is not None and not self._poller.done():
            self._poller.cancel("another one asks")
        offset = values.get("offset")
        if offset is not None:
            place = next((n for n, (number, _) in enumerate(self.updates) if number >= offset), len(self.updates))
            self.confirmed += [number for number, _ in self.updates[:place]]
            del self.updates[:place]
            await self._tell()
        self._poller = asyncio.create_task(self._wait(values.get("timeout", 0)))
        try:
            await self._poller
        except asyncio.CancelledError as error:
            if "another" in str(error):
                conflict = (
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                )
                raise Refusal(conflict, 409) from None
            raise
        found = [raw for _, raw in self.updates[: min(100, values.get("limit", 100))]]
        return b"[" + b",".join(found) + b"]"

    async def _wait(self, seconds: float) -> None:
        self._came.clear()
        if not self.updates and seconds:
            try:
                await asyncio.wait_for(self._came.wait(), seconds)
            except TimeoutError:
                return


async def _form(request: web.Request) -> tuple[dict[str, str], dict[str, File]]:
    if request.content_type == "application/json":
        body = await request.json()
        return {name: one if isinstance(one, str) else json.dumps(one) for name, one in body.items()}, {}
    sent, files = {}, {}
    for name, one in [*request.query.items(), *(await request.post()).items()]:
        if isinstance(one, web.FileField):
            files[name] = File(one.filename, one.file.read(), one.content_type)
        else:
            sent[name] = str(one)
    return sent, files


def _refused(error: Refusal) -> web.Response:
    answer_body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    return web.json_response(
        {**answer_body, "parameters": error.parameters} if error.parameters else answer_body, status=error.code
    )
