"""The private names of aioimaplib that the mailbox reader relies on, see docs/decisions/0023."""

from __future__ import annotations

import inspect
import tomllib

import aioimaplib
from aioimaplib import aioimaplib as inner

from tests.architecture.source_files import ROOT


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_the_methods_we_override_take_what_they_took():
    protocol = inner.IMAP4ClientProtocol
    assert parameters(protocol._handle_responses) == ["self", "data", "line_handler", "current_cmd"]
    assert parameters(protocol._handle_line) == ["self", "line", "current_cmd"]
    assert parameters(protocol._continuation) == ["self", "line"]


def test_the_names_we_read_are_there():
    assert all(hasattr(inner, name) for name in ("CRLF", "Command", "IncompleteRead", "literal_data_re"))
    source = inspect.getsource(aioimaplib.IMAP4)
    assert "self._client_task" in source
    assert "self._idle_waiter" in source


def test_a_newer_library_is_taken_on_purpose_alone():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert "aioimaplib>=2.0.3,<2.1" in wanted
