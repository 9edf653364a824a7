"""Token buckets, with the time passed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.toolkit.rate_limit import MAX_KEYS, WAIT_WITHOUT_RATE, KeyedBuckets, TokenBucket


@given(st.lists(st.floats(0.01, 5), max_size=80))
def test_a_bucket_never_gives_more_than_the_burst_and_the_rate(steps):
    bucket, now, acquired = TokenBucket(5, 2.0), 1.0, 0
    for step in steps:
        now += step
        acquired += bucket.try_acquire(now) == 0
    assert acquired <= 5 + (now - 1.0) * 2 + 1e-6


def test_a_refused_attempt_costs_no_token():
    bucket = TokenBucket(1, 0.5)
    assert [bucket.try_acquire(0.0) for _ in range(3)] == [0.0, 2.0, 2.0]
    assert bucket.try_acquire(2.0) == 0.0


def test_reserved_tokens_are_waited_for_one_after_the_other():
    bucket = TokenBucket(2, 1.0)
    assert [bucket.reserve(0.0) for _ in range(4)] == [0.0, 0.0, 1.0, 2.0]
    assert bucket.reserve(10.0) == 0.0


def test_asking_for_the_wait_costs_no_token():
    bucket = TokenBucket(1, 1.0)
    assert [bucket.wait_time(0.0) for _ in range(3)] == [0.0] * 3
    bucket.reserve(0.0)
    assert bucket.wait_time(0.25) == pytest.approx(0.75)


def test_a_bucket_without_a_rate_never_fills():
    bucket = TokenBucket(1, 0.0)
    assert (bucket.try_acquire(0.0), bucket.try_acquire(9e9)) == (0.0, WAIT_WITHOUT_RATE)


def test_a_clock_that_goes_back_gives_nothing():
    bucket = TokenBucket(1, 1.0)
    bucket.reserve(10.0)
    assert bucket.try_acquire(5.0) == 1.0


def test_keys_do_not_share_and_full_buckets_are_forgotten():
    buckets = KeyedBuckets(1, 1.0)
    for number in range(MAX_KEYS + 2):
        assert buckets.try_acquire(f"{number}", 1.0) == 0.0
    assert buckets.try_acquire("5", 1.0) > 0
    buckets.try_acquire("later", 100.0)
    assert len(buckets) == 1
