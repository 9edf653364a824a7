"""Two thousand different mails, a third of them replies, made from a seed."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator

WORDS_FA = [
    "سلام",
    "سفارش",
    "کاسه",
    "لعاب",
    "پیک",
    "هنوز",
    "نرسیده",
    "لطفاً",
    "راهنمایی",
    "کنید",
    "پرداخت",
    "کارت",
    "پول",
    "فاکتور",
    "نشانی",
    "تغییر",
    "رنگ",
    "آبی",
    "شکسته",
    "جعبه",
    "ارسال",
    "تهران",
    "شیراز",
    "مرجوع",
    "گارانتی",
    "تخفیف",
    "کد",
    "ثبت",
    "پیگیری",
    "شماره",
    "زمان",
    "تحویل",
    "ممنون",
    "خسته",
    "نباشید",
    "مشکل",
    "حساب",
    "رمز",
    "فراموش",
    "ورود",
]
WORDS_EN = [
    "hello",
    "order",
    "bowl",
    "glaze",
    "courier",
    "still",
    "not",
    "arrived",
    "please",
    "help",
    "payment",
    "card",
    "money",
    "invoice",
    "address",
    "change",
    "colour",
    "blue",
    "broken",
    "box",
    "shipping",
    "return",
    "warranty",
    "discount",
    "code",
    "tracking",
    "number",
    "delivery",
    "thanks",
    "problem",
    "account",
    "password",
    "forgot",
    "login",
    "size",
    "large",
    "small",
    "refund",
]


def mails(count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """(external id, raw mail), `count` of them. Every third one answers an earlier one of its sender."""
    dice = random.Random(seed)
    asked: list[tuple[str, str, str, bool]] = []
    for number in range(count):
        if number % 3 == 2 and asked:
            who, earlier, subject, persian = dice.choice(asked[-300:])
            yield _mail(dice, number, who, "Re: " + subject, persian, earlier)
        else:
            persian = dice.random() < 0.6
            who = f"customer{dice.randrange(count * 2)}@customers.example"
            subject = _words(dice, persian, 5)
            external, raw = _mail(dice, number, who, subject, persian, None)
            asked.append((who, external, subject, persian))
            yield external, raw


def _words(dice: random.Random, persian: bool, count: int) -> str:
    return " ".join(dice.choices(WORDS_FA if persian else WORDS_EN, k=count))


def _mail(
    dice: random.Random, number: int, who: str, subject: str, persian: bool, answers: str | None
) -> tuple[str, bytes]:
    external = f"<bench-{number}-{dice.getrandbits(40):x}@customers.example>"
    body = "\n\n".join(_words(dice, persian, dice.randrange(8, 40)) + "." for _ in range(dice.randrange(1, 4)))
    quoted = ""
    if answers:
        quoted = "\n\nOn Mon, 2 Mar 2026 at 10:00, Support <support@dalan.example> wrote:\n> " + _words(
            dice, persian, 30
        )
    head = [
        f"From: Customer {number} <{who}>",
        "To: support@dalan.example",
        f"Subject: =?utf-8?B?{b64encode(subject.encode()).decode()}?=",
        "Date: Mon, 02 Mar 2026 10:00:00 +0330",
        f"Message-ID: {external}",
        "MIME-Version: 1.0",
    ]
    if answers:
        head += [f"In-Reply-To: {answers}", f"References: {answers}"]
    text = body + quoted
    if number % 4:
        head += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        return external, ("\n".join(head) + "\n\n" + text).replace("\n", "\r\n").encode()
    html = "".join(f"<p dir=auto>{part}</p>" for part in text.split("\n\n"))
    parts = (
        "--b\nContent-Type: text/plain; charset=utf-8\n\n"
        + text
        + "\n--b\nContent-Type: text/html; charset=utf-8\n\n<html><body>"
        + html
        + "</body></html>\n--b--\n"
    )
    head.append('Content-Type: multipart/alternative; boundary="b"')
    return external, ("\n".join(head) + "\n\n" + parts).replace("\n", "\r\n").encode()
