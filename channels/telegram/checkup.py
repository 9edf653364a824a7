"""Checks of a bot for `run.py check`: who it is and what stands in its way, in words for a newcomer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.telegram.base.api import Api, ApiError
from channels.telegram.base.ids import full_name
from channels.telegram.base.json_access import text
from channels.telegram.receiving import poll
from channels.telegram.settings import Bot, variable

Found = tuple[str, str | None]  # what was tried, None or what is wrong
NO_BOTS: Found = (
    "bots",
    'there is none: make one with @BotFather, then say bots = [{ name = "shop" }] under [channels.telegram] in the settings',
)


async def check_bot(api: Api, now: datetime, webhook: str) -> list[Found]:
    """Ask Telegram about one bot. `webhook`: where it should call it, "" when it is asked for its updates."""
    bot = api.bot
    try:
        me = await api.call("getMe")
        info = await api.call("getWebhookInfo")
    except ApiError as error:
        return [(f"bot {bot.name}", _refused(bot, error))]
    finally:
        await api.close()
    me = me if isinstance(me, dict) else {}
    info = info if isinstance(info, dict) else {}
    who = f"bot {bot.name} is @{text(me, 'username', 60)} ({full_name(me)})"
    return [(who, None), (f"bot {bot.name}, its updates", _way_in(info, now, webhook)), (_groups(bot, me), None)]


def _refused(bot: Bot, error: ApiError) -> str:
    if error.code in (401, 404):
        return (
            f"Telegram does not know the token in {variable(bot.name)}. Ask @BotFather for it (/mybots, your bot, API Token) "
            "and set it again, whole: digits, a colon, letters."
        )
    if error.code == 0 and not bot.proxy:
        reason = error.description.rstrip(".")
        return f'{reason}. If Telegram is closed off where this runs, set proxy = "socks5h://host:port" of this bot.'
    if error.code == 0:
        return f"{error.description.rstrip('.')}. Look whether the proxy {_shown(bot.proxy)} is up."
    return poll.problem(error)


def _shown(proxy: str) -> str:
    """A proxy's address without its password."""
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _way_in(info: Mapping[str, Any], now: datetime, webhook: str) -> str | None:
    url = text(info, "url", 500)
    if not webhook and url:
        return (
            f"Telegram hands them to {url}, so they can't be asked for. If that is not needed any more, delete the webhook; "
            'if it should be this desk, set mode = "webhook".'
        )
    if webhook and url and url != webhook:
        return f"Telegram hands them to {url}. When the desk starts it takes them over, to {webhook}."
    return poll.webhook_problem(info, now)


def _groups(bot: Bot, me: Mapping[str, Any]) -> str:
    name = f"bot {bot.name} in groups"
    if me.get("can_join_groups") is False:
        return f"{name}: it can't be added to any (@BotFather, /setjoingroups)"
    if me.get("can_read_all_group_messages") is not True:
        return (
            f"{name}: it hears only commands and answers to its own words, because its privacy mode is on. "
            "Should it hear everything: @BotFather, /setprivacy, Disable, then add it to the group anew"
        )
    return f"{name}: it hears everything (privacy mode is off)"
