"""Sign-in secrets of a mailbox: a password, or an OAuth access token for XOAUTH2."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from channels.email.settings import Login, Mailbox, password

COMMAND_SECONDS = 30.0


class NoSecret(Exception):
    """There is nothing to sign in with; the message says what to set."""


async def access_token(login: Login) -> str | None:
    """A fresh token when the server is configured for tokens, else None. Raises `NoSecret`."""
    if login.token_command:
        return await _run(login.token_command)
    if login.token_file:
        try:
            token = login.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NoSecret(f"The token file {login.token_file} can't be read: {error.strerror}.") from error
        if not token:
            raise NoSecret(f"The token file {login.token_file} is empty.")
        return token
    return None


def secret(env: Mapping[str, str], box: Mailbox, *, smtp: bool = False) -> str:
    """The password of a mailbox. Raises `NoSecret`."""
    try:
        value = password(env, box.name, smtp=smtp)
    except OSError as error:
        raise NoSecret(f"The password file of mailbox {box.name} can't be read: {error}.") from error
    if value is None:
        name = "PASOKH_EMAIL_" + "".join(c if c.isalnum() else "_" for c in box.name.upper()) + "_PASSWORD"
        raise NoSecret(f"Mailbox {box.name} has no password: set {name} or {name}_FILE.")
    return value


async def _run(command: list[str]) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise NoSecret(f"The token command {command[0]} can't be run: {error.strerror}.") from error
    try:
        output, _ = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    except BaseException as error:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if isinstance(error, TimeoutError):
            raise NoSecret(
                f"The token command {command[0]} did not answer within {COMMAND_SECONDS:.0f} seconds."
            ) from error
        raise
    token = output.decode("utf-8", "replace").strip()
    if process.returncode or not token:
        raise NoSecret(f"The token command {command[0]} gave no token (exit status {process.returncode}).")
    return token
