"""Sample tickets of Telegram, telephone and web chat for the gallery, with generated pictures and sounds."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpdesk.agents.rules import AgentView
from helpdesk.web.inbox.views.content_views import (
    CallView,
    CardView,
    EditView,
    MediaView,
    OriginView,
    PlaceView,
    PollView,
    QuoteView,
    ReactionView,
    VisitorView,
)
from helpdesk.web.inbox.views.inbox_views import AddressView, TicketView
from helpdesk.web.inbox.views.message_menu_view import MessageActions
from helpdesk.web.inbox.views.timeline_views import (
    ChangeView,
    ChannelMark,
    DayView,
    DeliveryView,
    EntryView,
    FileView,
    SurveyView,
)
from tests.support.pages import gallery as g

STICKERS = Path(__file__).resolve().parents[3] / "channels" / "telegram" / "stickers"
MAP = "https://www.openstreetmap.org/?mlat=35.7&mlon=51.4"
MARKS = {
    "telegram": {"fa": ChannelMark("telegram", "تلگرام"), "en": ChannelMark("telegram", "Telegram")},
    "phone": {"fa": ChannelMark("phone", "تلفن"), "en": ChannelMark("phone", "Phone")},
    "chat": {"fa": ChannelMark("chat", "گفتگوی سایت"), "en": ChannelMark("chat", "Web chat")},
}
SAID = {
    "fa": {
        "who": "نرگس دلاوری", "hello": "سلام، این هم عکس‌ها. گوشهٔ جعبه پاره بود.", "old": "سلام، این هم عکس‌ها. گوشهٔ جعبه باز بود.",
        "older": "سلام، این هم عکس", "ask": "می‌شود همین امروز عوضش کنید؟ فقط کاسه‌های آبی را می‌گویم.", "part": "فقط کاسه‌های آبی",
        "answer": "بله نرگس جان، پیک تا ساعت ۱۸ دم در است.", "shop": "کانال سفالگری دالان", "news": "شنبه‌ها تا ۲۰ باز هستیم.",
        "cafe": "کافه نیلگون", "street": "تهران، خیابان ایرانشهر، پلاک ۱۲", "group": "گروه همکاران پخش · سفارش‌ها", "brother": "بهروز دلاوری",
        "poll": "کدام رنگ را بفرستیم؟", "blue": "آبی", "green": "سبز", "gone": "شمارهٔ کارت را اشتباه فرستادم", "started": "/start", "blocked": "ربات را مسدود کرد.",
        "sad": "دیر جواب دادید", "queue": "پشتیبانی", "again": "تماس از ‎+98 912 000 12 34", "page": "کاسهٔ لعاب آبی، شش‌تایی | دالان", "size": "اندازهٔ این کاسه چند سانت است؟", "person": "می‌خواهم با یک نفر حرف بزنم.", "twelve": "دوازده سانت. عکس کنار فنجان را هم برایتان فرستادم.",
        "field": "شمارهٔ سفارش", "sending": "این هم پوشهٔ نقشه‌ها", "toobig": "بزرگ‌تر از ۲۰ مگابایت است؛ تلگرام آن را به ربات‌ها نمی‌دهد.",
    },
    "en": {
        "who": "Nora Delane", "hello": "Hello, here are the photos. One corner of the box was torn.", "old": "Hello, here are the photos. One corner of the box was open.",
        "older": "Hello, here is the photo", "ask": "Could you replace them today? I only mean the blue bowls.", "part": "only mean the blue bowls",
        "answer": "Yes Nora, the courier will be at your door by six.", "shop": "Dalan Pottery News", "news": "Open until eight on Saturdays.",
        "cafe": "Café Nilgun", "street": "12 Iranshahr Street, Tehran", "group": "Wholesale partners · Orders", "brother": "Ben Delane",
        "poll": "Which colour shall we send?", "blue": "Blue", "green": "Green", "gone": "I sent the wrong card number", "started": "/start", "blocked": "Blocked the bot.",
        "sad": "You answered late", "queue": "Support", "again": "Call from +98 912 000 12 34", "page": "Blue glaze bowls, set of six | Dalan", "size": "How wide is this bowl?", "person": "I would like to talk to a person.", "twelve": "Twelve centimetres. I have sent you a photo beside a cup.",
        "field": "Order number", "sending": "Here is the folder with the plans", "toobig": "It is larger than 20 MB; Telegram does not hand that over to bots.",
    },
}  # fmt: skip


class _Talk:
    """Entries of one language, each a few minutes after the other."""

    def __init__(self, language: str, kind: str) -> None:
        self.w, self.mark = SAID[language], MARKS[kind][language]
        self.me, self.theirs = g.ME[language], AgentView(self.w["who"][0], 4)
        self.id, self.at = 100, g.ago(hours=1, minutes=50)

    def __call__(self, by: str, text: str = "", minutes: float = 4, **more: Any) -> EntryView:
        self.id, self.at = self.id + 1, self.at + timedelta(minutes=minutes)
        who, face = (self.me.name, self.me.face) if by == "desk" else (self.w["who"], self.theirs)
        if by == "robot":
            who, face = g.WORDS["fa" if "نرگس" in self.w["who"] else "en"]["robot"], AgentView("", 3)
        own = by == "desk"
        doings = MessageActions(1248, answer=True, edit=own, withdraw=own, react=() if own else ("👍", "❤", "🙏"))
        chatty = self.mark.icon != "phone" and by != "robot"
        usual: dict[str, Any] = {"channel": self.mark, "original": not own, "doings": doings if chatty else None}
        return EntryView(self.id, by, who, face, self.at, text, **{**usual, **more})  # type: ignore[arg-type]


def photo(number: int, width: int = 336, height: int = 252) -> MediaView:
    """A picture of the gallery."""
    return MediaView(number, "picture", f"photo-{number}.jpg", 182_000, width, height)


def telegram(language: str) -> TicketView:
    """A conversation with everything Telegram has."""
    say, w = _Talk(language, "telegram"), SAID[language]
    voice = MediaView(20, "audio", "voice.ogg", 41_000, seconds=17.0, role="voice")
    first = say("customer", w["hello"], shown=(photo(11), photo(12), photo(13)), edited_at=g.ago(hours=1, minutes=40),
                edits=(EditView(g.ago(hours=1, minutes=46), w["older"]), EditView(g.ago(hours=1, minutes=44), w["old"])))  # fmt: skip
    lines = [
        DayView(g.NOW),
        ChangeView(100, g.ago(hours=1, minutes=50), "command", "slash", "", {"text": w["started"], "command": "start"}),
        first,
        say("customer", heard=(voice,)),
        say("customer", "", sticker=MediaView(31, "sticker", "sticker.webp", 9000, 144, 144), emoji="😢", thanks=True),
        say("desk", w["answer"], delivery=DeliveryView("read"), quote=QuoteView(w["hello"], w["who"], first.id),
            reactions=(ReactionView("❤"), ReactionView("👍", 2))),
        say("customer", w["ask"], quote=QuoteView(w["part"], g.ME[language].name, 106), reactions=(ReactionView("👌", ours=True),)),
        say("customer", "", emoji="🙏", thanks=True),
        say("customer", w["news"], origin=OriginView(w["shop"], g.ago(days=4)), group=w["group"]),
        say("customer", "", place=PlaceView(35.70123, 51.40045, MAP, w["cafe"], w["street"])),
        say("customer", "", place=PlaceView(35.70123, 51.40045, MAP, live=True)),
        say("customer", "", card=CardView(w["who"], "+989120001234", True)),
        say("customer", "", card=CardView(w["brother"], "+989120005678")),
        say("customer", "", poll=PollView(w["poll"], ((w["blue"], 3), (w["green"], 1)))),
        say("customer", "", shown=(photo(14, 240, 320),)),
        say("customer", w["gone"], gone_at=g.ago(minutes=50)),
        say("customer", "", shown=tuple(photo(one) for one in range(11, 16))),
        say("customer", w["sending"], files=(FileView(41, "plans.zip", 8_400_000), FileView(42, "film.mov", 0, problem=w["toobig"]))),
        SurveyView(190, g.ago(minutes=12), "sad", [w["sad"]], ""),
        ChangeView(191, g.ago(minutes=9), "unsupported", "alert", "", {"text": "unsupported: gift_upgrade", "unsupported": "gift_upgrade"}),
        ChangeView(192, g.ago(minutes=2), "blocked", "shield", "", {"text": w["blocked"]}),
    ]  # fmt: skip
    return _ticket(language, "telegram", lines, w["hello"], "telegram:shop:5102211")


def phone(language: str) -> TicketView:
    """Six calls with different outcomes, and a live one."""
    say, w = _Talk(language, "phone"), SAID[language]
    number, sam = "+989120001234", g.SAMAN[language].name
    me = g.ME[language].name
    taped = MediaView(21, "audio", "voicemail-0012.wav", 320_000, seconds=23.0, role="voicemail")
    recorded = MediaView(22, "audio", "q-support-0041.wav", 1_760_000, seconds=220.0, role="recording")

    def call(outcome: str, **more: Any) -> CallView:
        return CallView(outcome, number=number, tel=number, **more)

    lines = [
        DayView(g.NOW),
        say("customer", call=call("abandoned", queue=w["queue"], waited=134, hangup_by="caller", share=100, rings=True)),
        say("customer", call=call("missed", rang=24, rings=True)),
        say("customer", call=call("voicemail", queue=w["queue"], waited=61, share=100, rings=True), heard=(taped,)),
        say("desk", call=call("no_answer", outgoing=True, rang=31, agents=(me,))),
        say("desk", call=call("busy", outgoing=True, agents=(me,))),
        say("customer", call=call("answered", queue=w["queue"], waited=72, talked=220, agents=(sam, me), hangup_by="agent", share=25),
            heard=(recorded,), human_after=540),
        say("customer", call=call("left_by_key", queue=w["queue"], waited=40, share=100)),
        say("customer", call=call("", live=True, queue=w["queue"], waited=12)),
    ]  # fmt: skip
    return _ticket(language, "phone", lines, w["again"], f"phone:{number}")


def chat(language: str) -> TicketView:
    """A website visitor who is typing."""
    say, w = _Talk(language, "chat"), SAID[language]
    lines = [
        DayView(g.NOW),
        say("customer", w["size"], shown=(photo(15, 320, 240),)),
        say("robot", g.WORDS[language]["auto"]),
        say("customer", w["person"], wants_person=True),
        say("desk", w["twelve"], shown=(photo(12),), delivery=DeliveryView("read"), human_after=480),
        ChangeView(180, g.ago(minutes=3), "joined", "merge", "", {"names": [w["who"], "nora@nilgun.example"]}),
        ChangeView(181, g.ago(minutes=2), "learned", "at", "", {"address": "nora@nilgun.example", "verified": False}),
    ]
    seen = VisitorView(
        "https://shop.dalan.example/bowls/blue-set-of-six?utm_source=spring&ref=newsletter", w["page"], "https://search.example/?q=bowl",
        language, "u-5512", "nora@nilgun.example", True, ((w["field"], "4812"),),
    )  # fmt: skip
    return replace(_ticket(language, "chat", lines, w["size"], "webchat:shop:3f2a"), visitor=seen)


def _ticket(language: str, kind: str, lines: list[Any], subject: str, address: str) -> TicketView:
    full_address = g.ticket(language)
    mark = MARKS[kind][language]
    person = replace(
        full_address.person, addresses=[AddressView(mark.icon, address.partition(":")[2], True)], others=[], notes=""
    )
    composer = replace(
        full_address.composer, channel=mark, reply="", suggestions=[], uploads=[], copies=[], can_quote=False
    )
    return replace(
        full_address,
        subject=subject,
        person=person,
        composer=composer,
        timeline=lines,
        here=[],
        writing=[],
        newest=192,
        cycle=1,
        tags=[],
    )


@lru_cache(maxsize=64)
def file(number: int) -> tuple[bytes, str]:
    """The content of a file of the gallery."""
    if number >= 30:
        return (STICKERS / ("sad.webp" if number == 31 else "happy.webp")).read_bytes(), "image/webp"
    if number >= 20:
        return tone(17 if number == 20 else 23 if number == 21 else 220), "audio/wav"
    return drawn(number, 240 if number == 14 else 320, 320 if number == 14 else 240), "image/png"


def tone(seconds: int, rate: int = 8000) -> bytes:
    """A generated sound that swells and fades."""
    samples = bytes(128 + round(60 * math.sin(i / 6) * math.sin(i * math.pi / rate)) for i in range(rate)) * seconds
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate,
        1,
        8,
        b"data",
        len(samples),
    )
    return head + samples


def drawn(seed: int, width: int, height: int) -> bytes:
    """A generated picture of a bowl, in a given colour."""
    glaze = [(52, 128, 148), (178, 92, 62), (96, 132, 84), (160, 120, 60), (110, 90, 150)][seed % 5]
    rows = bytearray()
    middle, floor = width * (0.42 + seed % 3 * 0.08), height * 0.66
    for y in range(height):
        rows.append(0)
        for x in range(width):
            across, down = (x - middle) / (width * 0.27), (y - height * 0.42) / (height * 0.34)
            light = 1 - 0.35 * max(0.0, across)
            if down >= 0 and across * across + down * down < 1:
                rows += bytes(min(255, int(part * light)) for part in glaze)
            elif abs(down) < 0.12 and across * across + (down * 8) ** 2 < 1:
                rows += bytes(min(255, int(part * 0.55)) for part in glaze)
            else:
                ground = (226, 214, 196) if y < floor else (196, 172, 140)
                rows += bytes(int(part * (1 - 0.12 * y / height)) for part in ground)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + chunk(b"IEND", b"")
    )
