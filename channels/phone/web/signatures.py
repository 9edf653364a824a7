"""Webhook authentication: tokens and signatures that prove which switchboard is calling."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

WINDOW = 300  # seconds a signature is good for


class Refused(Exception):
    """The request failed authentication; `status` and the text are the answer to its sender."""

    def __init__(self, reason: str, status: int = 401) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """What was received, as far as proofs look at it. Header names have small letters; `url` is the public one."""

    headers: Mapping[str, str]
    body: bytes
    url: str
    query: str = ""


def check(how: str, request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Raises `Refused` with the reason unless the request proves itself by one of the secrets."""
    if how == "none":
        return
    if not secrets:
        raise Refused("this source has no secret configured, so nothing can be believed", 503)
    {"signature": signature, "token": token, "twilio": twilio, "vonage": vonage}[how](request, secrets, now)


def sign(body: bytes, secret: str, at: int) -> str:
    """The header `X-Signature` for a body sent at a moment (seconds since 1970)."""
    return f"t={at},v1={_hex(secret, str(at).encode() + b'.' + body)}"


def signature(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """`X-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>">`; several v1 are allowed while rotating."""
    header = request.headers.get("x-signature", "")
    if not header:
        raise Refused("the header X-Signature is missing")
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.lower() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not re.fullmatch(r"[0-9]{1,11}", times[0]) or not given:
        raise Refused("X-Signature must read t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256>")
    _fresh(int(times[0]), now)
    wanted = [_hex(secret, times[0].encode() + b"." + request.body) for secret in secrets]
    if not _any(given, wanted):
        raise Refused("the signature does not fit this body and any secret of this source")


def token(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """A shared secret in `X-Pbx-Token`, as a bearer, or as `token` in the address."""
    query = dict(parse_qsl(request.query))
    bearer = request.headers.get("authorization", "")
    shown = (
        request.headers.get("x-pbx-token")
        or query.get("token")
        or (bearer[7:] if bearer[:7].lower() == "bearer " else "")
    )
    if not shown:
        raise Refused("the token is missing: send it as X-Pbx-Token, as a bearer, or as ?token=")
    if not _any([shown], secrets):
        raise Refused("the token is not the one of this source")


def twilio(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Twilio's own: HMAC-SHA1 of the public address and the sorted form, or of the body's hash in the address."""
    shown = request.headers.get("x-twilio-signature", "")
    if not shown:
        raise Refused("the header X-Twilio-Signature is missing")
    query = dict(parse_qsl(urlsplit(request.url).query))
    text = request.url
    if "bodySHA256" in query:
        if not _any([query["bodySHA256"].lower()], [hashlib.sha256(request.body).hexdigest()]):
            raise Refused("the body is not the one that was signed")
    else:
        text += _sorted_form(request.body)
    wanted = [base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode() for secret in secrets]
    if not _any([shown], wanted):
        raise Refused("X-Twilio-Signature does not fit; is public_url the very address Twilio calls?")


def _sorted_form(body: bytes) -> str:
    form: dict[str, set[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        form.setdefault(name, set()).add(value)
    return "".join(name + value for name in sorted(form) for value in sorted(form[name]))


def vonage(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """A JSON web token (HS256) as bearer that carries the hash of the body."""
    bearer = request.headers.get("authorization", "")
    parts = bearer[7:].strip().split(".") if bearer[:7].lower() == "bearer " else []
    if len(parts) != 3:
        raise Refused("the signed token is missing: switch on signed webhooks for the application")
    head, claims, shown = _json(parts[0]), _json(parts[1]), parts[2]
    if head.get("alg") != "HS256":
        raise Refused("the token must be signed with HS256")
    text = f"{parts[0]}.{parts[1]}".encode()
    wanted = [
        base64.urlsafe_b64encode(hmac.digest(secret.encode(), text, "sha256")).decode().rstrip("=")
        for secret in secrets
    ]
    if not _any([shown.rstrip("=")], wanted):
        raise Refused("the token is not signed with a secret of this source")
    at = claims.get("iat")
    _fresh(int(at) if isinstance(at, (int, float)) and abs(at) < 1e12 else 0, now)
    if not _any([str(claims.get("payload_hash", "")).lower()], [hashlib.sha256(request.body).hexdigest()]):
        raise Refused("the token was signed for another body")


def _json(part: str) -> Mapping[str, object]:
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Refused("the token can't be read") from None
    if not isinstance(claims, dict):
        raise Refused("the token can't be read")
    return claims


def _fresh(at: int, now: datetime) -> None:
    if abs(now.timestamp() - at) > WINDOW:
        raise Refused("the signature is older than five minutes, or a clock is wrong")


def _hex(secret: str, text: bytes) -> str:
    return hmac.digest(secret.encode(), text, "sha256").hex()


def _any(given: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of them is one of the others; takes the same time wherever they differ."""
    pairs = [hmac.compare_digest(_bytes(value), _bytes(other)) for value in given for other in wanted]
    return any(pairs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # headers may hold bytes that are no text
