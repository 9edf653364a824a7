"""The webhook endpoint: authenticate, store durably, then acknowledge."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.contract import Desk, TryLater
from channels.phone.calls.call_events import NotACall
from channels.phone.normalise import envelope, stands
from channels.phone.settings import PhoneSettings, secrets_of
from channels.phone.sms import sms_inbound
from channels.phone.switchboards.adapters import understand
from channels.phone.web import signatures
from channels.phone.web.signatures import Refused
from channels.phone.web.webhook_request import Options, parse, webhook_of

log = logging.getLogger(__name__)
MOST_BYTES = 512 * 1024
MOST_CALLS, MOST_FACTS = 5000, 200
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """One event as it is kept: its call (or message), its own key, its bytes. `stands`: it tells whose call it is."""

    order_key: str
    event_key: str
    raw: bytes
    facts: Sequence[Mapping[str, Any]] = ()
    stands: bool = True
    nameless: bool = False  # its key is made of its words and the hour

    def with_(self, **more: Any) -> StoredWebhook:
        """The same with more in its bytes."""
        kept = {**json.loads(self.raw), **more}
        return replace(self, raw=json.dumps(kept, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Webhooks:
    """Takes webhooks for the desk."""

    settings: PhoneSettings
    env: Mapping[str, str]
    now: Callable[[], datetime]
    desk: Desk
    known: OrderedDict[str, None] = field(default_factory=OrderedDict)  # calls whose customer was told already
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self, request: web.Request) -> web.Response:
        """POST /channels/phone/{source}: 200 once kept, 4xx with the reason, 5xx only when nothing was kept."""
        name = request.match_info["source"]
        try:
            body = await self._body(request)
            provider, options = self._authenticate(request, name, body)
            text = body.decode("utf-8")
            kind = request.headers.get("Content-Type", "") if request.method == "POST" else ""
            parcels = self._parcels(name, provider, options, kind, text)
        except Refused as refused:
            log.warning("webhook refused", extra={"source": name, "why": str(refused)})
            return _answer({"error": str(refused)}, refused.status)
        except UnicodeDecodeError:
            return _answer({"error": "the body is not UTF-8"}, 400)
        except NotACall as error:
            return _answer({"error": str(error)}, 400)
        return await self._keep(name, provider, parcels)

    async def _keep(self, name: str, provider: str, parcels: Iterable[StoredWebhook]) -> web.Response:
        new = 0
        try:
            for parcel in parcels:
                kept_item = await (self._answering(parcel) if name == "sms" else self._with_earlier(name, parcel))
                fresh = await self.desk.accept(name, kept_item.event_key, kept_item.raw, order_key=kept_item.order_key)
                if (
                    not fresh and kept_item.nameless
                ):  # nobody can tell a second message from a repetition: both are kept
                    again, place = kept_item.with_(again=True), f"{kept_item.event_key}:{self.now():%M%S%f}"
                    fresh = await self.desk.accept(name, place, again.raw, order_key=again.order_key)
                new += fresh
                self._stood(kept_item)
                if name == "sms":
                    await sms_inbound.record_opt_out(self.settings, self.desk, kept_item.raw)
        except TryLater as error:
            log.warning("a webhook is refused for now", extra={"source": name, "why": str(error)})
            return _answer({"error": "not kept; send it again"}, 503)
        except Exception:  # whatever it was, the sender must try again
            log.exception("a webhook could not be kept", extra={"source": name})
            return _answer({"error": "not kept; send it again"}, 503)
        if provider == "twilio":
            return web.Response(text=TWIML, content_type="text/xml")
        return _answer({"kept": new}, 200)

    async def _answering(self, parcel: StoredWebhook) -> StoredWebhook:
        """A text message names nothing it answers: that is the last one we sent to its number."""
        last = await self.desk.recall(sms_inbound.SENT, parcel.order_key)
        return parcel.with_(answers=last) if last else parcel

    async def _with_earlier(self, source: str, parcel: StoredWebhook) -> StoredWebhook:
        """What came before anybody knew whose call it is (a key pressed, a line that hung up) goes with what tells it."""
        call = parcel.order_key
        if not call or call in self.known:
            return parcel
        async with self.lock:
            account = f"{source}:earlier"
            earlier = json.loads(await self.desk.recall(account, call) or "[]")
            if not parcel.stands:
                facts = [*earlier, *(fact for fact in parcel.facts if fact not in earlier)]
                if facts != earlier:
                    await self.desk.remember(account, call, json.dumps(facts[-MOST_FACTS:]))
        return parcel.with_(earlier=earlier) if earlier else parcel

    def _stood(self, parcel: StoredWebhook) -> None:
        """Now that it is kept, and not before, whose call it is need not be told again."""
        if parcel.stands and parcel.order_key:
            self.known[parcel.order_key] = None
            while len(self.known) > MOST_CALLS:
                self.known.popitem(last=False)

    async def _body(self, request: web.Request) -> bytes:
        if request.method == "GET":  # the token is proof, not content: it is not kept
            return urlencode([pair for pair in request.query.items() if pair[0] != "token"]).encode()
        length = request.content_length
        if length is not None and length > MOST_BYTES:
            raise Refused(f"the body is larger than {MOST_BYTES} bytes", 413)
        body = bytearray()
        async for chunk in request.content.iter_chunked(65536):
            body += chunk
            if len(body) > MOST_BYTES:
                raise Refused(f"the body is larger than {MOST_BYTES} bytes", 413)
        if length is not None and len(body) < length:
            raise Refused("the body is not whole", 400)
        return bytes(body)

    def _authenticate(self, request: web.Request, name: str, body: bytes) -> tuple[str, Options]:
        """The provider and options of a source that proved itself. Raises Refused."""
        source = self.settings.source(name)
        driver = self.settings.sms.driver
        if source is None and (name != "sms" or driver in ("none", "folder")):
            raise Refused(f"there is no source called {name}", 404)
        how = source.proves if source else "twilio" if driver == "twilio" else "token"
        headers = {key.lower(): value for key, value in request.headers.items()}
        query = request.query_string
        url = self.settings.public_url.rstrip("/") + request.rel_url.raw_path_qs
        if request.method == "GET" and how in ("signature", "vonage"):  # they sign a body, and this has none
            raise Refused("an event of this source is signed, so it must be posted", 405)
        signed = b"" if request.method == "GET" else body
        signatures.check(how, signatures.Request(headers, signed, url, query), secrets_of(self.env, name), self.now())
        return (source.provider, source.options) if source else (driver, Options())

    def _parcels(self, name: str, provider: str, options: Options, kind: str, text: str) -> list[StoredWebhook]:
        """What to keep, a parcel for each event. Raises NotACall when the body is broken."""
        fields = parse(text, {"content-type": kind})
        batch = fields.get("events")
        bodies = [text]
        if isinstance(batch, list) and name != "sms":
            bodies = [json.dumps(row, sort_keys=True) for row in batch]
            kind = "application/json"
        return [self._parcel(name, provider, options, kind, body) for body in bodies]

    def _parcel(self, name: str, provider: str, options: Options, kind: str, body: str) -> StoredWebhook:
        raw = envelope(provider, kind, body, self.now())
        own = hashlib.sha256(body.encode()).hexdigest()[:40]
        try:
            hook = webhook_of(json.loads(raw), options)
            own = hook.text("event_id") or own
            if name == "sms":
                key = sms_inbound.key(self.settings, hook)
                named = sms_inbound.has_id(self.settings, hook)
                hour = "" if named else f":{self.now():%Y%m%d%H}"  # the same words, later
                return StoredWebhook(key, f"sms:{key}:{own}{hour}", raw, nameless=not named)
            readings = understand(hook)
        except NotACall:  # kept all the same: it waits in quarantine until somebody looks, or knows better
            return StoredWebhook("", f"?:{own}", raw)
        except Exception:  # and so does what nobody thought of: it must not be sent for ever, nor keep back its batch
            log.exception("an event no reader can take", extra={"source": name})
            return StoredWebhook("", f"?:{own}", raw)
        if not readings:
            return StoredWebhook("", f":{own}", raw)
        call_id, facts = readings[0].call_id, [fact.as_json() for fact in readings[0].facts]
        return StoredWebhook(call_id, f"{call_id}:{own}", raw, facts, stands(self.settings, readings[0]))


def _answer(answer: Mapping[str, Any], status: int) -> web.Response:
    return web.json_response(dict(answer), status=status, headers={"Cache-Control": "no-store"})
