"""Cache of rendered timeline entries: equal view models give the same HTML for every reader.

What contains a form (its token is the reader's own) or a relative time is rendered anew every time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

MOST = 4000  # cached entries per language
LONGEST = 30_000  # characters of a cached entry
PASSING = frozenset({"queued", "failed", "uncertain"})


class FragmentCache:
    """Renders and caches entries in one language."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._macro: Callable[..., Markup] | None = None
        self._kept: OrderedDict[Any, Markup] = OrderedDict()

    def __call__(self, entry: Any, number: int, csrf: str, now: datetime) -> Markup:
        """The line of an `EntryView`."""
        if _personal(entry):
            return self._draw(entry, number, csrf, now)
        cached = self._kept.get(entry)
        if cached is None:
            cached = self._draw(entry, number, csrf, now)
            if len(cached) <= LONGEST:
                self._kept[entry] = cached
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return cached

    def _draw(self, entry: Any, number: int, csrf: str, now: datetime) -> Markup:
        if self._macro is None:
            self._macro = self._environment.get_template("inbox/_entry.html").module.entry_line  # type: ignore[attr-defined]
        return self._macro(entry, number, csrf, now)


def _personal(entry: Any) -> bool:
    delivery, call = entry.delivery, entry.call
    passing = delivery is not None and delivery.state in PASSING
    return passing or (call is not None and call.rings)
