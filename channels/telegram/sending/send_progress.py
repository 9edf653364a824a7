"""Progress of a message sent in parts, stored so that no part leaves twice, even after a restart."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.contract import Desk
from channels.telegram.base.json_access import Json, number, obj, objects
from channels.telegram.sending.render import Call

log = logging.getLogger(__name__)
_MOST = 1000


@dataclass(slots=True)
class Parts:
    """What left of a message: a list of Telegram's messages for each call, empty for a file it takes in no form.

    `opened`: calls replaced by their other forms; `refusal`: what Telegram said to the last that has none.
    """

    done: list[list[Json]] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    refusal: str = ""

    def open(self, refusal: str) -> None:
        """The next call is refused: its other form takes its place."""
        self.opened.append(len(self.done))
        self.refusal = refusal

    def drop(self, refusal: str) -> None:
        """The next call is a file that is taken in no form: the rest goes on without it."""
        self.done.append([])
        self.refusal = refusal

    def lost(self, wanted: Sequence[Call]) -> list[str]:
        """The names of the files that did not leave. `wanted`: what `calls` gives."""
        names = [call.lost for call in wanted if call.lost]
        dropped = (call.files for call, sent in zip(wanted, self.done, strict=False) if not sent)
        return list(dict.fromkeys([*names, *(upload[0] for files in dropped for upload in files.values())]))

    def calls(self, wanted: Sequence[Call]) -> list[Call]:
        """The calls as they were left: where a picture was refused, the documents instead of it."""
        result = list(wanted)
        for place in self.opened:
            result[place : place + 1] = result[place].otherwise or (result[place],)
        return result

    @property
    def messages(self) -> list[Json]:
        """Everything that left."""
        return [item for sent in self.done for item in sent]

    def dump(self) -> str:
        """As text."""
        slim = [
            [{"chat": {"id": obj(item, "chat").get("id")}, "message_id": item.get("message_id")} for item in sent]
            for sent in self.done
        ]
        return json.dumps({"done": slim, "opened": self.opened})  # fmt: skip


def loads(stored: str | None) -> Parts:
    """The parts that `dump` wrote; none when it can't be read."""
    try:
        progress = json.loads(stored or "{}")
    except ValueError:
        progress = {}
    done = progress.get("done") if isinstance(progress, dict) else None
    opened = progress.get("opened") if isinstance(progress, dict) else None
    return Parts(
        [objects({"made": item}, "made") for item in done] if isinstance(done, list) else [],
        [ticket for ticket in opened if number({"n": ticket}, "n") is not None] if isinstance(opened, list) else [],
    )


class Unfinished:
    """The messages of one bot that stopped half-way; in memory, and at the desk once there is one."""

    def __init__(self, account: str) -> None:
        self.desk: Desk | None = None
        self._account = account
        self._known: OrderedDict[str, Parts] = OrderedDict()

    async def begun(self, token: str, wanted: Sequence[Call]) -> Parts:
        """How far a message has come; only one in parts can have begun."""
        parts = self._known.get(token)
        if (
            parts is None
            and self.desk is not None
            and (len(wanted) > 1 or any(wanted_id.otherwise for wanted_id in wanted))
        ):
            stored = await self.desk.recall(self._account, _key(token))
            if stored:
                parts = self._known[token] = loads(stored)
        return parts or Parts()

    async def save(self, token: str, parts: Parts) -> None:
        """It stopped here."""
        if not parts.done and not parts.opened:
            return
        self._known[token] = parts
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        await self._remember(token, parts.dump())

    async def over(self, token: str) -> None:
        """All of it left."""
        if self._known.pop(token, None) is not None:
            await self._remember(token, "")

    async def _remember(self, token: str, progress: str) -> None:
        """What Telegram took it has, whether the desk can write it down or not."""
        try:
            if self.desk is not None:
                await self.desk.remember(self._account, _key(token), progress)
        except Exception:
            log.exception("how far a message came could not be kept", extra={"bot": self._account})


def _key(token: str) -> str:
    return f"parts:{token}"
