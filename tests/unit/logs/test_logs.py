"""Logs: events are written; message texts and secrets are redacted."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from helpdesk import logs

LINK = "/sign-in/link/1EronVZ-a2Moyhaq4B-svTOUBKRDwGuQ"


@pytest.fixture(params=["json", "text"])
def out(request):
    """The captured log output; logging is restored afterwards."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.set_up(request.param, "info", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_texts_and_secrets_are_redacted_under_any_name(out):
    log = structlog.get_logger("journey")
    log.info("received", ticket=12, text="where is my parcel", subject="parcel", password="hunter2", api_key="hunter2")
    log.info("opened", url="postgresql://desk:hunter2@db/desk", path=LINK)
    logging.getLogger("aiohttp.server").warning("could not reach %s", "redis://:hunter2@cache")
    written = out.getvalue()
    assert "received" in written
    assert "12" in written
    assert "parcel" not in written
    assert "hunter2" not in written
    assert "1EronVZ" not in written


def test_channel_details_are_logged_without_private_data(out):
    extra = {"source": "pbx", "why": "the signature does not fit", "text": "hello there", "password": "hunter2"}
    logging.getLogger("channels.phone.web.webhooks").warning("webhook refused", extra=extra)
    written = out.getvalue()
    assert "pbx" in written
    assert "the signature does not fit" in written
    assert "hello there" not in written
    assert "hunter2" not in written


def test_exceptions_are_logged_without_local_variables(out):
    written = "the customer's own words"
    try:
        raise ValueError(f"[SQL: INSERT] [parameters: ('{written}',)]")
    except ValueError:
        structlog.get_logger("web").exception("incident", id="abc")
    text = out.getvalue()
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert written not in text


def test_below_the_level_nothing_is_written(out):
    structlog.get_logger("web").debug("answered", id="abc")
    logging.getLogger("aiohttp.access").info("GET %s", LINK)
    assert out.getvalue() == ""


def test_json_is_one_object_a_line(out):
    structlog.get_logger("web").info("answered", status=200)
    if out.getvalue().startswith("{"):
        line = json.loads(out.getvalue())
        assert (line["event"], line["status"], line["level"]) == ("answered", 200, "info")
        assert line["timestamp"].endswith("Z")
    else:
        assert "answered" in out.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 <sara.k+shop@customers.example>: Recipient address rejected",
        "no route to +989121234567 (call 17)",
        "404 for 09121234567",
        "ünal@posta.example said no",
    ],
)
def test_customers_addresses_are_left_out_of_what_a_server_said(out, words):
    try:
        raise OSError(words)
    except OSError:
        structlog.get_logger("outbox").exception("send failed", why=words)
    logging.getLogger("channels.email").warning("refused: %s", words)
    written = out.getvalue()
    assert "send failed" in written
    for private in ("sara", "customers.example", "9121234567", "nal@"):
        assert private not in written


def test_times_numbers_and_places_of_the_code_stay_readable(out):
    structlog.get_logger("intake").info("done", at="2026-03-02T06:00:00+00:00", intake=1732780000000, took="0.25 s")
    written = out.getvalue()
    assert "2026-03-02T06:00:00+00:00" in written
    assert "1732780000000" in written


def test_a_value_of_any_length_is_cut(out):
    for piece in ("a", "@", "a@", "+", "0", "-", "a.", "\u00e9", "://:", ":", "bot"):
        structlog.get_logger("web").info("://" + piece * 1_000_000)
    assert len(out.getvalue()) < 11 * 2 * logs.LONGEST
