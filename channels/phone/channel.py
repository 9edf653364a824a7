"""The phone channel: call log webhooks in, text messages both ways, surveys after calls."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import aiohttp
from aiohttp import web

from channels import clock, contract
from channels.contract import Attachment, Capabilities, DeliveryError, Desk, Inbound, Outbound, State
from channels.phone import normalise
from channels.phone.calls import recordings
from channels.phone.calls.phone_numbers import is_mobile, number
from channels.phone.settings import PhoneSettings, secrets_of
from channels.phone.sms import quiet_hours, sms_gateways, sms_inbound, sms_text
from channels.phone.sms.contact_limits import ContactLimits
from channels.phone.web.webhooks import Webhooks

log = logging.getLogger(__name__)
NO_SOURCES = (
    "sources",
    (
        'there is none, so no call can be told: say sources = [{ name = "pbx", provider = "…" }] under [channels.phone]; '
        "config/phone.example.toml shows each kind"
    ),
)


class Channel(contract.Channel):
    """All switchboards of the desk and its text message gateway."""

    name = "phone"
    label: ClassVar[Mapping[str, str]] = {"fa": "تلفن", "en": "Phone"}
    writes: ClassVar[Mapping[str, str] | None] = {"fa": "پیامک", "en": "Text message"}
    icon = "phone"
    can = Capabilities(starts=True, counted=True)
    kind = "phone"
    settings: PhoneSettings

    class Settings(PhoneSettings):
        """`[channels.phone]`."""

    def __init__(
        self,
        settings: PhoneSettings,
        *,
        env: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        super().__init__(settings)
        self._env = os.environ if env is None else env
        self._now = now
        self._desk: Desk | None = None
        self._session: aiohttp.ClientSession | None = None
        self._contact_limits = ContactLimits(settings.survey)
        self._web = sms_gateways.Web(self._open_session)
        self.can = replace(self.can, starts=settings.sms.driver != "none")

    @property
    def can_ring(self) -> bool:
        """Whether the switchboard can be asked to call: it has an address for that."""
        return bool(self.settings.originate.url)

    def accounts(self) -> Sequence[str]:
        """Names of the sources, and `sms` where there is a gateway."""
        text = ["sms"] if self.settings.sms.driver != "none" else []
        return [*(source.name for source in self.settings.sources), *text]

    def own_addresses(self) -> Sequence[str]:
        """Our own numbers: nobody's caller, and no robot writes to them."""
        own = [*self.settings.own_numbers, self.settings.sms.sender]
        return [f"phone:{number(address, region=self.settings.region) or address}" for address in own if address]

    def reaches(self, address: str) -> bool:
        """Text messages reach mobiles, when there is a gateway."""
        return self.settings.sms.driver != "none" and is_mobile(
            address.removeprefix("phone:"), region=self.settings.region
        )

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        """The calls or text messages in what was kept."""
        return normalise.normalise(self.settings, account, raw)

    def merge_call(self, known: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
        """A call's record from what is known of it and what came: the same in any order."""
        return normalise.merge_call(self.settings, known, new)

    def call_files(self, call: Mapping[str, Any]) -> tuple[str, bytes] | None:
        """A call that is over, once more for its recording and its voicemail."""
        return normalise.call_files(call)

    async def fetch(self, account: str, attachment: Attachment) -> Attachment:
        """A recording from where its source keeps them. DeliveryError: it is not there yet."""
        source = self.settings.source(account)
        if source is None:
            return replace(attachment, remote=None, problem=f"There is no source {account} in the settings any more.")
        return await recordings.Fetcher(source, self._env, self._open_session, self._now()).fetch(attachment)

    def routes(self, desk: Desk) -> Sequence[web.AbstractRouteDef]:
        """`POST /channels/phone/{source}`; GET for gateways that know nothing else."""
        self._desk = desk
        webhooks = Webhooks(self.settings, self._env, self._now, desk)
        return [web.post("/{source}", webhooks.receive), web.get("/{source}", webhooks.receive, allow_head=False)]

    async def run(self, desk: Desk) -> None:
        """Nothing to listen on: webhooks come by themselves. Says which sources can't be believed, and how texts leave."""
        self._desk = desk
        for name, problem in self._problems():
            await desk.report(State(name, connected=problem is None, problem=problem))
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of connections to the gateway."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, outbound: Outbound) -> str:
        """A person's answer or a survey: as a text message, or a survey by a call of the switchboard."""
        to = outbound.to.address.removeprefix("phone:")
        if not to.startswith("+"):
            raise DeliveryError("this caller's number is hidden or an extension", permanent=True)
        robot = outbound.kind == "survey" or outbound.automatic
        way = self._way(outbound, to)
        if robot:
            await self._contact_limits.check(outbound, to, self._desk, self._now())
        try:
            if way == "call":
                return await self.ring(to, survey=outbound.survey or outbound.token)
            return await self._write(to, self._text(outbound), outbound.token)
        except DeliveryError as error:
            if robot:
                await self._contact_limits.record_failure(outbound, to, self._desk, error)
            raise

    async def ring(self, to: str, *, survey: str = "", extension: str = "") -> str:
        """Ask the switchboard to call a number: for a survey, or to connect an extension with it. Returns its id."""
        hook = self.settings.originate
        if not hook.url:
            raise DeliveryError("the switchboard can't be asked to call: no originate address is set", permanent=True)
        secret = (secrets_of(self._env, "originate") or [""])[0]
        fields = {"to": to, "survey": survey, "extension": extension, "secret": secret}
        status, answer = await self._web.post(
            hook.url, json=sms_gateways.filled(hook.body, fields), headers=sms_gateways.filled(hook.headers, fields)
        )
        if status >= 300:
            raise DeliveryError(f"the switchboard answered {status}", permanent=status < 500)
        call_id = answer.get("id") if isinstance(answer, dict) else None
        return f"call:{call_id or survey or to}"

    async def check(self) -> Sequence[tuple[str, str | None]]:
        """Whether every source and gateway has what it needs."""
        texts = f"text messages (sms) by {self.settings.sms.driver}"
        outcomes = [(texts if name == "sms" else f"phone source {name}", problem) for name, problem in self._problems()]
        return outcomes if self.settings.sources else [NO_SOURCES, *outcomes]

    def _problems(self) -> list[tuple[str, str | None]]:
        problems: list[tuple[str, str | None]] = []
        proofs = {source.name: source.proves for source in self.settings.sources}
        if self.settings.sms.driver != "none":
            proofs["sms"] = "none" if self.settings.sms.driver == "folder" else "token"
        for name, proof in proofs.items():
            try:
                known = proof == "none" or bool(secrets_of(self._env, name))
                stem = name.upper().replace("-", "_")
                problem = None if known else f"No secret: set PASOKH_PHONE_{stem}_SECRET, or …_SECRET_FILE."
            except OSError as error:
                problem = f"The file of its secret can't be read: {error.strerror}."
            problems.append((name, problem))
        return problems

    async def _write(self, to: str, text: str, token: str) -> str:
        remote_id = "sms:" + await self._gateway().send(to, text, token)
        if self._desk is not None:
            try:
                await self._desk.remember(sms_inbound.SENT, to, remote_id)
            except Exception:  # it has left: that must be told whatever happens here
                log.exception("the last message to a number could not be remembered")
        return remote_id

    def _way(self, outbound: Outbound, to: str) -> quiet_hours.Way:
        if outbound.kind == "survey":
            chosen = quiet_hours.survey_way(self.settings.survey, to, self.settings.region)
            if chosen == "none":
                raise DeliveryError(
                    "there is no way to ask this number: it is a landline, or surveys are off for it", permanent=True
                )
            return chosen
        if not is_mobile(to, region=self.settings.region):
            raise DeliveryError("text messages do not reach a landline: call back instead", permanent=True)
        return "text"

    def _text(self, outbound: Outbound) -> str:
        if outbound.kind == "survey" and outbound.faces:
            return sms_text.question(sms_text.page(outbound.faces[0].url), outbound.language)
        return outbound.text

    def _gateway(self) -> sms_gateways.Gateway:
        own = self.settings.sms
        secret = (secrets_of(self._env, "sms") or [""])[0]
        if own.driver == "folder":
            return sms_gateways.Folder(own)
        if own.driver == "http":
            return sms_gateways.Http(own, secret, self._web)
        if own.driver == "kavenegar":
            return sms_gateways.Kavenegar(own, secret, self._web)
        if own.driver == "twilio":
            back = f"{self.settings.public_url.rstrip('/')}/channels/phone/sms" if self.settings.public_url else ""
            return sms_gateways.Twilio(own, secret, self._web, back)
        raise DeliveryError("no gateway for text messages is configured", permanent=True)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession()
        return self._session
