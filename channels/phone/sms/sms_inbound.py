"""SMS gateway webhooks: customers' messages and delivery receipts for ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.contract import Address, Delivery, Desk, Inbound, Thread
from channels.phone.calls.call_events import NotACall
from channels.phone.calls.phone_numbers import number
from channels.phone.settings import PhoneSettings, Sms
from channels.phone.switchboards.generic import dug
from channels.phone.web.webhook_request import Webhook, webhook_of

SENT = "sent"  # the account under which it remembers the last message sent to each number
WISHES = "wishes"  # the account under which the desk remembers who wants no more messages
KAVENEGAR = {
    "messages": {"id": "messageid", "from": "from", "to": "to", "text": "message"},
    "receipts": {"id": "messageid", "state": "status", "reason": "statustext"},
}
TWILIO = {
    "messages": {"id": "MessageSid", "from": "From", "to": "To", "text": "Body"},
    "receipts": {"id": "MessageSid", "state": "MessageStatus", "reason": "ErrorCode"},
}
STATES: Mapping[str, Mapping[str, str]] = {
    "kavenegar": {"1": "delayed", "2": "delayed", "4": "sent", "5": "sent", "10": "sent", "6": "failed",
                  "11": "failed", "13": "failed", "14": "failed", "100": "failed"},
    "twilio": {"queued": "delayed", "accepted": "delayed", "scheduled": "delayed", "sending": "delayed",
               "sent": "sent", "delivered": "sent", "read": "sent", "undelivered": "failed", "failed": "failed",
               "canceled": "failed"},
    "http": {"queued": "delayed", "sent": "sent", "delivered": "sent", "failed": "failed", "undelivered": "failed",
             "expired": "failed", "rejected": "failed"},
}  # fmt: skip
REASONS = {"11": "not delivered", "14": "the customer blocked messages of this line", "6": "the operator refused it",
           "13": "cancelled", "100": "the gateway does not know this message"}  # fmt: skip


def understand(settings: PhoneSettings, hook: Webhook, answers: str = "", *, again: bool = False) -> list[Inbound]:
    """A message (which answers ours of that id), or news of one of ours. Raises NotACall when it is neither.

    `again`: the gateway gives no ids, and the same words came within the hour.
    """
    message = _fields(settings.sms, hook, "messages")
    if message.get("text") is not None and message.get("from"):
        made = _message(settings, hook, message, answers)
        return [replace(made, details={**made.details, "problem": "same words"}) if again else made]
    receipt = _fields(settings.sms, hook, "receipts")
    if receipt.get("id") and receipt.get("state") is not None:
        return _receipt(settings.sms, receipt)
    raise NotACall("this is neither a text message nor a delivery report of the gateway configured")


def key(settings: PhoneSettings, hook: Webhook) -> str:
    """What is taken in order: all of one customer's messages, all news of one message. Raises NotACall."""
    message = _fields(settings.sms, hook, "messages")
    if message.get("text") is not None and message.get("from"):
        return number(str(message["from"]), region=settings.region, area=settings.area) or ""
    receipt = _fields(settings.sms, hook, "receipts")
    if not receipt.get("id"):
        raise NotACall("this is neither a text message nor a delivery report of the gateway configured")
    return str(receipt["id"])


def has_id(settings: PhoneSettings, hook: Webhook) -> bool:
    """Whether it has an identity beyond its text: a receipt, or a message with an id."""
    message = _fields(settings.sms, hook, "messages")
    return message.get("text") is None or bool(message.get("id"))


async def record_opt_out(settings: PhoneSettings, desk: Desk, raw: bytes) -> None:
    """Remember who asked for no more messages, and who wants them again."""
    try:
        messages = understand(settings, webhook_of(json.loads(raw)))
    except ValueError:
        return
    for item in messages:
        wish = opt_request(settings.sms, item.text) if item.kind == "message" else None
        if wish is not None and item.author is not None:
            await desk.remember(WISHES, item.author.address.removeprefix("phone:"), wish)


def opt_request(sms: Sms, text: str) -> str | None:
    """`stop` or `start` when that is all the message says."""
    plain = text.strip().strip(".!").casefold()
    if plain in (stop_word.casefold() for stop_word in sms.stop_words):
        return "stop"
    return "start" if plain in (start_word.casefold() for start_word in sms.start_words) else None


def _fields(sms: Sms, hook: Webhook, what: str) -> dict[str, Any]:
    own = {"messages": sms.incoming, "receipts": sms.receipt}
    names = {"kavenegar": KAVENEGAR, "twilio": TWILIO}.get(sms.driver, own)[what]
    return {ours: dug(hook.fields, theirs) for ours, theirs in names.items()}


def _message(settings: PhoneSettings, hook: Webhook, values: Mapping[str, Any], answers: str) -> Inbound:
    who = number(str(values["from"]), region=settings.region, area=settings.area) or "anonymous"
    text = str(values["text"]).replace("\x00", "")
    named = str(values.get("id") or hashlib.sha256(repr(sorted(hook.fields.items())).encode()).hexdigest()[:32])
    wish = opt_request(settings.sms, text)
    details: dict[str, Any] = {"sms": True}
    if wish is not None:
        details["wish"] = wish
    return Inbound(
        kind="message",
        external_id=f"sms:{named}",
        author=Address(f"phone:{who}"),
        text=text,
        thread=Thread(remote_ids=[answers] if answers else (), conversation=who),
        reply_via=str(values.get("to") or "") or None,
        details=details,
        automatic=wish is not None,  # nobody waits for an answer to "stop"
    )


def _receipt(sms: Sms, values: Mapping[str, Any]) -> list[Inbound]:
    word = str(values["state"]).strip().lower()
    own = {name.strip().lower(): state for name, state in sms.states.items()}
    state = own.get(word) or STATES.get(sms.driver, STATES["http"]).get(word, "")
    if state != "failed":
        return []  # that it left is known already; only what did not arrive is news
    reason = str(values.get("reason") or "") or REASONS.get(word, word)
    name = str(values["id"])
    return [
        Inbound(
            kind="delivery",
            external_id=f"sms:{name}:{word}",
            target=f"sms:{name}",
            text=reason,
            delivery=Delivery(state="failed", permanent=True, reason=f"The text message did not arrive: {reason}."),
        )
    ]
