"""`run.py mail send`: a test mail to a running desk over its LMTP receiver, as a customer would write it."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated, Any

import typer

from helpdesk.cli.common.load_settings import DEFAULT, Config, in_a_sentence, read
from helpdesk.clock import now
from helpdesk.errors import Invalid

DEMO_PORT, LMTP_PORT = 8025, 8024
LONGEST = 10  # seconds


@dataclass(frozen=True, slots=True)
class Door:
    """An LMTP or SMTP receiver on this machine, and the recipient address."""

    to: str
    port: int
    lmtp: bool = False


@in_a_sentence
def send_command(
    text: Annotated[str, typer.Argument(help="What the customer writes.")],
    sender: Annotated[str, typer.Option("--from", help="The customer's address.")] = "somebody@customers.example",
    name: Annotated[str, typer.Option("--name", help="The customer's name.")] = "",
    to: Annotated[
        str | None, typer.Option("--to", help="Our address; else that of the first mailbox, else the demo's.")
    ] = None,
    subject: Annotated[str, typer.Option("--subject")] = "",
    port: Annotated[
        int | None,
        typer.Option("--port", help="The desk's mail door; else the receiver's of the settings, or the demo's."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The desk is the demo that runs here.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Send the desk a test mail through its own mail receiver on this machine."""
    from helpdesk.demo.demo_mails import letter

    door = door_of({} if demo else read(config).channels.get("email", {}), to=to, port=port)
    mail = letter(name=name, address=sender, to=door.to, subject=subject or text[:60], text=text, at=now())
    asyncio.run(hand_over(mail, door))
    typer.echo(f"Taken in for {door.to}.")


def door_of(email: Mapping[str, Any], *, to: str | None, port: int | None) -> Door:
    """The receiver configured in the settings, or the demo's."""
    from helpdesk.demo.story_script import SUPPORT

    receiver = email.get("receiver", {})
    own = int(receiver.get("port", LMTP_PORT))
    if not email.get("enabled") or not receiver.get("enabled") or port not in (None, own):
        return Door(to or SUPPORT, port or DEMO_PORT)
    boxes = [str(mailbox["address"]) for mailbox in email.get("mailboxes", ()) if "address" in mailbox]
    if not to and not boxes:
        raise Invalid("No mailbox is set up under [channels.email], so there is nobody to write to: say --to.")
    return Door(to or boxes[0], own, lmtp=receiver.get("protocol", "lmtp") == "lmtp")


async def hand_over(mail: EmailMessage, door: Door) -> None:
    """Deliver a mail. Raises Invalid with the server's answer when it is refused."""
    import aiosmtplib

    from helpdesk.demo.demo_mails import deliver

    try:
        if door.lmtp:
            await asyncio.to_thread(_by_lmtp, mail, door)
        else:
            await deliver(mail, to=door.to, port=door.port)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusals = "; ".join(f"{recipient.code} {recipient.message}" for recipient in error.recipients)
        raise Invalid(f"The desk does not take mail for {door.to}: {refusals}. Name another address by --to.") from None
    except smtplib.SMTPRecipientsRefused as error:
        refusals = "; ".join(f"{code} {words.decode(errors='replace')}" for code, words in error.recipients.values())
        raise Invalid(f"The desk does not take mail for {door.to}: {refusals}. Name another address by --to.") from None
    except (aiosmtplib.SMTPResponseException, smtplib.SMTPResponseException) as error:
        refusals = f"{getattr(error, 'code', '') or getattr(error, 'smtp_code', '')}"
        raise Invalid(f"The desk did not take the mail: {refusals} {_words(error)}".rstrip() + ".") from None
    except (OSError, aiosmtplib.SMTPException) as error:
        why = str(error).rstrip(".") or type(error).__name__
        raise Invalid(
            f"The desk's mail door does not answer on port {door.port}: {why}. Is the desk running?"
        ) from None


def _words(error: Exception) -> str:
    message = getattr(error, "message", None) or getattr(error, "smtp_error", "")
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)


def _by_lmtp(mail: EmailMessage, door: Door) -> None:
    with smtplib.LMTP("127.0.0.1", door.port, timeout=LONGEST) as line:
        line.sendmail("customer@customers.example", [door.to], mail.as_bytes())
