"""A sad customer whom nobody can reach: the task says so instead of promising a call."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from channels.contract import Capabilities
from helpdesk.web.inbox.build.reader import Reader

CHANNELS = {
    "webchat": SimpleNamespace(can=Capabilities(reads=True)),
    "email": SimpleNamespace(can=Capabilities(subject=True)),
    "telegram": SimpleNamespace(can=Capabilities()),
}


@pytest.mark.parametrize(
    ("places", "reached"),
    [
        (["webchat:shop:abc"], False),
        (["webchat:shop:abc", "email:sara@customers.example"], True),
        (["webchat:shop:abc", "phone:+989121234567"], True),
        (["telegram:shop:7"], True),
        (["phone:anonymous-3"], False),
        ([], False),
    ],
)
def test_who_left_only_a_chat_is_not_reached_once_gone(places, reached):
    assert Reader.reaches(SimpleNamespace(channels=CHANNELS), places) is reached
