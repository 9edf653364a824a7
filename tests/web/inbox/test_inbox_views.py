"""View builders of the inbox: clocks, timelines, quoted text, sanitised mail HTML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets.vocabulary import NEVER
from helpdesk.web.inbox.build import clock_explanation
from helpdesk.web.inbox.build.reader import chip, face_of, name_of, running_clock
from helpdesk.web.inbox.build.timeline_items import _folded, _is_quotation, _quoted
from helpdesk.web.inbox.pages.original_message import clean_html
from helpdesk.web.inbox.views import suggested_replies
from helpdesk.web.inbox.views.inbox_views import RowView
from helpdesk.web.inbox.views.timeline_views import ChangesView, ChangeView, ChannelMark
from helpdesk.web.rendering.template_filters import subject

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def row(**more):
    usual = {
        "status": "open", "deadline": NOW + timedelta(minutes=20), "deadline_kind": "first_response",
        "deadline_start": NOW - timedelta(minutes=10), "created_at": NOW, "answered": False,
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **more})


def test_a_clock_turns_from_calm_to_soon_to_late():
    start = NOW
    due = NOW + timedelta(minutes=30)
    assert running_clock(start, due, NOW + timedelta(minutes=5)).state == "calm"
    assert running_clock(start, due, NOW + timedelta(minutes=25)).state == "soon"
    assert running_clock(start, due, due).state == "late"
    late = running_clock(start, due, due + timedelta(minutes=8))
    assert (late.seconds, late.share) == (-480, 100)


def test_a_clock_warns_at_its_warning_time():
    due = NOW + timedelta(days=2)
    assert running_clock(NOW, due, NOW + timedelta(minutes=1), warn_at=NOW).state == "soon"


def test_a_row_without_a_running_clock_shows_answered_or_nothing():
    assert chip(row(deadline=NEVER, answered=True), NOW).state == "met"
    assert chip(row(deadline=NEVER), NOW) is None
    assert chip(row(status="waiting"), NOW) is None
    assert chip(row(), NOW).state == "calm"


def test_a_distant_resolution_clock_does_not_hide_an_answered_one():
    far = row(deadline=NOW + timedelta(days=1), deadline_kind="resolution", answered=True)
    assert chip(far, NOW).state == "met"


spans = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(1, 600)), min_size=1, max_size=clock_explanation.MOST_STEPS
).map(lambda pairs: [
    (NOW + timedelta(minutes=sum(a + b for a, b in pairs[:i]) + gap), NOW + timedelta(minutes=sum(a + b for a, b in pairs[:i]) + gap + length))
    for i, (gap, length) in enumerate(pairs)
])  # fmt: skip


@given(spans, st.integers(-100, 20_000))
def test_the_clock_bar_fills_its_width_without_overlaps(counted, minutes):
    parts, mark = clock_explanation.bar(counted, NOW + timedelta(minutes=minutes))
    assert parts[0].x == 0
    for one, following in pairwise(parts):
        assert one.x + one.width <= following.x + 0.05
    assert parts[-1].x + parts[-1].width == pytest.approx(100, abs=0.1)
    assert mark is None or 0 <= mark <= 100


def test_days_without_working_time_are_explained_too():
    thursday = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    saturday = datetime(2026, 3, 7, 4, 30, tzinfo=UTC)
    counted = [(thursday, thursday + timedelta(minutes=30)), (saturday, saturday + timedelta(minutes=18))]
    assert [step.off for step in clock_explanation.steps(counted)] == [False, True, False]


def clock(number, kind="first_response", state="running", **more):
    return SimpleNamespace(
        id=number, kind=kind, state=state, **{"due_at": NOW + timedelta(hours=1), "warn_at": None, **more}
    )


def test_the_clock_of_the_owed_answer_is_shown():
    assert clock_explanation.choose([], NOW) is None
    assert clock_explanation.choose([clock(1), clock(2, "resolution", due_at=NOW)], NOW).id == 1
    assert clock_explanation.choose([clock(1, state="stopped"), clock(2, "resolution")], NOW).id == 1
    assert clock_explanation.choose([clock(1, state="stopped"), clock(2, "resolution", due_at=NOW)], NOW).id == 2


def test_quoted_text_is_the_rest_beyond_the_visible_text():
    assert _quoted("Hello", "Hello\n\nOn Monday you wrote:\n> hi") == "On Monday you wrote:\n> hi"
    assert _quoted("Hello", "") == ""
    assert _quoted("Hello", "Something else") == "Something else"


@pytest.mark.parametrize(
    ("rest", "quotation"),
    [
        ("On Monday Mina wrote:\n> Here it is", True),
        ("در دوشنبه مینا نوشت:\nبفرمایید", True),
        ("-----Original Message-----\nFrom: Mina", True),
        ("-- \nSara Karimi\nTel: 0912", False),
        ("با احترام\nسارا کریمی", False),
    ],
)
def test_a_signature_is_not_called_a_quotation(rest, quotation):
    assert _is_quotation(rest) == quotation


def test_consecutive_changes_are_folded_and_a_single_one_is_not():
    changes = [ChangeView(i, NOW, "tagged", "tag") for i in range(3)]
    assert [type(one) for one in _folded(iter(changes))] == [ChangesView]
    assert list(_folded(iter(changes[:1]))) == changes[:1]


def test_sanitised_mail_html_has_no_active_content():
    html = (
        '<html><head><style>p{}</style></head><body onload="x()"><p style="color:red;position:fixed" dir="rtl">سلام</p>'
        '<script>x()</script><img src="cid:a@b"><img src="http://t.example/p"><a href="javascript:x()">no</a>'
        '<a href="https://a.example">yes</a><form action="/"><input></form><iframe src="/"></iframe></body></html>'
    )
    cleaned = clean_html(html, {"a@b": "data:image/png;base64,AA"})
    assert 'src="data:image/png;base64,AA"' in cleaned
    assert 'dir="rtl"' in cleaned
    assert "color:red" in cleaned
    for gone in ("script", "onload", "javascript", "t.example", "position", "<form", "<iframe", "<input", "p{}"):
        assert gone not in cleaned
    assert 'href="https://a.example"' in cleaned
    assert 'src="/ours"' in clean_html(html, {}, outside=lambda address: "/ours")


def test_placeholders_are_listed_once_and_in_order():
    assert suggested_replies.placeholders("at {delivery_time}, {name} {delivery_time}") == ["delivery time", "name"]
    assert suggested_replies.placeholders("a { b } {} plain") == []


def test_kept_share_of_a_suggestion_is_between_zero_and_one():
    assert suggested_replies.kept_share("hello there", "hello there") == 1
    assert suggested_replies.kept_share("", "anything") == 0
    assert 0 < suggested_replies.kept_share("hello there", "hello you") < 1


def test_opening_hours_are_grouped_by_equal_days():
    full, half = ((28_800, 86_400),), ((28_800, 46_800),)
    week = (full, full, full, half, (), full, full)  # Monday first
    assert suggested_replies.hours_words(week, "fa") == "شنبه تا چهارشنبه ۰۸:۰۰ تا ۲۴:۰۰، پنج‌شنبه ۰۸:۰۰ تا ۱۳:۰۰"
    assert suggested_replies.hours_words(week, "en") == "Saturday to Wednesday 08:00 to 24:00, Thursday 08:00 to 13:00"


def test_a_reply_prefix_does_not_change_the_direction_of_a_subject():
    assert subject("Re: Fwd: کاسه‌ها") == "<bdi>Re: Fwd:</bdi> کاسه‌ها"
    assert subject("<b>") == "&lt;b&gt;"
    assert subject("Re:") == "Re:"


def test_a_customer_without_a_name_is_shown_by_address():
    assert name_of("", "email:nora@nilgun.example") == "nora@nilgun.example"
    assert name_of(" نرگس ", "email:x") == "نرگس"
    assert face_of("«نرگس»", 7).initial == "ن"
    assert face_of("+989121234567", 7).initial == "", "a number has no letter: the page draws a person"


@pytest.mark.parametrize(
    ("words", "snippet", "shown"),
    [
        ("Do you ship outside Iran?", "Do you ship outside Iran? I am in Lund.", ""),
        ("Do you ship outside…", "Do you ship outside Iran?", ""),
        ("A broken cup", "It arrived in two parts.", "It arrived in two parts."),
        ("", "Hello", "Hello"),
    ],
)
def test_a_row_does_not_repeat_its_subject(words, snippet, shown):
    row = RowView(1, "Sara", face_of("Sara", 1), words, snippet, ChannelMark("chat", "Chat"), "open")
    assert row.preview == shown
