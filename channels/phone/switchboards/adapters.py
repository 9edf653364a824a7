"""The switchboard adapters by name, and detection of the switchboard that wrote an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from channels.phone.calls.call_events import NotACall, Reading
from channels.phone.switchboards import asterisk, asterisk_form, generic, threecx, twilio, vonage, yeastar
from channels.phone.web.webhook_request import Webhook, webhook_of


def _asterisk(hook: Webhook) -> list[Reading]:
    """A relayed event, several at once, or a form of the dialplan."""
    batch = hook.fields.get("events")
    if isinstance(batch, list):
        return [item for row in batch if isinstance(row, Mapping) for item in _asterisk(replace(hook, fields=row))]
    named = hook.text("Event") or ("CEL" if hook.text("EventName", "eventname") else "")
    if not named and hook.text("event").lower() in asterisk.KINDS and not hook.text("src", "start", "dst"):
        named = hook.text("event")  # a relay that writes names with small letters; the form has `src` and `start`
    if named:
        reading = asterisk.read({**hook.fields, "Event": named}, received_at=hook.received_at)
        return [reading] if reading.call_id else []
    return asterisk_form.read(hook)


PROVIDERS: Mapping[str, Callable[[Webhook], list[Reading]]] = {
    "generic": generic.read, "mapped": generic.mapped, "asterisk": _asterisk, "freepbx": _asterisk,
    "issabel": _asterisk, "3cx": threecx.read, "yeastar": yeastar.read, "twilio": twilio.read, "vonage": vonage.read,
}  # fmt: skip


def understand(hook: Webhook) -> list[Reading]:
    """What a webhook says of calls; nothing when it is about something else. Raises NotACall saying why."""
    provider = hook.provider or guess(hook)
    try:
        reader = PROVIDERS[provider]
    except KeyError:
        raise NotACall(f"{provider} is not one of the switchboards known: {', '.join(sorted(PROVIDERS))}") from None
    return reader(replace(hook, provider="asterisk" if reader is _asterisk else provider))


def guess(hook: Webhook) -> str:
    """The switchboard an unnamed webhook came from, by its fields."""
    names = set(hook.fields)
    signs = {
        "asterisk": {"Event", "EventName", "uniqueid", "linkedid"}, "twilio": {"CallSid"}, "3cx": {"CallType"},
        "yeastar": {"callduraction", "timestart", "msg"}, "vonage": {"conversation_uuid"}, "generic": {"call_id"},
    }  # fmt: skip
    batch = hook.fields.get("events")
    if isinstance(batch, list) and batch and isinstance(batch[0], Mapping):
        names |= set(batch[0])
    provider = next((name for name, some in signs.items() if some & names), None)
    if provider is None:
        raise NotACall("nothing in this webhook tells which switchboard sent it")
    return provider


def readings(asked: Mapping[str, Any]) -> list[Reading]:
    """Events of one line of input: `{"events": […]}` of one call, raw or as webhooks, or one webhook."""
    if "body" in asked:
        return understand(webhook_of(asked))
    events = asked.get("events")
    if not isinstance(events, list):
        raise NotACall('a line is {"events": […]} or {"provider", "headers", "body"}')
    provider = str(asked.get("provider") or "")
    results: list[Reading] = []
    problems: list[NotACall] = []
    for event in events:
        try:
            results += _event(event, provider)
        except NotACall as problem:  # one event that says nothing must not silence the others
            problems.append(problem)
    if problems and not results:
        raise problems[0]
    return results


def _event(event: Any, provider: str) -> list[Reading]:
    if not isinstance(event, Mapping):
        raise NotACall("an event is an object")
    return understand(webhook_of(event if "body" in event else {"provider": provider, "body": event}))
