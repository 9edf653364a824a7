"""No expression over a stranger's text takes time that grows faster than the text."""

from __future__ import annotations

import re

import pytest

from tests.support.growth.attacks import attacks, grown
from tests.support.growth.measure import growth
from tests.support.growth.used_patterns import Use, uses

OURS = ("helpdesk.settings", "helpdesk.cli", "helpdesk.demo", "helpdesk.database.migrations")  # see no stranger's text
PARTS = 4


def every_use() -> list[Use]:
    return list({(use.pattern, use.method): use for use in uses(("channels", "helpdesk"), without=OURS)}.values())


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_expression_takes_longer_than_its_text_grows(part: int) -> None:
    slow = []
    for use in every_use()[part::PARTS]:
        for seed in attacks(use.pattern):
            if times := growth(use.run, lambda size, seed=seed: grown(seed, size)):  # type: ignore[misc]
                slow.append(f"{use.where}: {times:.0f} times as long for 8 times as much of {seed!r:.80}")
                break
    assert not slow, "\n".join(slow)


def test_every_channel_has_expressions_that_are_measured() -> None:
    measured = {use.where.split(":")[0].split(".")[1] for use in every_use() if use.where.startswith("channels.")}
    assert measured >= {"email", "telegram", "webchat", "phone"}


@pytest.mark.parametrize(
    "known",
    [r'[;\s]*([^\s=;"]{1,80})\s*=', r"[-_=*—–─]{2,}\s*(?:original)\s*[-_=*—–─]{2,}", r"\s+\n", r"\S+@\S+", r"^\s*(?:a|b|c)\s*:?\s*$"],
)  # fmt: skip
def test_expressions_that_froze_the_desk_are_recognised(known: str) -> None:
    use = Use("known", re.compile(known), "match" if known.startswith("^") else "findall")
    assert any(growth(use.run, lambda size, seed=seed: grown(seed, size)) for seed in attacks(use.pattern))  # type: ignore[misc]
