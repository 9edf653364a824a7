"""What can go wrong, in words for people. The web and the command line turn these into answers."""

from __future__ import annotations


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the catalogues where it is stored or translated later. Import it as `_`."""
    return sentence


class DeskError(Exception):
    """Something a person asked for that the desk can't do.

    `message` is a sentence of the catalogues with named places (`{number}`), `values` fill them; `str(error)` is the
    English sentence. `field` names the form field or setting it is about.
    """

    def __init__(self, message: str = "", field: str | None = None, **values: object) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.field = field
        self.values = values


class NotFound(DeskError):
    """There is no such thing, or not for you."""


class Conflict(DeskError):
    """Somebody else was faster, or the state has changed since you looked."""


class Forbidden(DeskError):
    """You may not do this."""


class Invalid(DeskError):
    """What was given can't be used."""


class Unavailable(DeskError):
    """The desk's storage is full, busy or away. Nothing was kept; the same thing can work later."""
