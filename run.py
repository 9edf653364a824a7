#!/usr/bin/env python3
"""The one door of the desk: `python run.py --help` tells what it can do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the command line, or say how the desk is set up when its packages are missing."""
    os.umask(0o077)  # what the desk writes is its user's alone: database, files, key, backups
    sys.path.insert(0, str(HERE))
    try:
        from helpdesk.cli import app
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"helpdesk", "channels"}:
            raise
        sys.exit(f"The package {error.name!r} is not here. Run `make run` once, or use .venv/bin/python run.py.")
    app()


if __name__ == "__main__":
    main()
