"""Rendering: an `Outbound` as a line of the conversation's log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from channels.contract import DeliveryError, Outbound
from channels.webchat.chat.chat_files import StoredFile


def remote_id(outbound: Outbound) -> str:
    """The id of the line: the same at every try. It names its conversation, for whoever wants to change it later."""
    return f"web-{hashlib.sha256(outbound.token.encode()).hexdigest()[:24]}.{conversation(outbound)}"


def home(remote_id: str) -> str:
    """The conversation of a line. Raises DeliveryError for lines of before they named it."""
    partition = remote_id.partition(".")[2]
    if not partition:
        raise DeliveryError("This message is too old to be changed.", permanent=True)
    return partition


def conversation(outbound: Outbound) -> str:
    """Where it goes. Raises DeliveryError when it names no visitor."""
    key = outbound.conversation or outbound.to.address.rpartition(":")[2]
    if not key or not outbound.to.address.startswith("webchat:"):
        raise DeliveryError(f"{outbound.to.address or 'Nobody'} is no visitor of a website.", permanent=True)
    return key


def line(outbound: Outbound, files: Sequence[StoredFile], at: int) -> dict[str, Any]:
    """What the visitor sees; `at` in Unix milliseconds."""
    made: dict[str, Any] = {
        "t": "msg", "id": remote_id(outbound), "by": "robot" if outbound.automatic else "person",
        "name": outbound.sender_name, "text": outbound.text, "at": at,
    }  # fmt: skip
    if files:
        made["files"] = [file.line() for file in files]
    if outbound.kind == "survey" and outbound.survey:
        made["survey"] = outbound.survey
        made["faces"] = [{"score": face.score, "label": face.label} for face in outbound.faces]
    return made
