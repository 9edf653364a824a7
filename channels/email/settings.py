"""Settings of `[channels.email]` in config/helpdesk.toml, and where their secrets come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from channels.contract import Channel

Port = Annotated[int, Field(ge=0, le=65535)]
AddressText = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+$")
]


class Strict(BaseModel):
    """A misspelt setting is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Login(Strict):
    """How to sign in to a server. A token command or file means XOAUTH2 instead of a password."""

    host: str
    port: Port
    user: str = ""  # empty: the mailbox's address
    token_command: list[str] = []  # prints an access token
    token_file: Path | None = None  # holds an access token, read at every sign-in
    ca_file: Path | None = None  # further certificates to trust


class Imap(Login):
    """A mailbox that is read. `tls = false` sends the password in the open: only on the machine itself."""

    port: Port = 993
    tls: bool = True
    folder: str = "INBOX"
    after: str = "keep"  # keep | move:Folder | delete
    first: str = "none"  # none | all | since:2026-01-31; what to do with mails already there
    resync_days: int = Field(14, ge=1, le=3650)  # how far back to look when the server renumbers its mails

    @field_validator("after")
    @classmethod
    def _known_after(cls, value: str) -> str:
        if value in ("keep", "delete") or (value.startswith("move:") and value[5:].strip()):
            return value
        raise ValueError('must be "keep", "delete" or "move:Folder"')

    @field_validator("first")
    @classmethod
    def _known_first(cls, value: str) -> str:
        if value in ("all", "none"):
            return value
        if value.startswith("since:"):
            date.fromisoformat(value[6:])
            return value
        raise ValueError('must be "all", "none" or "since:YYYY-MM-DD"')


class Smtp(Login):
    """The server that takes our mails."""

    port: Port = 587
    tls: Literal["none", "starttls", "tls"] = "starttls"
    sign_in: bool = True  # false: the server takes mails from this machine without a password
    connections: int = Field(4, ge=1, le=50)


class Dkim(Strict):
    """Signs outgoing mails here, for those whose mail server does not."""

    selector: str
    key_file: Path
    domain: str = ""  # empty: the domain of the mailbox's address


class Mailbox(Strict):
    """One address people write to. Its name is the account the desk knows it by."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    address: AddressText
    aliases: list[AddressText] = []  # other addresses that arrive here and may be answered from
    display_name: str = ""
    signature: str = ""  # used when the desk gives none
    plus: bool = (
        True  # the mail server delivers support+anything@ to support@; false: answers are known by their headers
    )
    envelope_domain: str = ""  # domain of the bounce address; empty: that of the address
    imap: Imap | None = None
    smtp: Smtp | None = None
    dkim: Dkim | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of this mailbox, the main one first."""
        return (self.address, *self.aliases)

    @property
    def domain(self) -> str:
        """The domain our Message-IDs carry."""
        return self.address.rpartition("@")[2]


class Receiver(Strict):
    """The LMTP/SMTP receiver, for mail servers that deliver to the desk."""

    enabled: bool = False
    protocol: Literal["lmtp", "smtp"] = "lmtp"
    host: str = "127.0.0.1"
    port: Port = 8024
    connections: int = Field(100, ge=1)


class EmailSettings(Channel.Settings):
    """`[channels.email]`."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = False
    mailboxes: list[Mailbox] = Field(default_factory=list)
    receiver: Receiver = Receiver()
    deliver: str = "smtp"  # smtp | folder:PATH (mails are written there as files, for demonstrations)
    size_limit: int = Field(26_214_400, ge=1024)  # bytes of a whole mail
    trusted_authserv: str = ""  # whose Authentication-Results are believed; empty: nobody's
    hostname: str = ""  # how we name ourselves to mail servers; empty: the first mailbox's domain

    @field_validator("deliver")
    @classmethod
    def _known_delivery(cls, value: str) -> str:
        if value == "smtp" or (value.startswith("folder:") and value[7:].strip()):
            return value
        raise ValueError('must be "smtp" or "folder:PATH"')

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        names = [box.name for box in self.mailboxes]
        places = [address for box in self.mailboxes for address in box.addresses]
        for what, values in (("name", names), ("address", places)):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"two mailboxes have the same {what}: {', '.join(twice)}")
        return self

    @property
    def name_of_host(self) -> str:
        """How we name ourselves to other mail servers."""
        return self.hostname or (self.mailboxes[0].domain if self.mailboxes else "localhost")

    @property
    def folder(self) -> Path | None:
        """Where outgoing mails are written instead of being sent, or None."""
        return Path(self.deliver[7:].strip()) if self.deliver.startswith("folder:") else None

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox of that name. Raises KeyError."""
        for box in self.mailboxes:
            if box.name == name:
                return box
        raise KeyError(name)

    def owner(self, address: str) -> Mailbox | None:
        """The mailbox an address belongs to, also in its plus forms; None when it is not ours."""
        forms = (address.strip().lower(), bare(address))
        return next((box for form in forms for box in self.mailboxes if form in box.addresses), None)


def bare(address: str) -> str:
    """`Support+x@Example.org` -> `support@example.org`."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def password(env: Mapping[str, str], mailbox: str, *, smtp: bool = False) -> str | None:
    """The password of a mailbox: `PASOKH_EMAIL_<NAME>_PASSWORD`, or the content of `…_PASSWORD_FILE`.

    For sending, `PASOKH_EMAIL_<NAME>_SMTP_PASSWORD` goes first. None when nothing is set; raises
    OSError when the file can't be read.
    """
    stem = "PASOKH_EMAIL_" + re.sub(r"[^A-Z0-9]", "_", mailbox.upper())
    for name in (f"{stem}_SMTP_PASSWORD", f"{stem}_PASSWORD") if smtp else (f"{stem}_PASSWORD",):
        if env.get(name):
            return env[name]
        if env.get(f"{name}_FILE"):
            return Path(env[f"{name}_FILE"]).read_text(encoding="utf-8").rstrip("\r\n")
    return None
