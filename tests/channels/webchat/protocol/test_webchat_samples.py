"""Every sample is understood as its expectation says; working hours and names, case by case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Unreadable
from channels.toolkit.file_kinds import is_program
from channels.webchat.chat.chat_files import clean_name, shown_type
from channels.webchat.chat.hours import Hours
from channels.webchat.normalise import normalise, order_key
from channels.webchat.settings import WebchatSettings
from channels.webchat.visitors import identity
from channels.webchat.wire import frames_in
from helpdesk.tickets.thanks import is_thanks

SAMPLES = Path(__file__).parents[4] / "channels" / "webchat" / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json") if not path.stem.endswith(".expected"))


def test_there_are_samples():
    assert len(NAMES) >= 9


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_understood(name):
    raw = (SAMPLES / f"{name}.json").read_bytes()
    wanted = json.loads((SAMPLES / f"{name}.expected.json").read_text("utf-8"))
    made = normalise(raw)
    assert made.author is not None
    assert made.author.address == "webchat:shop:5b1f0c6e8f5d4f0f9a4b1c2d3e4f5a6b"
    assert made.thread.conversation == order_key(raw)
    found = {
        "kind": made.kind, "text": made.text, "name": made.author.name, "verified": made.author.verified,
        "thanks": is_thanks(made.text), "details": dict(made.details), "wants_person": made.wants_person,
        "offline": made.details.get("offline", False),
        "files": [[one.name, one.content_type, one.size] for one in made.attachments],
        "survey": made.survey and [made.survey.token, made.survey.score, list(made.survey.reasons), made.survey.words],
    }  # fmt: skip
    assert {key: found[key] for key in wanted} == wanted


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["frame", "t", "cid", "site", "conversation", "text", "files", "page", "profile"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_was_kept_is_understood_or_unreadable(raw):
    try:
        normalise(raw)
    except Unreadable as error:
        assert str(error)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader_of_frames(raw):
    try:
        frames_in.parse(raw)
    except frames_in.BadFrame as error:
        assert str(error)


def test_ten_thousand_nested_brackets_are_no_frame():
    with pytest.raises(frames_in.BadFrame):
        frames_in.parse("[" * 10_000)


WEEK = Hours.of("Asia/Tehran", {5: [("08:00", "12:00"), ("14:00", "24:00")], 3: [("22:00", "02:00")]}, ["2026-03-14"])


@pytest.mark.parametrize(
    ("at", "is_open", "back"),
    [
        ("2026-03-07T08:29:59+03:30", True, None),  # a Saturday
        ("2026-03-07T12:00:00+03:30", False, "2026-03-07T14:00:00+03:30"),  # exactly at closing
        ("2026-03-07T23:59:59+03:30", True, None),
        ("2026-03-06T01:30:00+03:30", True, None),  # Thursday's span passes midnight
        ("2026-03-06T02:00:00+03:30", False, "2026-03-07T08:00:00+03:30"),
        ("2026-03-14T09:00:00+03:30", False, "2026-03-19T22:00:00+03:30"),  # a holiday
    ],
)
def test_hours_say_whether_somebody_is_there_and_when_again(at, is_open, back):
    now = datetime.fromisoformat(at)
    assert WEEK.open_at(now) is is_open
    if back:
        assert WEEK.back_at(now) == datetime.fromisoformat(back)


def test_a_week_without_hours_never_comes_back():
    assert Hours.of("Asia/Tehran", {}, []).back_at(datetime(2026, 3, 7, tzinfo=UTC)) is None


def test_a_file_type_comes_from_its_content():
    assert shown_type(b"\x89PNG\r\n\x1a\n") == "image/png"
    assert shown_type("سلام".encode()) == "text/plain"
    assert shown_type(b"<svg onload=alert(1)>") == "application/octet-stream"
    assert shown_type(b"") == "application/octet-stream"
    assert is_program(b"\x7fELF")
    assert not is_program(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.png", "y.png"),
        ("", "file"),
        ("...", "file"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("کاسه.png", "کاسه.png"),
    ],
)
def test_a_file_name_keeps_no_folders_or_control_characters(name, clean):
    assert clean_name(name) == clean


def test_an_identity_stands_for_exactly_what_was_signed():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    expiry = int((now + timedelta(hours=1)).timestamp())
    signature = identity.sign(b"s", user="u", email="a@b.example", expiry=expiry)
    found = identity.verify(
        b"s", version=1, user="u", email="a@b.example", expiry=expiry, signature=signature, name="", now=now
    )
    assert found.user == "u"
    for wrong in ({"user": "u\na@b.example", "email": ""}, {"expiry": expiry + 1}, {"expiry": expiry + 10**9}):
        with pytest.raises(identity.NotVouchedFor):
            identity.verify(
                **{
                    "version": 1,
                    "user": "u",
                    "email": "a@b.example",
                    "expiry": expiry,
                    "signature": signature,
                    "name": "",
                    "now": now,
                    "secret": b"s",
                    **wrong,
                }
            )


@pytest.mark.parametrize(
    "wrong",
    [{"sites": [{"name": "A B"}]}, {"sites": [{"name": "a", "origins": ["shop.example"]}]}, {"sites": [{"name": "a", "accent": "red"}]},
     {"sites": [{"name": "a"}, {"name": "a"}]}, {"sites": [{"name": "a", "hours": {"tz": "Mars/Base", "week": {}}}]}, {"blocked": ["x"]},
     {"sites": [{"name": "a", "hours": {"week": {"sat": [["8", "9:00"]]}}}]}, {"colour": 1}],
)  # fmt: skip
def test_settings_that_can_not_be_meant_are_refused(wrong):
    with pytest.raises(ValueError):
        WebchatSettings.model_validate(wrong)
