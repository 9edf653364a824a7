"""Sample data of the page gallery: inbox lists, tickets and timelines without a desk behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.agents.rules import AgentView, Person
from helpdesk.web.inbox.views.inbox_views import (
    AddressView,
    ComposerView,
    CopyView,
    OtherTicket,
    PersonBadge,
    PersonView,
    RowView,
    SuggestionView,
    TicketView,
)
from helpdesk.web.inbox.views.timeline_views import (
    ChangesView,
    ChangeView,
    ChannelMark,
    ClockExplanation,
    ClockView,
    DayView,
    DeliveryView,
    EntryView,
    ExplanationPart,
    ExplanationStep,
    FileView,
    IgnoredEntry,
    SurveyView,
    TaskView,
)
from helpdesk.web.pages.navigation import RailItem

NOW = datetime(2026, 11, 21, 4, 36, tzinfo=UTC)  # Saturday 30 Aban 1405, 08:06 in Tehran
MAIL = {"fa": ChannelMark("mail", "ایمیل"), "en": ChannelMark("mail", "Email")}
ME = {
    "fa": Person(1, "مریم آذرنوش", "maryam@dalan.example", "administrator"),
    "en": Person(1, "Mina Ardal", "mina@dalan.example", "administrator"),
}
SAMAN = {
    "fa": PersonBadge(2, "سامان کرمانج", AgentView("س", 3), 4),
    "en": PersonBadge(2, "Sam Corliss", AgentView("S", 3), 4),
}


def ago(**parts: float) -> datetime:
    """A moment before the gallery's present."""
    return NOW - timedelta(**parts)


def clock(state: Any, minutes: float, share: int) -> ClockView:
    """A chip that is due in so many minutes."""
    return ClockView(state, minutes * 60, share, NOW + timedelta(minutes=minutes), NOW, far=abs(minutes) > 360)


def rail() -> list[RailItem]:
    """The views with counts."""
    return [
        RailItem("mine", "user", 6), RailItem("unassigned", "inbox", 4), RailItem("soon", "clock", 3),
        RailItem("late", "alert", 1, hot=True), RailItem("waiting", "snooze", 9), RailItem("sad", "sad", 1, hot=True),
        RailItem("all", "list", 999, more=True), RailItem("ended", "done"),
    ]  # fmt: skip


def rows(language: str) -> list[RowView]:
    """Rows in both languages."""
    mail = MAIL[language]
    return [
        RowView(1248, "نرگس دلاوری", AgentView("ن", 4), "کاسه‌های سفارش ۴۸۱۲ شکسته رسید", "کاسه‌ها هنوز نرسیده.", mail, "open",
                clock("soon", 12, 60), unread=True, sad=True, assignee=PersonBadge(1, ME[language].name, ME[language].face),
                typing=SAMAN[language].name.split()[0]),
        RowView(1251, "بهروز صمیمی‌پور", AgentView("ب", 3), "فاکتور رسمی می‌خواهم", "سلام، برای سفارش دیروز فاکتور رسمی با کد اقتصادی لازم دارم.",
                mail, "new", clock("late", -8, 100), unread=True),
        RowView(1252, "Tessa Vanderlin", AgentView("T", 5), "Wholesale price for 40 tea sets?",
                "Hello, we run a small café in Ghent and would love to serve from your cups.", mail, "new", clock("soon", 19, 37), unread=True),
        RowView(1244, "کاوه نیک‌آیین", AgentView("ک", 1), "آدرس را چطور عوض کنم؟", "سلام کاوه جان، تا پیش از بسته شدن سفارش…", mail, "open",
                clock("calm", 41, 32), draft=True, assignee=SAMAN[language]),
        RowView(1240, "Oskar Lindqvall", AgentView("O", 3), "Re: Invoice without VAT, order #4790", "Thanks Mina, I will send the number on Monday.",
                mail, "waiting"),
        RowView(1239, "گلناز ساوه‌ای", AgentView("گ", 5), "ارسال به کیش چند روز طول می‌کشد؟", "پس تا پنج‌شنبه می‌رسد، عالی!", mail, "open",
                clock("met", 0, 100), assignee=SAMAN[language]),
        RowView(1236, "customer.with.a.very.long.address@subdomain.example.org", AgentView("C", 2), "",
                "https://example.org/a/very/long/address/without/any/space/in/it/at/all", mail, "open", clock("calm", 2600, 10)),
    ]  # fmt: skip


WORDS = {
    "fa": {
        "subject": "کاسه‌های سفارش ۴۸۱۲ شکسته رسید", "customer": "نرگس دلاوری", "robot": "پاسخ خودکار دالان", "hue": "ن",
        "first": "سلام. بسته امروز رسید، ولی از شش کاسه دو تا شکسته بود.\n\nمهمانی جمعه‌شب است و خیلی رویشان حساب کرده بودم. چه کار کنم؟",
        "quoted": "در تاریخ دوشنبه ۲۵ آبان، دالان نوشت:\nسفارش ۴۸۱۲ به پست سپرده شد.",
        "auto": "پیامتان رسید. یکی از همکاران تا ۰۹:۴۲ خودش جواب می‌دهد.",
        "note": "@مریم انبار دو کاسهٔ هم‌رنگ دارد. با پیک امروز بفرستیم؟",
        "reply": "نرگس جان، بابت کاسه‌ها واقعاً متأسفم. دو کاسهٔ نو، هم‌رنگ همان‌ها، همین امروز با پیک می‌آید. هزینه‌ای هم ندارد.",
        "bill": "فاکتور اصلاح‌شده پیوست است.", "full": "صندوق ایمیل مشتری پر است", "english": "Best regards, Narges. Sent from my phone",
        "again": "کاسه‌ها هنوز نرسیده. می‌شود لطفاً بگویید کجاست؟", "slow": "دیر جواب دادید", "unsolved": "مشکلم حل نشد",
        "words": "پیک نیامد و کسی هم خبر نداد.", "owner": "لیلا فرزام", "why": "حاضر بود و کمترین کار را داشت.", "tag": "شکستگی",
        "draft": "سلام نرگس، حق با شماست. با پیک حرف زدم؛ بسته ساعت {ساعت_تحویل} دم در است.",
    },
    "en": {
        "subject": "Bowls in order 4812 arrived broken", "customer": "Nora Delane", "robot": "Dalan, automatic", "hue": "N",
        "first": "Hello. The parcel came today, but two of the six bowls were broken.\n\nThe party is on Friday and I was counting on them. What shall I do?",
        "quoted": "On Monday 16 November Dalan wrote:\nYour order 4812 is on its way.",
        "auto": "I have your message. A colleague will answer in person by 09:42.",
        "note": "@Mina the store has two bowls of that glaze. Send them by courier today?",
        "reply": "Nora, I am truly sorry about the bowls. Two new ones, same glaze, leave by courier today. Free of charge, of course.",
        "bill": "The corrected invoice is attached.", "full": "The customer's mailbox is full", "english": "با احترام، نورا",
        "again": "The bowls are still not here. Could you please tell me where they are?", "slow": "You answered late", "unsolved": "Not solved",
        "words": "The courier did not come and nobody told me.", "owner": "Leila Farzam", "why": "They were here and had the least to do.", "tag": "broken",
        "draft": "Hello Nora, you are right. I spoke to the courier; the parcel is at your door at {delivery_time}.",
    },
}  # fmt: skip


def timeline(language: str) -> list[Any]:
    """One timeline item of every kind."""
    w, mail, me = WORDS[language], MAIL[language], ME[language]
    theirs, robot = AgentView(w["hue"], 4), AgentView("", 3)
    return [
        DayView(ago(days=3)),
        EntryView(1, "customer", w["customer"], theirs, ago(days=2, hours=22, minutes=54), w["first"], mail, quoted=w["quoted"],
                  html=True, original=True, files=(FileView(1, "IMG_2041.heic", 1_840_113, image=True), FileView(2, "فاکتور ۴۸۱۲.pdf", 82_400),
                  FileView(3, "setup.exe", 0, problem="این نوع فایل گرفته نمی‌شود."))),
        EntryView(2, "robot", w["robot"], robot, ago(days=2, hours=22, minutes=54), w["auto"], mail),
        ChangeView(3, ago(days=2, hours=22, minutes=53), "assigned", "user", "", {"to": SAMAN[language].name, "why": w["why"]}),
        EntryView(4, "note", SAMAN[language].name, SAMAN[language].face, ago(days=2, hours=22, minutes=30), w["note"]),
        EntryView(5, "desk", me.name, me.face, ago(days=2, hours=22, minutes=22), w["reply"], mail, human_after=1920,
                  delivery=DeliveryView("sent")),
        ChangesView(6, ago(days=2, hours=22), [
            ChangeView(6, ago(days=2, hours=22), "tagged", "tag", me.name, {"tag": w["tag"]}),
            ChangeView(7, ago(days=2, hours=22), "priority", "alert", me.name, {"to": "high"}),
        ]),
        EntryView(8, "desk", me.name, me.face, ago(days=2, hours=22, minutes=4), w["bill"], mail, delivery=DeliveryView("failed", w["full"])),
        DayView(ago(days=2)),
        ChangeView(9, ago(days=1, hours=20), "status", "done", me.name, {"to": "resolved"}),
        SurveyView(10, ago(days=1, hours=19), "sad", [w["slow"], w["unsolved"]], w["words"], TaskView(1, w["owner"], clock("soon", 4, 87))),
        EntryView(11, "customer", w["customer"], theirs, ago(days=1, hours=18), f"{w['again']}\n\n{w['english']}", mail, original=True,
                  copies=("Omid omid@nilgun.example", "accounts.receivable@nilgun.example"), answers_to="nora.private@elsewhere.example",
                  unverified="spf+dkim", by_number=True, named_by="reply-to", cut=True),
        ChangeView(12, ago(days=1, hours=18), "reopened", "redo"),
        DayView(NOW),
        EntryView(13, "note", SAMAN[language].name, SAMAN[language].face, ago(minutes=3), w["note"]),
        EntryView(14, "desk", me.name, me.face, ago(minutes=1), w["reply"], mail,
                  delivery=DeliveryView("queued", undo_until=NOW + timedelta(seconds=12))),
    ]  # fmt: skip


def why(language: str) -> ClockExplanation:
    """The clock of the open ticket, explained."""
    start = ago(days=1, hours=19, minutes=18)
    return ClockExplanation(
        "first_response", False, start, WORDS[language]["customer"], 30, NOW + timedelta(minutes=12), "written 3", "Tehran 1405",
        [ExplanationStep(start, start + timedelta(minutes=12), 720), ExplanationStep(ago(days=1), ago(days=1), 0, off=True),
         ExplanationStep(ago(minutes=6), NOW + timedelta(minutes=12), 1080)],
        [ExplanationPart("on", 0, 24), ExplanationPart("off", 25, 38), ExplanationPart("on", 64, 12), ExplanationPart("left", 76, 24)], 76,
        [IgnoredEntry("bot", "bot", start), IgnoredEntry("note", "note", ago(minutes=3), SAMAN[language].name)],
    )  # fmt: skip


def suggestions(language: str) -> list[SuggestionView]:
    """Three suggestions, from high to low confidence."""
    titles = {"fa": (("پیگیری پیک", ("نرسیده", "کجاست")), ("شکستن در راه", ("کاسه", "شکسته")), ("زمان ارسال", ("هنوز",))),
              "en": (("Where is the courier", ("not here", "where")), ("Broken in transit", ("bowls", "broken")), ("Delivery times", ("still",)))}  # fmt: skip
    sure = (0.94, 0.61, 0.28)
    return [
        SuggestionView(f"a{i}", title, WORDS[language]["draft"], sure[i], words)
        for i, (title, words) in enumerate(titles[language])
    ]


def ticket(language: str) -> TicketView:
    """A ticket with every feature."""
    w, me = WORDS[language], ME[language]
    person = PersonView(
        w["customer"], AgentView(w["hue"], 4), ago(days=900),
        [AddressView("mail", "nora@nilgun.example", True), AddressView("phone", "+98 912 000 12 34"),
         AddressView("mail", "old.address.of.nora.delane@nilgun.example", unreachable="550 no such user")],
        ["happy", "happy", "neutral", "happy", "sad"],
        [OtherTicket(1102, w["again"], "mail"), OtherTicket(988, "", "mail")], False, w["words"], "vip",
    )  # fmt: skip
    composer = ComposerView(w["customer"].split()[0], MAIL[language], reply=w["draft"], suggestions=suggestions(language),
                            uploads=[FileView(9, "resid-peyk.pdf", 41_200)],
                            copies=[CopyView("email:omid@nilgun.example", "Omid omid@nilgun.example"),
                                    CopyView("email:eve@elsewhere.example", "eve@elsewhere.example", welcome=False)], can_quote=True)  # fmt: skip
    own = PersonBadge(1, me.name, me.face, 6)
    return TicketView(
        1248, w["subject"], "open", person, composer, 14, 2, "high", [w["tag"]], own, [own, SAMAN[language]],
        ["waiting", "on_hold", "spam"], clock("soon", 12, 60), why(language), timeline(language), here=[SAMAN[language].name],
        writing=[SAMAN[language].name],
    )  # fmt: skip
