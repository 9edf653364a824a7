"""Logs: one line an event, for people or for machines. Never message text, never a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

HIDDEN = re.compile(r"pass(word|phrase)|secret|token|cookie|authorization|credential|api_?key|signature", re.IGNORECASE)
PRIVATE = frozenset({"text", "full_text", "html", "body", "subject", "raw", "content", "snippet", "name", "to", "from"})
IN_ADDRESSES = re.compile(r"(://)[^/@\s:]{0,200}:[^/@\s]{0,200}@|(/sign-in/link/|/survey/|bot)[\w:-]{16,}")
MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?=[\w-]{1,63}\.)[\w.-]{1,253}")
PHONE_NUMBER = re.compile(r"(?<![\w.:+-])(?:\+|00?)[1-9]\d{8,13}\b")
STATEMENT_VALUES = re.compile(r"\[parameters: .*")
TOLD = frozenset({"account", "bot", "count", "message_id", "source", "why"})  # what channels tell beside their words
LONGEST = 20_000  # characters of one value
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
NOISY = (
    "alembic",
    "aiohttp.access",
    "asyncio",
    "mail.log",
    "aioimaplib.aioimaplib",
)  # their own words may hold what was written


def set_up(form: Literal["text", "json"], level: str = "info", out: TextIO = sys.stderr) -> None:
    """Send structlog's and the standard library's records to `out`, redacted."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        cache_logger_on_first_use=False,
    )
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # plain: a pretty one would show the values of variables
        mask,
        renderer,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(TOLD), *shared], processors=last
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Values under a name that promises a secret or somebody's words are left out."""
    for key in event:
        if key in PRIVATE or HIDDEN.search(key):
            event[key] = "…"
    return event


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Customers' addresses, passwords and tokens inside of URLs, and values of failed statements are left out.

    In exceptions too: they repeat what a server said.
    """
    for key, value in event.items():
        if isinstance(value, str):
            short = STATEMENT_VALUES.sub("[parameters: …]", value if len(value) <= LONGEST else f"{value[:LONGEST]}…")
            short = PHONE_NUMBER.sub("…", MAIL_ADDRESS.sub("…@…", short))
            event[key] = IN_ADDRESSES.sub(lambda match: (match[1] or match[2]) + "…" + ("@" if match[1] else ""), short)
    return event
