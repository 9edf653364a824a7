from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.dovecot import BINARY, Dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if not Path(BINARY).exists():
        message = "Dovecot is not installed (apt-get install dovecot-imapd dovecot-lmtpd)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def box(dovecot: Dovecot) -> str:
    """The address of a fresh mailbox."""
    return dovecot.user()
