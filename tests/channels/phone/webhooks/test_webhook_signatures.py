"""Webhook signatures: vectors of every kind of proof, with Twilio's and PyJWT's own code as oracles."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.phone.web.signatures import Refused, Request, check, sign

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"call_id":"c-1","event":"ringing"}'
SECRET = "a-secret-of-the-switchboard-32-ok"
URL = "https://desk.example/channels/phone/pbx"


def request(body: bytes = BODY, query: str = "", url: str = URL, **headers: str) -> Request:
    return Request({name.replace("_", "-"): value for name, value in headers.items()}, body, url, query)


def refused(how: str, what: Request, secrets: tuple[str, ...] = (SECRET,), now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        check(how, what, secrets, now)
    return str(caught.value)


def test_a_signature_is_what_the_readme_says():
    # printf '1772431200.{"call_id":"c-1","event":"ringing"}' | openssl dgst -sha256 -hmac <secret>
    assert AT == 1772431200
    header = sign(BODY, SECRET, AT)
    assert (
        header
        == "t=1772431200,v1="
        + __import__("hmac").new(SECRET.encode(), b"1772431200." + BODY, hashlib.sha256).hexdigest()
    )
    check("signature", request(x_signature=header), [SECRET], NOW)


def test_two_secrets_are_good_while_they_are_being_changed():
    for secret in ("new", "old"):
        check("signature", request(x_signature=sign(BODY, secret, AT)), ["new", "old"], NOW)
    both = sign(BODY, "older", AT) + "," + sign(BODY, "old", AT).split(",")[1]
    check("signature", request(x_signature=both), ["new", "old"], NOW)
    assert "does not fit" in refused("signature", request(x_signature=sign(BODY, "older", AT)), ("new", "old"))


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_a_signature_lasts_five_minutes(seconds):
    header = sign(BODY, SECRET, AT)
    assert "five minutes" in refused("signature", request(x_signature=header), now=NOW + timedelta(seconds=seconds))
    check("signature", request(x_signature=header), [SECRET], NOW + timedelta(seconds=299))


@pytest.mark.parametrize(
    "header", ["", "v1=00", "t=1", "t=x,v1=00", "t=1,t=2,v1=00", "t=٣,v1=00", "nonsense", "t=99999999999999,v1=00"]
)
def test_what_is_no_signature_is_refused_in_words(header):
    assert "X-Signature" in refused("signature", request(x_signature=header))


@given(st.binary(max_size=60), st.integers(0, 59))
def test_a_changed_body_does_not_fit_its_signature(body, at):
    header = sign(body, SECRET, AT)
    check("signature", request(body, x_signature=header), [SECRET], NOW)
    other = body[: at % (len(body) + 1)] + b"!" + body[at % (len(body) + 1) :]
    assert refused("signature", request(other, x_signature=header))


@pytest.mark.parametrize("how", ["signature", "token", "twilio", "vonage"])
def test_a_source_without_a_secret_believes_nobody(how):
    with pytest.raises(Refused) as caught:
        check(how, request(x_pbx_token=""), [], NOW)
    assert caught.value.status == 503


def test_a_token_comes_in_a_header_as_bearer_or_in_the_address():
    check("token", request(x_pbx_token=SECRET), ["other", SECRET], NOW)
    check("token", request(authorization=f"Bearer {SECRET}"), [SECRET], NOW)
    check("token", request(query=urlencode({"token": SECRET})), [SECRET], NOW)
    assert "missing" in refused("token", request())
    assert "not the one" in refused("token", request(x_pbx_token="guess"))
    assert "not the one" in refused("token", request(x_pbx_token="گمان"))


forms = st.dictionaries(st.text("AbcXyz09_", min_size=1, max_size=8), st.text(max_size=12), max_size=6)


@given(forms)
def test_twilio_is_believed_exactly_when_its_own_code_would(form):
    shown = RequestValidator(SECRET).compute_signature(URL, form)
    body = urlencode(form).encode()
    check("twilio", request(body, x_twilio_signature=shown), [SECRET], NOW)
    assert refused("twilio", request(body, x_twilio_signature=shown), ("other",))
    assert refused("twilio", request(body + b"&Z=1", x_twilio_signature=shown))
    assert refused("twilio", request(body, url=URL + "x", x_twilio_signature=shown))


def test_twilio_signs_the_hash_of_a_json_body_in_the_address():
    url = f"{URL}?bodySHA256={hashlib.sha256(BODY).hexdigest()}"
    shown = RequestValidator(SECRET).compute_signature(url, {})
    assert RequestValidator(SECRET).validate(url, BODY.decode(), shown)
    check("twilio", request(url=url, x_twilio_signature=shown), [SECRET], NOW)
    assert "not the one that was signed" in refused("twilio", request(b"{}", url=url, x_twilio_signature=shown))


def test_a_field_that_comes_twice_is_signed_as_twilio_does():
    from multidict import MultiDict

    body = b"Media=b&Media=a&Sid=1"
    shown = RequestValidator(SECRET).compute_signature(
        URL, _Many(MultiDict([("Media", "b"), ("Media", "a"), ("Sid", "1")]))
    )
    check("twilio", request(body, x_twilio_signature=shown), [SECRET], NOW)


class _Many(dict):  # type: ignore[type-arg]
    """What Twilio's code expects of a form with repeated fields."""

    def __init__(self, pairs):
        super().__init__({name: pairs.getall(name)[0] for name in pairs})
        self._pairs = pairs

    def getall(self, name):
        return self._pairs.getall(name)


def token_of(body: bytes = BODY, secret: str = SECRET, algorithm: str = "HS256", **claims: object) -> str:
    own = {"iat": AT, "payload_hash": hashlib.sha256(body).hexdigest(), "iss": "Vonage", **claims}
    return "Bearer " + jwt.encode(own, secret, algorithm=algorithm)


def test_vonage_signs_a_token_with_the_hash_of_the_body():
    check("vonage", request(authorization=token_of()), ["other", SECRET], NOW)
    assert "another body" in refused("vonage", request(b"{}", authorization=token_of()))
    assert "not signed" in refused("vonage", request(authorization=token_of(secret=SECRET[::-1])))
    assert "five minutes" in refused("vonage", request(authorization=token_of(iat=AT - 400)))
    assert "five minutes" in refused("vonage", request(authorization=token_of(iat="soon")))


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_token_can_not_choose_how_it_is_signed(algorithm):
    key = None if algorithm == "none" else SECRET * 2
    made = jwt.encode({"iat": AT}, key, algorithm=algorithm)
    assert "HS256" in refused("vonage", request(authorization=f"Bearer {made}"))


@given(st.text(max_size=40))
def test_no_header_whatever_is_more_than_a_refusal(text):
    for how in ("signature", "token", "twilio", "vonage"):
        for name in ("x_signature", "x_pbx_token", "authorization", "x_twilio_signature"):
            assert refused(how, request(**{name: text}))
            assert refused(how, request(**{name: f"Bearer {text}"}))


def test_json_in_a_token_that_is_no_object_is_refused():
    import base64

    part = base64.urlsafe_b64encode(json.dumps([1]).encode()).decode()
    assert "can't be read" in refused("vonage", request(authorization=f"Bearer {part}.{part}.x"))
