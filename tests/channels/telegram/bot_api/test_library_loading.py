"""python-telegram-bot is a large library: it is loaded only where the channel is on."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
import helpdesk.app
from helpdesk.settings import Settings
from helpdesk.settings.enabled_channels import channels_of
channels_of(Settings(channels={{"telegram": {{"enabled": {enabled}}}}}), "test")
print("telegram" in sys.modules)
"""


@pytest.mark.parametrize("enabled", [False, True])
def test_the_library_is_loaded_only_when_the_channel_is_on(enabled: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(enabled=enabled)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(enabled)]
