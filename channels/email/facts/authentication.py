"""Authentication-Results: SPF, DKIM and DMARC verdicts, trusted only from the configured server."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.contract import Authentication
from channels.email.mime.headers import unfold
from channels.email.mime.parse_mail import Mail

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"(?:^|[;\s])(spf|dkim|dmarc|arc)\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_FAILED = {"fail", "softfail", "permerror", "policy", "reject"}


def authentication_results(mail: Mail, trusted: Sequence[str]) -> dict[str, str]:
    """{"spf": "pass", "dkim": …, "dmarc": …} from the topmost field of a trusted server; {} when there is none.

    Anybody can write such a field; the server's own stands above those that came with the mail.
    """
    names = {name.strip().lower() for name in trusted if name.strip()}
    if not names:
        return {}
    for value in mail.fields.get("authentication-results", ())[:20]:
        plain = _COMMENT.sub(" ", unfold(value))
        server, _, rest = plain.partition(";")
        if (server.split() or [""])[0].lower() not in names:
            continue
        verdicts: dict[str, str] = {}
        for method, verdict in _RESULT.findall(rest):
            method, verdict = method.lower(), verdict.lower()
            if method not in verdicts or verdict == "pass":
                verdicts[method] = verdict
        return verdicts
    return {}


def verdict(verdicts: dict[str, str]) -> Authentication:
    """Whether the checks vouch for the address in From: only `dmarc` does, an unaligned pass proves another domain."""
    if warning(verdicts) is not None:
        return "failed"
    return "passed" if verdicts.get("dmarc") == "pass" else "unknown"


def warning(verdicts: dict[str, str]) -> str | None:
    """Which checks failed, as `dmarc`, `spf+dkim`, …; None when the sender may be whom they say."""
    if verdicts.get("dmarc") == "pass":
        return None
    if verdicts.get("dmarc") in _FAILED:
        return "dmarc"
    failed = [method for method in ("spf", "dkim") if verdicts.get(method) in _FAILED]
    passed = [method for method in ("spf", "dkim") if verdicts.get(method) == "pass"]
    return "+".join(failed) if failed and not passed else None
