"""Calls of the demo: what a switchboard tells of them, and how it signs that."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SOURCE = "pbx"
DESK_NUMBER = "02191000000"
RECORDING = "recording.wav"  # below /demo/recordings/
OUTCOMES = ("missed", "answered", "abandoned", "voicemail", "call_back")


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `wait` and `talk` in seconds; `agent` is the extension of who spoke."""

    number: str
    outcome: str
    name: str = ""
    agent: str = "101"
    wait: int = 20
    talk: int = 90

    @property
    def lasts(self) -> int:
        """Seconds from the first ring to the end."""
        spoken = self.talk if self.outcome in ("answered", "call_back") else 25 if self.outcome == "voicemail" else 0
        return self.wait + spoken

    def events(self, ended: datetime, recording: str, call_id: str = "") -> Iterator[tuple[datetime, dict[str, Any]]]:
        """What the switchboard posts, each with its moment. `recording`: where its sound can be fetched."""
        own, started = call_id or f"demo-{secrets.token_hex(6)}", ended - timedelta(seconds=self.lasts)
        out = self.outcome == "call_back"
        base: dict[str, Any] = {"call_id": own, "direction": "outbound" if out else "inbound", "queue": "support"}
        base |= {"from": DESK_NUMBER, "to": self.number} if out else {"from": self.number, "to": DESK_NUMBER}
        if out:
            base.pop("queue")
        if self.name:
            base["name"] = self.name
        yield started, {**base, "event": "ringing", "at": _text(started), "started_at": _text(started)}
        answered = started + timedelta(seconds=self.wait)
        if self.outcome in ("answered", "call_back"):
            yield answered, {**base, "event": "answered", "at": _text(answered), "agent": self.agent}
        yield ended, {**base, "event": "ended", "at": _text(ended), **self._end(started, answered, ended, recording)}

    def _end(self, started: datetime, answered: datetime, ended: datetime, recording: str) -> dict[str, Any]:
        times: dict[str, Any] = {"started_at": _text(started), "ended_at": _text(ended)}
        if self.outcome in ("answered", "call_back"):
            times |= {
                "disposition": "answered",
                "answered_at": _text(answered),
                "talk_s": self.talk,
                "agent": self.agent,
            }
            times |= {"hangup_by": "caller", "recording": recording, "ring_s": self.wait}
            return times if self.outcome == "call_back" else times | {"queue_wait_s": self.wait}
        times |= {"disposition": self.outcome, "hangup_by": "caller", "queue_wait_s": self.wait}
        return times | ({"voicemail": recording} if self.outcome == "voicemail" else {})


def kept(event: Mapping[str, Any], at: datetime) -> bytes:
    """An event as the channel keeps it."""
    return kept_body(json.dumps(event, ensure_ascii=False), at)


def kept_body(body: str, at: datetime) -> bytes:
    """A posted body as the channel keeps it, whatever it says."""
    envelope = {"provider": "generic", "headers": {"content-type": "application/json"}, "body": body,
                "received_at": _text(at)}  # fmt: skip
    return json.dumps(envelope, ensure_ascii=False).encode()


def signed(event: Mapping[str, Any], secret: str, now: datetime) -> tuple[bytes, dict[str, str]]:
    """(body, headers) as the desk asks switchboards to sign: `X-Signature: t=…,v1=HMAC-SHA256("t.body")`."""
    body, at = json.dumps(event, ensure_ascii=False).encode(), int(now.timestamp())
    proof = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()
    return body, {"X-Signature": f"t={at},v1={proof}", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that the desk sent."""

    to: str
    text: str
    at: float


def texts(folder: Path, most: int = 20) -> list[Text]:
    """The newest text messages, newest first."""
    paths = sorted(folder.glob("*.txt"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    texts_sent = []
    for path in paths[:most]:
        to, _, text = path.read_text("utf-8").partition("\n")
        texts_sent.append(Text(to, text.strip(), path.stat().st_mtime))
    return texts_sent


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
