"""Bot API errors as delivery outcomes: try again, give up, or unknown. Pure."""

from __future__ import annotations

from channels.contract import DeliveryError
from channels.telegram.base.api import ApiError

_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "chat was deleted",
    "group chat was deleted",
    "group chat was deactivated",
)
_UNFORMATTED = ("can't parse entities", "can't find end", "unsupported start tag", "entity")
_TOKEN_PAUSE = 300.0  # seconds until a bot whose token is refused is tried again
_FLOOD_PAUSE = 5.0


def delivery_error(error: ApiError, chat: str = "") -> DeliveryError:
    """The first that fits, in this order; `chat` is only named in words."""
    reason = error.description
    if error.retry_after is not None or error.code == 429:
        return DeliveryError(reason, retry_after=error.retry_after or _FLOOD_PAUSE)
    if error.code == 403:  # blocked, kicked, deactivated, or never started the bot
        return DeliveryError(reason, permanent=True, unreachable=True)
    if error.migrated_to is not None:
        return DeliveryError(f"The group moved to {error.migrated_to}.", retry_after=1.0)
    if error.code == 400 or error.code == 413:
        return DeliveryError(reason, permanent=True, unreachable=any(item in reason.lower() for item in _GONE))
    if error.code in (401, 404):
        return DeliveryError(f"Telegram does not accept this bot's token: {reason}", retry_after=_TOKEN_PAUSE)
    if error.maybe:
        return DeliveryError(f"{reason}. It may have arrived.", uncertain=True)
    return DeliveryError(reason)  # 409, 5xx, and whatever never reached Telegram


def is_format(error: ApiError) -> bool:
    """Whether Telegram refused the formatting, so that plain text may pass."""
    return error.code == 400 and any(item in error.description.lower() for item in _UNFORMATTED)


def is_refusal(error: ApiError) -> bool:
    """Whether Telegram will never take this call as it is, though another form of it may pass."""
    gone = any(item in error.description.lower() for item in _GONE)
    return error.code in (400, 413) and error.migrated_to is None and error.retry_after is None and not gone


def is_topic(error: ApiError) -> bool:
    """Whether the topic of a chat is not there."""
    reason = error.description.lower()
    return error.code == 400 and any(item in reason for item in ("thread not found", "topic_deleted", "topic_closed"))


def is_same(error: ApiError) -> bool:
    """Whether an edit was refused because it changed nothing."""
    return error.code == 400 and "not modified" in error.description.lower()


def is_gone(error: ApiError) -> bool:
    """Whether the message that should be changed or deleted is not there any more."""
    reason = error.description.lower()
    return error.code == 400 and any(f"message to {item} not found" in reason for item in ("edit", "delete"))


def repeatable(error: ApiError) -> DeliveryError:
    """What an error means for something that may be done twice without harm: nothing about it is uncertain."""
    fault = delivery_error(error)
    return DeliveryError(fault.reason, permanent=fault.permanent, retry_after=fault.retry_after)
