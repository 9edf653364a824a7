"""Every mail of channels/email/samples becomes what its .json says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.contract import Inbound
from channels.email.describe import describe
from channels.email.normalise import normalise
from helpdesk.text import detected_language
from helpdesk.tickets.thanks import is_thanks

SAMPLES = Path(__file__).parents[4] / "channels" / "email" / "samples"
MAILS = sorted(SAMPLES.glob("*.eml"))


def understood(raw: bytes) -> Inbound:
    found = normalise(raw, account="support", own_addresses=["support@example.org"])
    assert isinstance(found, Inbound)
    return found


def told(inbound: Inbound) -> dict[str, Any]:
    """Everything an expectation may name."""
    thread, delivery = inbound.thread, inbound.delivery
    name = inbound.author.name if inbound.author else ""
    return {
        "kind": inbound.kind,
        "author": inbound.author.address if inbound.author else None,
        "author_name": inbound.author.name if inbound.author else None,
        "subject": inbound.subject,
        "text": inbound.text,
        "language": detected_language(inbound.text) or detected_language(inbound.subject),
        "automatic": inbound.automatic,
        "thanks": not inbound.automatic and not inbound.attachments and is_thanks(inbound.text, author=name),
        "target": inbound.target,
        "reply_via": inbound.reply_via,
        "numbers": list(thread.numbers),
        "remote_ids": list(thread.remote_ids),
        "reply_tokens": list(thread.reply_tokens),
        "message_tokens": list(thread.message_tokens),
        "copies": [one.address for one in inbound.copies],
        "attachments": [one.name for one in inbound.attachments],
        "inline": [one.name for one in inbound.attachments if one.inline],
        "state": delivery.state if delivery else None,
        "permanent": delivery.permanent if delivery else None,
        "recipients_of_delivery": list(delivery.recipients) if delivery else [],
    }


def test_there_are_at_least_forty_persian_mails() -> None:
    assert len([path for path in MAILS if path.name.startswith("fa-")]) >= 40


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_sample_is_understood(path: Path) -> None:
    raw = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    inbound = understood(raw)
    if start := expected.pop("external_id_starts", None):
        assert inbound.external_id.startswith(start)
    details = expected.pop("details", {})
    got = told(inbound)
    assert {name: got[name] for name in expected} == expected
    assert {name: inbound.details.get(name) for name in details} == details


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_nothing_that_was_written_is_lost(path: Path) -> None:
    inbound = understood(path.read_bytes())
    full_text = inbound.full_text if inbound.full_text is not None else inbound.text
    assert (
        "".join(inbound.text.split()) in "".join(full_text.split())
        or inbound.full_text is None
        or _in_order(inbound.text, full_text)
    )


def _in_order(part: str, full_text: str) -> bool:
    """Inline answers stand between quotations: each line is there, in its order."""
    place = 0
    for line in part.split("\n"):
        if line.strip():
            place = full_text.find(line.strip(), place)
            if place < 0:
                return False
    return True


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_describe_gives_every_sample_as_json(path: Path) -> None:
    assert json.loads(json.dumps(describe(path.read_bytes())))["flags"]["is_auto"] in (True, False)
