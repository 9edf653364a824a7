"""The in-memory channel of stories and contract tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from channels import contract
from channels.contract import (
    Address,
    Attachment,
    Capabilities,
    Delivery,
    DeliveryError,
    Inbound,
    Outbound,
    Oversize,
    Reachability,
    Thread,
    Unreadable,
)


def letter(text: str = "Where is my order?", *, sender: str = "sara@customers.example", **more: Any) -> bytes:
    """A customer's message as JSON for `MemoryChannel`. `more`: fields of Inbound and Thread."""
    return json.dumps({"text": text, "sender": sender, **more}).encode()


@dataclass
class MemoryChannel(contract.Channel):
    """Receives JSON, records what it sends, and fails on demand."""

    name: ClassVar[str] = "memory"
    label: ClassVar[Mapping[str, str]] = {"fa": "حافظه", "en": "Memory"}
    icon: ClassVar[str] = "chat"
    can = Capabilities(attachments=True, subject=True, copies=True, starts=True, replies=True)

    sent: list[Outbound] = field(default_factory=list)
    answers: list[DeliveryError | None] = field(default_factory=list)  # errors of the next sends
    chat: bool = False
    changes: list[tuple[str, ...]] = field(default_factory=list)  # ("edit", remote id, text), ("withdraw", id), …
    parts: int = 1  # how many parts a message is sent in

    def accounts(self) -> Sequence[str]:
        return ("main",)

    def own_addresses(self) -> Sequence[str]:
        return ("memory:desk@desk.example",)

    def order_key(self, raw: bytes) -> str:
        return str(json.loads(raw).get("sender", ""))

    def normalise(self, account: str, raw: bytes) -> Inbound | list[Inbound] | None:
        try:
            raw_fields = json.loads(raw)
        except ValueError:
            raise Unreadable("this is not JSON") from None
        if raw_fields.get("explode"):
            raise RuntimeError("a bug in the channel")
        if raw_fields.get("nothing"):
            return None
        return self._inbound(raw_fields)

    def _inbound(self, raw_fields: dict[str, Any]) -> Inbound:
        delivery = raw_fields.get("delivery")
        return Inbound(
            kind="delivery" if delivery else raw_fields.get("kind", "message"),
            external_id=raw_fields.get("id") or f"id-{abs(hash(json.dumps(raw_fields)))}",
            author=Address(f"{self.name}:{raw_fields['sender']}", raw_fields.get("name", "")),
            subject=raw_fields.get("subject", ""),
            text=raw_fields["text"],
            html=raw_fields.get("html"),
            full_text=raw_fields.get("full_text"),
            thread=Thread(
                reply_tokens=raw_fields.get("reply_tokens", ()),
                message_tokens=raw_fields.get("message_tokens", ()),
                remote_ids=raw_fields.get("remote_ids", ()),
                numbers=raw_fields.get("numbers", ()),
                conversation=raw_fields.get("conversation", raw_fields["sender"] if self.chat else None),
            ),
            attachments=[
                Attachment(name, "text/plain", content.encode(), len(content))
                for name, content in raw_fields.get("files", {}).items()
            ],
            copies=[Address(f"memory:{one}") for one in raw_fields.get("copies", ())],
            authentication=raw_fields.get("authentication", "unknown"),
            automatic=bool(raw_fields.get("automatic")),
            gesture=bool(raw_fields.get("thanks")),
            wants_person=bool(raw_fields.get("wants_person")),
            delivery=Delivery(**delivery) if delivery else None,
            call=raw_fields.get("call", {}),
            command=raw_fields.get("command"),
            reachability=Reachability(**raw_fields["reachability"]) if "reachability" in raw_fields else None,
            oversize=Oversize(**raw_fields["oversize"]) if "oversize" in raw_fields else None,
            target=raw_fields.get("target"),
            wish=raw_fields.get("wish"),
            also=[Address(one, "", verified) for one, verified in raw_fields.get("also", ())],
            link=raw_fields.get("link"),
            moved_to=raw_fields.get("moved_to"),
            part_of=raw_fields.get("part_of"),
            team=raw_fields.get("team"),
            details=raw_fields.get("details", {}),
        )

    async def send(self, outbound: Outbound) -> str | Sequence[str]:
        self._trouble()
        self.sent.append(outbound)
        first = self.remote_id(outbound)
        return first if self.parts == 1 else [first, *(f"{first}.{number}" for number in range(2, self.parts + 1))]

    def _trouble(self) -> None:
        trouble = self.answers.pop(0) if self.answers else None
        if trouble is not None:
            raise trouble

    async def edit(self, account: str, remote_id: str, text: str, *, sender_name: str = "") -> None:
        self._trouble()
        self.changes.append(("edit", remote_id, text))

    async def withdraw(self, account: str, remote_id: str) -> None:
        self._trouble()
        self.changes.append(("withdraw", remote_id))

    async def react(self, account: str, remote_id: str, emoji: str) -> None:
        self._trouble()
        self.changes.append(("react", remote_id, emoji))

    def link(self, account: str, token: str) -> str | None:
        return f"https://memory.example/{account}?start={token}" if self.chat else None

    def remote_id(self, outbound: Outbound) -> str:
        return f"out-{outbound.token}"
