"""Bounce parsing: which message failed, for which recipients, and whether for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from channels.email.facts import flufl_bounce
from channels.email.mime.headers import LONGEST, unfold
from channels.email.mime.parse_mail import Mail

Kind = Literal["hard", "soft"]

_SENDER = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post_?master|mdaemon|bounces?|mail[-_ ]?(?:delivery|server|system))\b",
    re.IGNORECASE,
)
_SENDER_NAME = re.compile(
    r"mail delivery|mailer.?daemon|postmaster|delivery subsystem|mail administrator|سامانه ایمیل", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"^\W*+(?:undeliver|undelivered|delivery (?:status|failure|has failed|delayed|problem|notification|incomplete)|mail delivery"
    r"|returned (?:mail|to sender|message)|(?:mail|message) (?:delivery )?(?:failure|failed|delayed|returned|status|system error|undeliverable)"
    r"|failure (?:notice|delivery|de livraison)|non.?remis|unzustellbar|nicht zustellbar|failed (?:delivery|mail)|could not (?:send|deliver)"
    r"|(?:your )?(?:mail|message|e-mail) (?:to|could|was|has|not)\b.*(?:not|fail|deliver|return)|warning: (?:could not|message)|unable to deliver"
    r"|nondeliver|non.?deliver|no se (?:ha )?(?:puede|podido) entregar|mancata consegna|retorno de correo|error de entrega|échec de (?:la )?remise"
    r"|notificaci[óo]n de (?:estado|fallo)|недоставлен|не доставлен|недоставка|配信|退信|系统退信|عدم تحویل|برگشت (?:ایمیل|نامه|خورد)|تحویل (?:داده )?نشد"
    r"|bounce|permanent (?:delivery )?(?:failure|error)|transient|delayed mail|address (?:error|unknown)|unknown (?:user|address)|user unknown|rejected|error sending)",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(
    r"undeliver(?:ed|able) (?:mail|message|e-?mail|:)|deliver(?:y|ing)? (?:has )?(?:failed|failure|problem|error)|delivery status notification|failure notice|non remis|returned (?:mail|to sender)|mail delivery|message delayed"
    r"|(?:mail|message) (?:system error|undeliverable|delivery|delayed)|unzustellbar|nicht zustellbar|could not be delivered|недоставлен|عدم تحویل|ایمیل برگشتی|تحویل داده نشد",
    re.IGNORECASE,
)
_ADDRESS = r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8}+"
_BOUNCE_ADDRESS = re.compile(r"[-+_.](?:bounces?|b\.[a-z0-9]{8,64})(?:[+-][^@\s]{1,100})?@", re.IGNORECASE)
_RETURNED_TEXT = re.compile(r"^(?:Received|Message-ID|Return-Path):", re.IGNORECASE | re.MULTILINE)
_ANY_ADDRESS = re.compile(_ADDRESS)
_STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_HINTS = ("deliver", "returned", "unknown", "no such", "mailbox", "failed", "rejected", "delivr", "zustell", "entreg")
_STATUS_OR_CODE = re.compile(r"\b5\.\d\.\d{1,3}\b|\b55[0-4]\b")
_FIELD = re.compile(r"^([!-9;-~]{1,60}+)[ \t]*+:[ \t]*+(.*+(?:\n[ \t]++.*+)*+)", re.MULTILINE)
_RETURNED_FIELDS = {
    name: re.compile(rf"^{name}[ \t]*+:(.*+(?:\n[ \t]++.*+)*+)", re.MULTILINE | re.IGNORECASE)
    for name in ("message-id", "references", "subject", "to")
}
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_ARRIVED = re.compile(r"^Action[ \t]*:[ \t]*(?:delivered|relayed|expanded)", re.IGNORECASE | re.MULTILINE)
_THROWN_AWAY = re.compile(r";\s*(?:deleted|denied|failed|rejected|dispatched/(?:error|failed))", re.IGNORECASE)
_STILL_TRYING = re.compile(
    r"still (?:being retried|trying)|will (?:be retried|keep trying|try again|continue to)|has been delayed|temporar|not yet been delivered|warning message only",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"user unknown|unknown user|no such|not exist|does not|mailbox|rejected|refused|55\d[ -]|unrouteable|unknown|disabled|full",
    re.IGNORECASE,
)
LINES_BELOW, LONGEST_LINE = 2, 200  # where the reason stands that is given for an address


_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient", "x-original-recipient")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of a mail of ours. `given_up`: it will not arrive; `hard`: the address is dead."""

    kind: Kind
    recipients: Sequence[str] = ()
    reason: str = ""
    status: str = ""
    given_up: bool = True


def understand(mail: Mail) -> Bounce | None:
    """The bounce a mail is, or None."""
    if mail.reports:
        from_report = _from_report(mail)
        if from_report is not None or _ARRIVED.search("\n".join(mail.reports)):
            return from_report
    if mail.report_type == "disposition-notification" and (thrown := _from_disposition(mail)):
        return thrown
    if mail.report_type and mail.report_type != "delivery-status":
        return None
    if "x-failed-recipients" in mail.fields:
        people = _ANY_ADDRESS.findall(unfold(mail.fields["x-failed-recipients"][0]))
        text = mail.text or mail.html or ""
        return Bounce(_kind_of(text), _unique(people), _excerpt(text), given_up=_given_up(text))
    if not _suspicious(mail):
        return None
    return _from_words(mail)


def _robot(mail: Mail) -> bool:
    name, address = mail.sender
    return bool(
        mail.report_type == "delivery-status"
        or _SENDER.match(address)
        or (name and _SENDER_NAME.search(name))
        or mail.field("return-path") in ("<>", "<MAILER-DAEMON>")
        or _BOUNCE_ADDRESS.search(_recipients(mail))
    )


def _recipients(mail: Mail) -> str:
    names = ("to", "delivered-to", "x-original-to", "envelope-to")
    return " ".join(value[:LONGEST] for name in names for value in mail.fields.get(name, ())[:20])


def _suspicious(mail: Mail) -> bool:
    """Whether a mail looks enough like a bounce to search it."""
    name, address = mail.sender
    if mail.report_type == "delivery-status" or _SENDER.match(address) or (name and _SENDER_NAME.search(name)):
        return True
    path = mail.fields.get("return-path")
    if path and path[0].strip() == "<>" and not mail.field("auto-submitted").lower().startswith("auto-replied"):
        return True
    if "from" not in mail.fields or _BOUNCE_ADDRESS.search(_recipients(mail)):
        return not mail.field("auto-submitted").lower().startswith("auto-replied")
    answers = mail.in_reply_to or mail.references or "x-mailer" in mail.fields or "user-agent" in mail.fields
    return not answers and (_SAYS_SO.search(mail.subject) is not None or _returns_a_mail(mail.text))


def _returns_a_mail(text: str) -> bool:
    """Whether a text speaks of a delivery and bears the header of a mail that came back."""
    head = text[:2_000].lower()
    return any(hint in head for hint in _HINTS) and _RETURNED_TEXT.search(text, 0, 20_000) is not None


# --- the report for programs ----------------------------------------------------------------------


def _from_report(mail: Mail) -> Bounce | None:
    failed: list[str] = []
    waiting: list[str] = []
    statuses: list[str] = []
    reasons: list[str] = []
    for block in _blocks(mail.reports):
        action = block.get("action", "").split("(")[0].strip().lower()
        status = _STATUS.search(block.get("status", "")) or _STATUS.search(block.get("diagnostic-code", ""))
        code = status[0] if status else ""
        who = _recipient(block)
        if (
            not (action or code)
            or action in ("delivered", "relayed", "expanded")
            or (not action and code.startswith("2"))
        ):
            continue
        (waiting if action == "delayed" else failed).append(who)
        statuses.append(code)
        reasons.append(
            unfold(block.get("diagnostic-code", "")).partition(";")[2].strip()
            or unfold(block.get("diagnostic-code", ""))
        )
    if not failed and not waiting:
        return None
    given_up = bool(failed)
    soft = not given_up or (bool(statuses) and all(code.startswith("4") for code in statuses))
    people = _unique(failed or waiting) or _unique(_ANY_ADDRESS.findall(mail.text[:4000]))[:1]
    reason = next((reason for reason in reasons if reason), "") or _excerpt(mail.text)
    return Bounce("soft" if soft else "hard", people, reason[:500], next(filter(None, statuses), ""), given_up)


def _blocks(reports: Iterable[str]) -> Iterable[dict[str, str]]:
    for report in reports:
        for block in _BLANK_LINE.split(report.replace("\r\n", "\n").replace("\r", "\n")):
            fields: dict[str, str] = {}
            for name, value in _FIELD.findall(block):
                fields.setdefault(name.lower(), value.strip())
            if fields:
                yield fields


def _recipient(block: dict[str, str]) -> str:
    for name in _RECIPIENT_FIELDS:
        value = block.get(name, "")
        if inside := _ANY_ADDRESS.search(value):
            return inside[0]
    for name in _RECIPIENT_FIELDS:  # an odd one is still somebody: nobody named means the addressee
        odd = unfold(block.get(name, "")).rpartition(";")[2].strip("<> ")
        if "@" in odd and len(odd) < 320 and not odd.count(" "):
            return odd
    return ""


def _from_disposition(mail: Mail) -> Bounce | None:
    """A disposition notification for a mail that was accepted and thrown away."""
    for block in _blocks(mail.reports):
        disposition = block.get("disposition", "").lower()
        if disposition.startswith("automatic-action") and _THROWN_AWAY.search(disposition):
            return Bounce("hard", _unique([_recipient(block)]), _excerpt(mail.text))
    return None


# --- the words for people -------------------------------------------------------------------------


def _from_words(mail: Mail) -> Bounce | None:
    temporary, permanent = flufl_bounce.failures(mail.message)
    text = mail.text or mail.html or ""
    returns = _returns_a_mail(text)
    if (permanent or temporary) and (_robot(mail) or returns or _SAYS_SO.search(mail.subject)):
        kind: Kind = "hard" if permanent else "soft"
        return Bounce(
            kind, _unique([*permanent, *temporary]), _excerpt(text), given_up=bool(permanent) or _given_up(text)
        )
    if not _robot(mail) and not (returns and _STATUS_OR_CODE.search(text)):
        return None  # a person may well write about mails that do not arrive
    people = _refused_addresses(text[:8000])
    returned = [address for part in mail.returned for address in _ANY_ADDRESS.findall(_header(part, "to"))]
    if not people and not (returned and mail.report_type) and not _surely(mail):
        return None
    kind = _kind_of(text)
    recipients = people or returned or _ANY_ADDRESS.findall(text[:4000])[:1]
    return Bounce(kind, _unique(recipients), _excerpt(text), given_up=kind == "hard" or _given_up(text))


def _refused_addresses(text: str) -> list[str]:
    """The addresses followed by a word of refusal, on their line or one of the two below."""
    refused: list[str] = []
    end = 0
    for address in _ANY_ADDRESS.finditer(text):
        if address.start() < end:
            continue  # named on the way to a reason for the one before
        stop = address.end()
        for _ in range(LINES_BELOW + 1):
            line = text.find("\n", stop, stop + LONGEST_LINE + 1)
            stop = line + 1 if line >= 0 else stop + LONGEST_LINE
            if line < 0:
                break
        if reason := _REFUSED.search(text, address.end(), stop):
            refused.append(address[0])
            end = reason.end()
    return refused


def _surely(mail: Mail) -> bool:
    robot = _SENDER.match(mail.sender[1]) or "from" not in mail.fields or mail.report_type == "delivery-status"
    return bool(robot) and bool(_SUBJECT.match(mail.subject) or _SAYS_SO.search(mail.subject))


def _kind_of(text: str) -> Kind:
    head = text[:6000]
    status = _STATUS.search(head)
    if status:
        return "soft" if status[1] == "4" else "hard"
    return "soft" if _STILL_TRYING.search(head) else "hard"


def _given_up(text: str) -> bool:
    return _STILL_TRYING.search(text[:6000]) is None


def _header(part: str, name: str) -> str:
    match = _RETURNED_FIELDS[name].search(part)
    return match[1] if match else ""


def returned_header(mail: Mail, name: str) -> str:
    """A header of our own mail that came back inside the bounce, "" when there is none."""
    for part in (*mail.returned, mail.text[-20_000:]):
        if value := _header(part.replace("\r\n", "\n"), name).strip():
            return unfold(value)
    return ""


def _excerpt(text: str) -> str:
    return " ".join(text[:600].split())[:300]


def _unique(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(address.strip("<>.,;: ").lower() for address in addresses if address))
