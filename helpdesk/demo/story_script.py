"""The little company of the demo: a shop for pottery that does not exist, its people and its customers.

Every step happens so many minutes before the demo is opened, through the same doors as in real life.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.demo.bot_chats import Customer
from helpdesk.tickets.vocabulary import Status

SHOP = "دالان"
SUPPORT = "support@dalan.example"
PEOPLE = (  # login, name, role, extension
    ("maryam", "مریم آذرنوش", "administrator", "101"),
    ("saman", "سامان کرمانج", "agent", "102"),
    ("leila", "لیلا فرزام", "supervisor", "103"),
)
NAMES = {
    "narges": "نرگس دلاوری",
    "kaveh": "کاوه سپهری",
    "hana": "هانا مرادی",
    "bahar": "بهار نیکو",
    "emily": "Emily Hart",
    "omid": "امید راستین",
    "jonas": "Jonas Weber",
    "shirin": "شیرین پاکدل",
    "arash": "آرش تهرانی",
    "parisa": "پریسا نوری",
    "sofia": "Sofia Lund",
    "mahsa": "مهسا یکتا",
    "kamran": "کامران پیروز",
    "grace": "Grace Oduya",
}
NUMBERS = {"mahsa": "09120000042", "kamran": "09350000071", "grace": "+447700900123", "": "02188000055"}
TELEGRAM = (  # whose phones the page can be
    Customer(7001, "یاسمن کیانی", "fa"),
    Customer(7002, "Daniel Moss", "en"),
    Customer(7003, "مشتری تازه", "fa"),
    Customer(7004, "New customer", "en"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `who` is a customer or a person of the desk; `topic` names the ticket."""

    before: int  # minutes before now
    act: str  # mail chat call photo voice sticker write edit face; reply note assign tap; garbled
    who: str
    topic: str
    text: str = ""
    subject: str = ""
    then: Status | None = None
    score: str = ""
    reasons: tuple[str, ...] = ()
    outcome: str = ""  # of a call
    agent: str = ""  # whose extension it was


STORY = (
    Step(4320, "mail", "bahar", "glaze", "سلام، لعاب فیروزه‌ای کاسه‌ها برای غذای داغ مشکلی ندارد؟ می‌خواهم برای مهمانی بخرم.", "پرسش دربارهٔ لعاب"),
    Step(4308, "reply", "saman", "glaze", "سلام بهار عزیز، لعاب‌های ما بدون سرب‌اند و تا ۲۵۰ درجه را تاب می‌آورند. با خیال راحت استفاده کنید.", then="resolved"),
    Step(4260, "tap", "bahar", "glaze", "خیلی سریع و دقیق بود.", score="happy"),
    Step(2980, "mail", "arash", "wholesale", "سلام. برای کافه‌مان ۴۰ فنجان می‌خواهیم. تخفیف عمده دارید؟ چه مدت طول می‌کشد؟", "سفارش عمده برای کافه"),
    Step(2950, "reply", "leila", "wholesale", "سلام آرش جان، برای ۴۰ فنجان پانزده درصد تخفیف داریم و ده روز کاری زمان می‌خواهد. پیش‌فاکتور را همین امروز می‌فرستم.", then="waiting"),
    Step(2900, "mail", "narges", "bowl", "سلام، کاسه‌ای که خریدم شکسته رسید. جعبه هم از یک گوشه پاره بود. سفارش ۴۵۱۲ است. لطفاً راهنمایی کنید.", "کاسه شکسته رسید"),
    Step(2884, "assign", "saman", "bowl"),
    Step(2880, "reply", "saman", "bowl", "نرگس جان، بابت کاسه واقعاً متأسفم. یک کاسهٔ نو همین امروز با پیک برایتان می‌فرستم و هزینه‌ای هم ندارد.", then="resolved"),
    Step(1500, "tap", "narges", "bowl", "پیک نیامد و کسی هم خبر نداد.", score="sad", reasons=("slow", "unsolved")),
    Step(1440, "mail", "emily", "invoice", "Hello,\n\nI ordered two vases last week (order 4498) and my accountant asks for an invoice with our company name on it. Could you send one?\n\nMany thanks,\nEmily", "Invoice for order 4498"),
    Step(1425, "reply", "maryam", "invoice", "Hello Emily, of course. I have made it out to your company; you will find it in your account in a minute. Is there anything else?", then="resolved"),
    Step(1390, "tap", "emily", "invoice", "", score="happy"),
    Step(190, "mail", "shirin", "course", "سلام، برای کارگاه سفال آخر هفته هنوز جا دارید؟ با دخترم می‌آیم که نُه سالش است.", "کارگاه سفال آخر هفته"),
    Step(170, "note", "leila", "course", "کارگاه جمعه پر است، ولی برای پنج‌شنبه دو جا داریم."),
    Step(95, "mail", "jonas", "discount", "Hi, the discount code from your newsletter says \"not valid\" at checkout. I tried twice. Is it over already?\n\nJonas", "Discount code does not work"),
    Step(72, "reply", "saman", "discount", "Hi Jonas, sorry about that: the code missed a letter in the newsletter. Please try CLAY15, it works until the end of the week."),
    Step(62, "mail", "hana", "address", "سلام، نشانی سفارشم را اشتباه نوشته‌ام. هنوز می‌شود عوضش کرد؟ شمارهٔ سفارش ۴۵۲۱", "تغییر نشانی سفارش ۴۵۲۱"),
    Step(58, "assign", "maryam", "address"),
    Step(50, "reply", "maryam", "address", "سلام هانا جان، بله، هنوز بسته‌بندی نشده. نشانی درست را با کد پستی بنویسید تا همین حالا عوضش کنم.", then="waiting"),
    Step(34, "mail", "kaveh", "payment", "پول از کارتم کم شده ولی سایت می‌گوید پرداخت ناموفق بوده! مبلغ ۲٬۴۵۰٬۰۰۰ تومان. لطفاً زود جواب بدهید.", "پرداخت ناموفق ولی پول کم شد"),
    Step(19, "mail", "omid", "where", "سلام وقت بخیر، سفارشم کجاست؟ گفته بودید دیروز می‌رسد ولی هنوز نرسیده.", "سفارشم هنوز نرسیده"),
    Step(6, "mail", "narges", "bowl", "کاسهٔ نو هنوز نرسیده. می‌شود لطفاً بگویید کجاست؟", "Re: کاسه شکسته رسید"),
    Step(2, "mail", "emily", "returns", "Hello again,\n\none of the vases is a little taller than I thought. Can I return it, and who pays for the shipping?\n\nEmily", "Returning a vase"),

    # the telephone
    Step(2790, "call", "kamran", "late", outcome="answered", agent="103"),
    Step(2786, "reply", "leila", "late", "کامران عزیز، همان‌طور که گفتم بستهٔ شما فردا صبح می‌رسد. کد پیگیری: ۸۸۱۲۰۴", then="resolved"),
    Step(122, "call", "mahsa", "gift", outcome="missed"),
    Step(101, "call", "mahsa", "gift", outcome="call_back", agent="102"),
    Step(99, "note", "saman", "gift", "می‌خواهد کاسه‌ها را با کارت تبریک و بی‌فاکتور بفرستیم. نشانی گیرنده را پیامک می‌کند."),
    Step(21, "call", "grace", "export", outcome="voicemail"),
    Step(12, "call", "", "unknown", outcome="abandoned"),
    Step(11, "garbled", "", "", '{"event": "hangup", "caller": "0912'),  # half an event: nobody can read it
    # Telegram
    Step(1210, "photo", "7001", "set", "سلام، این دو کاسه را به‌جای ست خریدم ولی لعابشان با هم فرق دارد."),
    Step(1207, "voice", "7001", "set"),
    Step(1206, "sticker", "7001", "set", "🙏"),
    Step(1198, "reply", "saman", "set", "سلام یاسمن جان، حق با شماست؛ یکی از آن‌ها از کورهٔ دیگری است. جفتش را عوض می‌کنیم: پیک فردا بین ۱۰ تا ۱۲ می‌رسد و هزینه‌ای ندارد.", then="resolved"),
    Step(1120, "face", "7001", "set", score="0"),
    Step(18, "write", "7002", "teapot", "Hi! Is the turquoise teapot back in stock?"),
    Step(24, "write", "7001", "set", "سلام دوباره، کاسهٔ تازه رسید و عالی است. می‌شود یک جفت فنجان هم به همین رنگ سفارش بدم؟ رنگ آبی"),
    Step(23, "edit", "7001", "set", "سلام دوباره، کاسهٔ تازه رسید و عالی است. می‌شود یک جفت فنجان هم به همین رنگ سفارش بدهم؟ رنگ فیروزه‌ای"),
    # the chat of the shop
    Step(27, "chat", "sofia", "gallery", "Hello, do you ship outside Iran? I am in Malmö and would love the big blue bowl."),
    Step(16, "chat", "parisa", "mashhad", "سلام، ارسال به مشهد چند روز طول می‌کشد؟"),
    Step(14, "reply", "maryam", "mashhad", "سلام پریسا جان، دو تا سه روز کاری."),
    Step(8, "chat", "parisa", "mashhad", "هزینه‌اش چقدر می‌شود؟ دو تا بشقاب و یک پارچ است."),
)  # fmt: skip
