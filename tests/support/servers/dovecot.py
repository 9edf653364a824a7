"""A private Dovecot on the loopback: IMAP (plain and TLS) and LMTP, run without root."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import imaplib
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

BINARY = "/usr/sbin/dovecot"
PASSWORD = "let-me-in"
TOKEN_KEY = b"a key only this test server knows"
START_SECONDS = 20.0

CONFIG = """
protocols = imap lmtp
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 0
mail_fsync = never
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service imap {{
  process_min_avail = 1
  service_count = 0
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@desk.example
}}
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = sub
"""


class Dovecot:
    """The server: started once, used by many tests, each with its own mailboxes."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
        self.imap, self.imaps, self.lmtp = _free_ports(3)
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._write()

    @property
    def ca_file(self) -> Path:
        """The certificate of its TLS port."""
        return self.home / "cert.pem"

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with (self.home / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [BINARY, "-F", "-c", str(self.home / "dovecot.conf")],
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._as_owner(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.imap, b"* OK"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self.home / "log"
                raise RuntimeError(
                    "Dovecot did not start: "
                    + (log.read_text() if log.exists() else "")
                    + (self.home / "output").read_text()
                )
            time.sleep(0.01)

    def stop(self) -> None:
        """End it, with every connection."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # its own session: nothing else is in that group
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def user(self) -> str:
        """The address of a fresh mailbox."""
        return f"box{next(self._numbers)}@desk.example"

    @contextlib.contextmanager
    def client(self, user: str, folder: str | None = None) -> Iterator[imaplib.IMAP4]:
        """An IMAP client of the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=10)
        try:
            client.login(user, PASSWORD)
            if folder:
                client.select(f'"{folder}"')
            yield client
        finally:
            client.shutdown()

    def put(self, user: str, *mails: bytes, folder: str = "INBOX", when: datetime | None = None) -> None:
        """Append mails to a mailbox."""
        with self.client(user) as client:
            if folder != "INBOX":
                client.create(f'"{folder}"')
            for mail in mails:
                status, answer = client.append(f'"{folder}"', "", imaplib.Time2Internaldate(when) if when else "", mail)
                assert status == "OK", answer

    def pour(self, user: str, mails: Iterable[bytes]) -> None:
        """Write thousands of mails into a fresh mailbox as files, in order."""
        root = self.home / "mail" / user
        folder = root / "Maildir" / "new"
        for name in ("new", "cur", "tmp"):
            (root / "Maildir" / name).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            (folder / f"{1_700_000_000 + number}.M{number}.test").write_bytes(mail)
        for path in (root, *root.rglob("*")):
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of every mail."""
        with self.client(user, folder) as client:
            _, lines = client.fetch("1:*", "(FLAGS)")
            return [line.decode() for line in lines if isinstance(line, bytes)]

    def subjects(self, user: str, folder: str = "INBOX") -> list[str]:
        """The subjects in a folder, in its order; empty when there is no such folder."""
        with self.client(user) as client:
            status, count = client.select(f'"{folder}"')
            if status != "OK" or count[0] in (None, b"0"):
                return []
            _, parts = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            return [part[1].decode().removeprefix("Subject:").strip() for part in parts if isinstance(part, tuple)]

    def token(self, user: str, *, key: bytes = TOKEN_KEY) -> str:
        """A valid OAuth access token (a JSON Web Token signed with the server's key)."""
        head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
        body = {"sub": user, "iat": int(time.time()) - 60, "exp": int(time.time()) + 3600}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (head, body))
        return (signed + b"." + _base64url(hmac.new(key, signed, hashlib.sha256).digest())).decode()

    def _write(self) -> None:
        owner = self._owner
        group = subprocess.run(["id", "-gn", owner.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        values = {"home": self.home, "user": owner.pw_name, "group": group, "uid": owner.pw_uid, "gid": owner.pw_gid}
        ports = {"imap": self.imap, "imaps": self.imaps, "lmtp": self.lmtp, "password": PASSWORD}
        (self.home / "dovecot.conf").write_text(CONFIG.format(**values, **ports))
        (self.home / "oauth2.conf").write_text(OAUTH2.format(home=self.home))
        keys = self.home / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(TOKEN_KEY).decode())
        for name in ("mail", "run", "state"):
            (self.home / name).mkdir()
        make_certificate(self.home)
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _as_owner(self) -> dict[str, Any]:
        if os.getuid() != 0:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1, valid for a day: `cert.pem` and `key.pem`."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _answers(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(100).startswith(greeting)
    except OSError:
        return False


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
