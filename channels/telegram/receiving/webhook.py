"""The webhook: nothing is accepted without the secret, nothing confirmed before it is stored."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web

from channels.contract import Desk, State, TryLater
from channels.telegram.base import json_access
from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.json_access import obj
from channels.telegram.bot.bot_replies import BotReplies
from channels.telegram.receiving import accept_updates, poll

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024  # bytes of one update


def address(public_url: str, account: str) -> str:
    """Where Telegram calls a bot's desk."""
    return f"{public_url.rstrip('/')}/channels/telegram/{account}"


def secret_token(secret: bytes) -> str:
    """What Telegram shows with every call, 64 of the characters it allows."""
    return hashlib.sha256(b"webhook:" + secret).hexdigest()


def route(desk: Desk, secrets: Mapping[str, bytes], after: Callable[[str], BotReplies]) -> web.RouteDef:
    """The route that takes updates: 403 without the right secret, 503 when the desk can't keep it."""

    async def receive_update(request: web.Request) -> web.Response:
        account = request.match_info["account"]
        secret = secrets.get(account)
        shown = request.headers.get(HEADER, "")
        expected = secret_token(secret if secret is not None else b"nobody")
        if not hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode()) or secret is None or not shown:
            return web.Response(status=403)
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        raw = await request.read()
        try:
            await _accept(desk, account, raw, after(account))
        except TryLater:
            return web.Response(status=503)
        return web.Response()

    return web.post("/{account}", receive_update)


async def _accept(desk: Desk, account: str, raw: bytes, after: BotReplies) -> None:
    try:
        update = json_access.loads(raw)
    except ValueError:
        await desk.accept(account, accept_updates.external_id(raw), raw, order_key="")
    else:
        await accept_updates.accept_update(desk, account, [update], after)


async def register_webhook(
    api: Api,
    desk: Desk,
    after: BotReplies,
    secret: bytes,
    public_url: str,
    now: Callable[[], datetime],
    pace: poll.Pace,
) -> None:
    """Tell Telegram where to call, then look every few minutes whether it can. Until cancelled."""
    tries, url, details = 0, address(public_url, api.bot.name), False
    while True:
        try:
            if not after.met:
                await after.meet(await poll.hello(api))
            info = await api.call("getWebhookInfo")
            if (
                not details or obj({"info": info}, "info").get("url") != url
            ):  # once anyway: its secret may be an old one
                await api.call(
                    "setWebhook",
                    url=url,
                    secret_token=secret_token(secret),
                    allowed_updates=list(poll.ALLOWED),
                    max_connections=10,
                )
                info, details = await api.call("getWebhookInfo"), True
            state = info if isinstance(info, dict) else {}
            trouble = poll.webhook_problem(state, now())
            waiting = json_access.number(state, "pending_update_count")
            await desk.report(
                State(api.bot.name, connected=trouble is None, problem=trouble, since=now(), remote_count=waiting)
            )
            tries = 0
            await asyncio.sleep(pace.look)
        except ApiError as error:
            tries += 1
            await desk.report(State(api.bot.name, connected=False, problem=poll.problem(error), since=now()))
            await asyncio.sleep(error.retry_after or pace.wait(tries))
