"""SMS gateway drivers: one small class for each kind."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from channels.contract import DeliveryError
from channels.phone.calls.phone_numbers import e164
from channels.phone.settings import Sms
from channels.phone.switchboards.generic import dug

KAVENEGAR_FINAL = {400, 405, 411, 412, 413, 417, 422, 426, 427, 428, 431, 432}  # saying it again would not help
TWILIO_FINAL = {21211, 21212, 21408, 21606, 21608, 21610, 21612, 21614, 21617}
TIME = aiohttp.ClientTimeout(total=25)


class Gateway(Protocol):
    """Takes one message."""

    async def send(self, to: str, text: str, token: str) -> str:
        """Hand over a text for an E.164 number; returns the gateway's id. Raises DeliveryError."""


@dataclass(frozen=True)
class Web:
    """Posts to gateways; what went wrong becomes a DeliveryError that says whether to try again."""

    session: Callable[[], aiohttp.ClientSession]

    async def post(self, url: str, *, repeatable: bool = False, **what: Any) -> tuple[int, Any]:
        """(status, answer read as JSON or text). `repeatable`: doing it twice does no harm."""
        try:
            async with self.session().post(url, timeout=TIME, allow_redirects=False, **what) as response:
                status, text = response.status, await response.text(errors="replace")
        except aiohttp.ClientConnectorError:
            raise DeliveryError("the gateway can't be reached") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            why = "the gateway did not answer" if isinstance(error, TimeoutError) else "the line broke"
            raise DeliveryError(why, uncertain=not repeatable) from None
        if status == 429:
            raise DeliveryError("the gateway asks for a pause", retry_after=_pause(response.headers))
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text


def _pause(headers: Mapping[str, str]) -> float:
    pause = headers.get("Retry-After", "")
    return float(pause) if re.fullmatch(r"\d{1,5}", pause) else 60.0


@dataclass(frozen=True)
class Http:
    """Any gateway that takes a form or JSON and answers with an id."""

    sms: Sms
    secret: str
    web: Web

    async def send(self, to: str, text: str, token: str) -> str:
        """See Gateway."""
        values = {"to": to, "sender": self.sms.sender, "text": text, "token": token, "secret": self.secret}
        body, headers = filled(self.sms.body, values), filled(self.sms.headers, values)
        form: dict[str, Any] = {"json": body} if self.sms.json_body else {"data": body}
        status, answer = await self.web.post(self.sms.url, headers=headers, **form)
        if status >= 500:
            raise DeliveryError(f"the gateway answered {status}")
        if status >= 300:
            raise DeliveryError(f"the gateway refused the message ({status})", permanent=True)
        result = dug(answer, self.sms.id_at) if isinstance(answer, (dict, list)) else None
        return str(result) if result not in (None, "") else token


@dataclass(frozen=True)
class Kavenegar:
    """Kavenegar's REST service. `localid` makes saying it twice harmless."""

    sms: Sms
    secret: str
    web: Web

    async def send(self, to: str, text: str, token: str) -> str:
        """See Gateway."""
        base = self.sms.url or "https://api.kavenegar.com"
        form = {"receptor": local(to), "message": text, "localid": str(number_of(token))}
        if self.sms.sender:
            form["sender"] = self.sms.sender
        status, answer = await self.web.post(f"{base}/v1/{self.secret}/sms/send.json", data=form, repeatable=True)
        body = dug(answer, "return.status")
        code = body if isinstance(body, int) else status
        if code == 200:
            return str(dug(answer, "entries.0.messageid") or token)
        why = str(dug(answer, "return.message") or f"the gateway answered {code}")
        raise DeliveryError(why, permanent=code in KAVENEGAR_FINAL, unreachable=code == 411)


@dataclass(frozen=True)
class Twilio:
    """Twilio's messages."""

    sms: Sms
    secret: str
    web: Web
    receipts: str = ""  # where it reports delivery

    async def send(self, to: str, text: str, token: str) -> str:
        """See Gateway."""
        base = self.sms.url or "https://api.twilio.com"
        form = {"To": to, "From": self.sms.sender, "Body": text}
        if self.receipts:
            form["StatusCallback"] = self.receipts
        login = base64.b64encode(f"{self.sms.account}:{self.secret}".encode()).decode()
        url = f"{base}/2010-04-01/Accounts/{self.sms.account}/Messages.json"
        status, answer = await self.web.post(url, data=form, headers={"Authorization": f"Basic {login}"})
        if status in (200, 201):
            return str(dug(answer, "sid") or token)
        code, why = dug(answer, "code"), str(dug(answer, "message") or f"the gateway answered {status}")
        raise DeliveryError(
            why, permanent=code in TWILIO_FINAL or status in (400, 404), unreachable=code in (21211, 21610, 21614)
        )


@dataclass(frozen=True)
class Folder:
    """Writes messages as files, for demonstrations."""

    sms: Sms

    async def send(self, to: str, text: str, token: str) -> str:
        """See Gateway."""
        assert self.sms.folder is not None
        name = hashlib.sha256(token.encode()).hexdigest()[:16]
        path, content = self.sms.folder / f"sms-{name}.txt", f"{to}\n{text}\n"
        await asyncio.to_thread(_write, path, content)
        return name


def _write(path: Any, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def filled(form: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """A template with its `{names}` replaced, nothing else in braces touched."""
    return {
        name: re.sub(r"\{(\w+)\}", lambda result: values.get(result[1], result[0]), text) for name, text in form.items()
    }


def local(to: str) -> str:
    """`+98912…` as Iranian gateways write it: `0912…`."""
    plain = e164(to) or to
    return f"0{plain[3:]}" if plain.startswith("+98") else f"00{plain.lstrip('+')}"


def number_of(token: str) -> int:
    """The same number for the same token."""
    return int.from_bytes(hashlib.sha256(token.encode()).digest()[:6], "big")
