"""Kinds of faults that public bug reports describe, as cases written elsewhere (../shared; required in CI)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "testdata" / "field"

pytestmark = pytest.mark.skipif(
    not (CASES / "check.py").is_file() and not os.environ.get("CI"),
    reason="the cases of the field are not at hand (../shared)",
)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("phone", 18),
        ("telegram", 10),
        ("sla", 10),
        ("mail", 60),
    ],
)
def test_what_others_reported_is_right_here(part: str, wanted: int) -> None:
    command = [
        sys.executable,
        str(CASES / "check.py"),
        str(CASES),
        "--only",
        part,
        "--door",
        f"{sys.executable} run.py",
    ]
    done = subprocess.run(command, cwd=ROOT, timeout=300, capture_output=True, text=True, check=False)
    count = re.search(r"(\d+)/\d+ field cases right", done.stdout)
    assert count is not None, done.stdout + done.stderr
    assert int(count[1]) >= wanted, done.stdout
