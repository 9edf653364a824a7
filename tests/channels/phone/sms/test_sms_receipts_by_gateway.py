"""Delivery receipts and customers' messages, in each gateway's own format."""

from __future__ import annotations

from typing import Any

import pytest

from channels.contract import Inbound
from channels.phone.calls.call_events import NotACall
from channels.phone.settings import PhoneSettings
from channels.phone.sms import sms_inbound
from channels.phone.web.webhook_request import Webhook

DRIVERS: dict[str, dict[str, Any]] = {
    "kavenegar": {"driver": "kavenegar"},
    "twilio": {"driver": "twilio", "account": "AC1", "sender": "+982191001000"},
    "http": {"driver": "http", "url": "https://gateway.example", "states": {"BAD": "failed", "OK": "sent"}},
}


def understood(driver: str, **fields: Any) -> list[Inbound]:
    own = PhoneSettings.model_validate({"sms": DRIVERS[driver]})
    return sms_inbound.understand(own, Webhook(driver, fields))


@pytest.mark.parametrize(
    ("driver", "fields"),
    [
        ("kavenegar", {"messageid": "7", "status": "11"}),
        ("kavenegar", {"messageid": 7, "status": 14}),
        ("twilio", {"MessageSid": "7", "MessageStatus": "undelivered", "ErrorCode": "30003"}),
        ("http", {"id": "7", "state": "BAD", "reason": "no such number"}),
        ("http", {"id": "7", "state": "Expired"}),
    ],
)
def test_a_failed_text_message_is_reported_as_permanent_and_names_the_message(driver, fields):
    [news] = understood(driver, **fields)
    assert (news.kind, news.target) == ("delivery", "sms:7")
    assert news.delivery is not None
    assert (news.delivery.state, news.delivery.permanent) == ("failed", True)
    assert news.delivery.reason


@pytest.mark.parametrize(
    ("driver", "fields"),
    [
        ("kavenegar", {"messageid": "7", "status": "10"}),
        ("kavenegar", {"messageid": "7", "status": "1"}),
        ("twilio", {"MessageSid": "7", "MessageStatus": "delivered"}),
        ("http", {"id": "7", "state": "OK"}),
        ("http", {"id": "7", "state": "something new"}),
    ],
)
def test_receipts_of_success_and_unknown_states_add_nothing(driver, fields):
    assert understood(driver, **fields) == []


@pytest.mark.parametrize(
    ("driver", "fields"),
    [
        ("kavenegar", {"messageid": "9", "from": "۰۹۱۲۱۲۳۴۵۶۷", "to": "30001", "message": "سلام"}),
        (
            "twilio",
            {"MessageSid": "9", "From": "+989121234567", "To": "30001", "Body": "سلام", "SmsStatus": "received"},
        ),
        ("http", {"id": 9, "from": "00989121234567", "to": "30001", "text": "سلام"}),
    ],
)
def test_a_customers_message_is_read_in_each_gateways_form(driver, fields):
    [message] = understood(driver, **fields)
    assert message.author is not None
    assert (message.kind, message.author.address, message.text) == ("message", "phone:+989121234567", "سلام")
    assert (message.external_id, message.reply_via, message.thread.conversation) == ("sms:9", "30001", "+989121234567")


def test_a_message_without_an_id_has_the_same_one_each_time_and_another_has_another():
    names = [understood("http", text=text, **{"from": "09121234567"})[0].external_id for text in ("a", "a", "b")]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("driver", DRIVERS)
def test_what_is_neither_message_nor_report_is_refused_in_words(driver):
    own = PhoneSettings.model_validate({"sms": DRIVERS[driver]})
    for action in (sms_inbound.understand, sms_inbound.key):
        with pytest.raises(NotACall, match="neither a text message nor a delivery report"):
            action(own, Webhook(driver, {"x": "y"}))


def test_a_delivery_receipt_is_ordered_by_its_message():
    own = PhoneSettings.model_validate({"sms": DRIVERS["kavenegar"]})
    assert sms_inbound.key(own, Webhook("kavenegar", {"messageid": "7", "status": "10"})) == "7"
    assert (
        sms_inbound.key(own, Webhook("kavenegar", {"messageid": "8", "from": "09121234567", "message": ""}))
        == "+989121234567"
    )
