"""Rules of accounts: permissions, password strength, throttling, session expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.agents import rules
from helpdesk.agents.hashing import Passwords, new_token, token_hash
from helpdesk.agents.rules import Person

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


def somebody(role: rules.Role = "agent", name: str = "Sara Ahmadi") -> Person:
    return Person(7, name, "sara@desk.example", role)


def test_permissions_grow_from_agent_to_supervisor_to_administrator():
    assert rules.MAY["agent"] < rules.MAY["supervisor"] < rules.MAY["administrator"]


def test_an_agent_answers_tickets_and_cannot_manage_people():
    assert rules.may(somebody(), "ticket.write")
    assert not rules.may(somebody(), "people.manage")
    assert not rules.may(somebody("supervisor"), "people.manage")
    assert rules.may(somebody("administrator"), "people.manage")


def test_a_misspelt_action_is_an_error_and_not_a_refusal():
    with pytest.raises(ValueError, match="unknown action"):
        rules.may(somebody("administrator"), "people.mange")


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "short"),
        ("a" * 300, "long"),
        ("aaaaaaaaaaaaaa", "repeats"),
        ("password123456", "guessed"),
        ("sara@desk1234", None),
        ("SaraAhmadi2026", "name"),
        ("correct horse battery", None),
        ("گنجشکک اشی مشی", None),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, word):
    problem = rules.password_problem(password, name="Sara Ahmadi", email="sara@desk.example")
    assert (problem is None) if word is None else (problem is not None and word in problem)


def test_an_account_is_throttled_until_the_oldest_attempt_leaves_the_window():
    tries = [NOON - timedelta(minutes=each) for each in (14, 9, 5, 2, 1)]
    assert rules.rests_until(tries[1:], limit=5, window=WINDOW, now=NOON) is None
    assert rules.rests_until(tries, limit=5, window=WINDOW, now=NOON) == NOON + timedelta(minutes=1)


@given(st.lists(st.integers(0, 3600), max_size=30), st.integers(1, 6))
def test_no_window_contains_more_attempts_than_the_limit(seconds, limit):
    allowed: list[datetime] = []
    for second in sorted(seconds):
        at = NOON + timedelta(seconds=second)
        if rules.rests_until(allowed, limit=limit, window=WINDOW, now=at) is None:
            allowed.append(at)
    for each in allowed:
        assert sum(each - WINDOW < other <= each for other in allowed) <= limit


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=30), st.integers(1, 6))
def test_throttling_ends_at_the_announced_time(seconds, limit):
    tries = [NOON + timedelta(seconds=each) for each in seconds]
    now = max(tries)
    until = rules.rests_until(tries, limit=limit, window=WINDOW, now=now)
    if until is not None:
        assert now < until <= now + WINDOW
        assert rules.rests_until(tries, limit=limit, window=WINDOW, now=until) is None


def test_a_session_expires_when_idle_and_at_its_absolute_end():
    idle = timedelta(hours=1)
    over = rules.session_is_over
    assert not over(seen_at=NOON, expires_at=NOON + timedelta(days=1), idle=idle, now=NOON + timedelta(minutes=59))
    assert over(seen_at=NOON, expires_at=NOON + timedelta(days=1), idle=idle, now=NOON + idle)
    assert over(seen_at=NOON, expires_at=NOON, idle=idle, now=NOON)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        (" Sara@Desk.Example ", "sara@desk.example"),
        ("no address", None),
        ("two@at@signs", None),
        ("a@b\nBcc: c@d", None),
        ("@desk.example", None),
        ("sara@", None),
        ("x" * 260 + "@a.b", None),
        ("علی@desk.example", "علی@desk.example"),
    ],
)
def test_an_email_address_is_normalised_or_refused(written, folded):
    assert rules.fold_email(written) == folded


def test_a_token_has_192_bits_and_only_its_hash_is_stored():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(each) == 32 for each in tokens)
    assert all(each not in token_hash(each) for each in tokens)


def test_passwords_are_hashed_with_argon2id_and_a_missing_hash_matches_none():
    passwords = Passwords(memory_kib=8, passes=1)
    stored = passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert passwords.right(stored, "correct horse battery")
    assert not passwords.right(stored, "correct horse")
    assert not passwords.right(None, "correct horse battery")
    assert not passwords.right("not a hash", "correct horse battery")
    assert Passwords(memory_kib=16, passes=1).outdated(stored)
