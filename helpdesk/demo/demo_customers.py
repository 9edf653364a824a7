"""The customers' side of the story: mails, chats, calls and Telegram, each through the real channel."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from helpdesk.app import App
from helpdesk.demo import sample_files
from helpdesk.demo.bot_api_twin import Twin
from helpdesk.demo.bot_chats import Phone
from helpdesk.demo.demo_calls import SOURCE, Call, kept
from helpdesk.demo.demo_mails import letter
from helpdesk.demo.story_script import NAMES, NUMBERS, SUPPORT, TELEGRAM, Step
from helpdesk.tickets import queries

ACCOUNT, SITE = "support", "dalan"
STICKERS = Path(__file__).resolve().parents[2] / "channels" / "telegram" / "stickers"


@dataclass
class Customers:
    """Does what customers do at the moment the story's clock shows. `recording`: where sounds of calls are."""

    app: App
    now: Callable[[], datetime]
    twin: Twin
    recording: str
    count: int = 0
    acts: frozenset[str] = field(
        default=frozenset({"mail", "chat", "call", "photo", "voice", "sticker", "write", "edit", "face"})
    )

    async def do(self, step: Step, known: int | None) -> None:
        """One step; `known` is the ticket it goes on with, if there is one."""
        self.count += 1
        if step.act == "mail":
            await self._mail(step, known)
        elif step.act == "chat":
            await self._chat(step)
        elif step.act == "call":
            await self._call(step)
        else:
            self._telegram(step)
            await self.twin.heard()
            if step.act == "face":
                with contextlib.suppress(TimeoutError):
                    await self.twin.answered(int(step.who), "sticker")
        while await self.app.intake_worker().work_once():
            pass

    async def _mail(self, step: Step, known: int | None) -> None:
        answers = await self.app.database.read(_last_id, ticket_id=known) if known else ""
        mail = letter(
            name=NAMES[step.who], address=f"{step.who}@customers.example", to=SUPPORT, subject=step.subject,
            text=step.text, at=self.now(), answers=answers, message_id=f"<story-{self.count}@customers.example>",
        )  # fmt: skip
        raw = mail.as_bytes()
        order_key = self.app.context.channels["email"].order_key(raw)
        await self.app.desk_for("email").accept(ACCOUNT, f"story-{self.count}", raw, order_key=order_key)

    async def _chat(self, step: Step) -> None:
        """What the channel keeps of a line that a visitor wrote."""
        conversation, name = hashlib.sha256(step.who.encode()).hexdigest()[:32], NAMES[step.who]
        frame = {"t": "msg", "cid": f"story{self.count:07d}", "text": step.text}
        message = {
            "v": 1, "site": SITE, "conversation": conversation, "at": self.now().isoformat(), "name": name, "email": "",
            "user": "", "profile": {"name": name}, "address": "127.0.0.1", "frame": frame,
            "page": {"url": f"{self.app.context.public_url}/demo/shop", "title": self.app.context.name, "referrer": ""},
        }  # fmt: skip
        raw = json.dumps(message, ensure_ascii=False).encode()
        key = f"{conversation}:{frame['cid']}"
        await self.app.desk_for("webchat").accept(SITE, key, raw, order_key=conversation, received_at=self.now())

    async def _call(self, step: Step) -> None:
        call = Call(NUMBERS[step.who], step.outcome, NAMES.get(step.who, ""), step.agent, wait=34, talk=192)
        for at, event in call.events(self.now(), self.recording, f"story-{self.count}"):
            key = f"{event['call_id']}:{event['event']}"
            await self.app.desk_for("phone").accept(
                SOURCE, key, kept(event, at), order_key=event["call_id"], received_at=self.now()
            )

    def _telegram(self, step: Step) -> None:
        phone = Phone(self.twin.chats, next(item for item in TELEGRAM if str(item.id) == step.who))
        if step.act == "photo":
            album = f"album-{self.count}"
            phone.photo(sample_files.picture("turquoise"), caption=step.text, album=album)
            phone.photo(sample_files.picture("blue"), album=album)
        elif step.act == "voice":
            phone.voice(sample_files.sound())
        elif step.act == "sticker":
            phone.sticker((STICKERS / "happy.webp").read_bytes(), step.text)
        elif step.act == "edit":
            phone.edits_last(step.text)
        elif step.act == "face":
            phone.taps_first(int(step.score))
        else:
            phone.writes(step.text)


def _last_id(tx: Connection, ticket_id: int) -> str:
    ids = queries.references(tx, ticket_id=ticket_id, channel="email")
    return ids[-1] if ids else ""
