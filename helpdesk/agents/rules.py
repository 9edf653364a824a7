"""Rules of accounts: permissions by role, password strength, throttling of sign-in, session expiry. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from helpdesk.errors import Invalid
from helpdesk.errors import gettext_noop as _

Role = Literal["agent", "supervisor", "administrator"]
ROLES: tuple[Role, ...] = ("agent", "supervisor", "administrator")
SHORTEST, LONGEST = 12, 256  # characters of a password
LONGEST_NAME, LONGEST_EMAIL, LONGEST_TEAM = 120, 254, 80
UNNAMED = "Administrator"  # name of the first administrator until they choose one
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # direction marks that would affect the text around a name
HUES = 5

_AGENT = frozenset({"ticket.read", "ticket.write", "suggestion.use", "file.upload", "account.own"})
_SUPERVISOR = _AGENT | {"board.read", "report.read", "quarantine.replay", "faq.edit", "people.read", "outbox.retry"}
_ADMINISTRATOR = _SUPERVISOR | {"people.manage", "team.manage", "status.read", "audit.read", "channel.test"}
MAY: dict[Role, frozenset[str]] = {"agent": _AGENT, "supervisor": _SUPERVISOR, "administrator": _ADMINISTRATOR}


_COMMON = ("password", "passw0rd", "qwerty", "letmein", "welcome", "administrator", "iloveyou", "123456", "111111")


@dataclass(frozen=True, slots=True)
class AgentView:
    """An avatar: a letter on one of a few colours."""

    initial: str
    hue: int
    here: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the desk."""

    id: int
    name: str
    email: str
    role: Role
    language: str | None = None
    theme: str = "system"
    has_password: bool = False

    @property
    def face(self) -> AgentView:
        """Their avatar, the same everywhere."""
        return AgentView(self.name.strip()[:1].upper() or "?", self.id % HUES + 1)

    @property
    def named_by_desk(self) -> bool:
        """Whether the name is a placeholder: the first administrator's, or made from the address."""
        return self.name in (UNNAMED, self.email.partition("@")[0])


def may(person: Person, action: str) -> bool:
    """Whether their role allows an action. Raises ValueError for an unknown action: a typo in the code."""
    if action not in MAY["administrator"]:
        raise ValueError(f"unknown action {action!r}")
    return action in MAY[person.role]


def fold_email(written: str) -> str | None:
    """The normalised email address, or None for an invalid one."""
    folded = written.strip().casefold()
    if len(folded) > LONGEST_EMAIL or not re.fullmatch(
        r"[^@\s<>,;:\"()\[\]\\]+@[^@\s.<>,;:\"()\[\]\\]+(\.[^@\s.<>,;:\"()\[\]\\]+)*", folded
    ):
        return None
    return folded


def parse_email(written: str) -> str:
    """The normalised email address. Raises Invalid."""
    folded = fold_email(written)
    if folded is None:
        raise Invalid("This is not an email address.", "email")
    return folded


def fold_name(written: str) -> str:
    """A normalised name: one line without control characters. Raises Invalid for an empty one."""
    line = " ".join(TURNING.sub("", written).split())
    kept = "".join(item for item in line if unicodedata.category(item) not in ("Cc", "Cs"))[:LONGEST_NAME].strip()
    if not any(item.isalnum() for item in kept):
        raise Invalid("A person needs a name.", "name")
    return kept


def password_problem(password: str, *, name: str, email: str) -> str | None:
    """What is wrong with a new password, in words; None when it is good."""
    if len(password) < SHORTEST:
        return _("This password is too short. Take at least 12 characters.")
    if len(password) > LONGEST:
        return _("This password is too long. Take at most 256 characters.")
    low = password.casefold()
    if len(set(low)) < 5:
        return _("This password repeats the same few characters. Take different ones.")
    if any(low.replace(word, "").strip("0123456789!@#$%._- ") == "" for word in _COMMON):
        return _("This password is one of the first that are guessed. Take another.")
    own = [
        part for part in (email.split("@", maxsplit=1)[0].casefold(), name.casefold().replace(" ", "")) if len(part) > 3
    ]
    if any(part in low.replace(" ", "") and len(low) - len(part) < 6 for part in own):
        return _("This password is made of your name or address. Take another.")
    return None


def rests_until(attempts: Sequence[datetime], *, limit: int, window: timedelta, now: datetime) -> datetime | None:
    """When the next attempt is allowed after failed `attempts`; None: at once.

    A sliding window: at most `limit` attempts in any `window`.
    """
    recent = sorted(attempt for attempt in attempts if attempt > now - window)
    if len(recent) < limit:
        return None
    return recent[-limit] + window


def session_is_over(*, seen_at: datetime, expires_at: datetime, idle: timedelta, now: datetime) -> bool:
    """Whether a session was idle for too long or has reached its end."""
    return now >= expires_at or now >= seen_at + idle


def role(word: str) -> Role:
    """The role of that name. Raises Invalid."""
    for known in ROLES:
        if word == known:
            return known
    raise Invalid("There is no role {role}; there are {roles}.", "role", role=repr(word), roles=", ".join(ROLES))


def fold_extension(text: str) -> str | None:
    """Digits of a telephone's extension in any script; None when there are none, too many, or anything else."""
    plain = "".join(str(unicodedata.digit(character, character)) for character in text.strip())
    return plain if re.fullmatch(r"[0-9]{1,12}", plain) else None
