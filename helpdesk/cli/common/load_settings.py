"""Settings for commands: config/helpdesk.toml and the environment; errors end a command with one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from helpdesk.errors import DeskError
from helpdesk.settings import Settings, load

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]
DEFAULT = ROOT / "config" / "helpdesk.toml"
DEMO = ROOT / "demo-data"
Config = Annotated[Path, typer.Option("--config", "-c", help="The settings file.")]


def read(config: Path) -> Settings:
    """The settings. Raises Invalid naming the setting and the file."""
    return load(config, os.environ)


def in_a_sentence(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator: a DeskError ends the command with one sentence and status 1 instead of a traceback."""

    @wraps(function)
    def wrapper(*args: P.args, **kw: P.kwargs) -> T:
        try:
            return function(*args, **kw)
        except DeskError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None

    return wrapper
