"""Phrases of the bot and of timeline notes, Persian and English. Values are isolated inside Persian text."""

from __future__ import annotations

from collections.abc import Mapping

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_FSI, _PDI = "\u2068", "\u2069"

WORDS: Mapping[str, tuple[str, str]] = {
    # what is shown for content without words of its own
    "too_large_in": (
        "این فایل بزرگ‌تر از ۲۰ مگابایت است و تلگرام آن را به ربات نمی‌دهد.",
        "This file is larger than 20 MB; Telegram does not hand it to bots.",
    ),
    "no_file": ("تلگرام این فایل را نداد: {why}", "Telegram did not hand over this file: {why}"),
    "paid_media": ("محتوای پولی ({stars} ستاره)", "Paid media ({stars} stars)"),
    "story": ("استوری {who}", "Story of {who}"),
    "live": ("موقعیت زنده", "Live location"),
    "owner": ("صاحب حساب نوشت: {text}", "The owner of the account wrote: {text}"),
    "button": ("دکمه: {label}", "Button: {label}"),
    "reason": ("{words}", "{words}"),
    # events
    "blocked": ("ربات را مسدود کرد.", "Blocked the bot."),
    "unblocked": ("دوباره در دسترس است.", "Can be reached again."),
    "unreachable": ("مشتری ربات را مسدود کرده است.", "The customer blocked the bot."),
    "bot_member": ("وضعیت ربات در {chat}: {status}", "The bot's status in {chat}: {status}"),
    "status_of_creator": ("مالک", "owner"),
    "status_of_administrator": ("مدیر", "administrator"),
    "status_of_member": ("عضو", "member"),
    "status_of_restricted": ("محدودشده", "restricted"),
    "status_of_left": ("بیرون رفته", "left"),
    "status_of_kicked": ("بیرون‌شده", "removed"),
    "member": ("{who}: {status} ({chat})", "{who}: {status} ({chat})"),
    "join_request": ("{who} می‌خواهد عضو {chat} شود. {bio}", "{who} asks to join {chat}. {bio}"),
    "business_on": ("حساب کسب‌وکار وصل شد.", "The business account was connected."),
    "business_off": ("حساب کسب‌وکار جدا شد.", "The business account was disconnected."),
    "deleted": ("{count} پیام را پاک کرد.", "Messages deleted: {count}"),
    "boost": ("تقویت {chat}", "Boost of {chat}"),
    "unboost": ("پایان تقویت {chat}", "End of a boost of {chat}"),
    "inline_query": ("جست‌وجوی درون‌خطی: {query}", "Inline query: {query}"),
    "inline_result": ("نتیجهٔ درون‌خطی انتخاب شد: {query}", "Chose an inline result: {query}"),
    "shipping": ("پرسش ارسال: {payload}", "Shipping query: {payload}"),
    "checkout": ("در آستانهٔ پرداخت: {amount} {payload}", "About to pay: {amount} {payload}"),
    "purchased": ("محتوای پولی را خرید: {payload}", "Bought paid media: {payload}"),
    "voted": ("رأی داد: گزینهٔ {options}", "Voted: option {options}"),
    "unvoted": ("رأی خود را پس گرفت.", "Took the vote back."),
    "managed_bot": ("ربات مدیریت‌شده: {bot}", "Managed bot: {bot}"),
    # the bot speaks
    "welcome": (
        (
            "سلام {name}! به پشتیبانی {desk} خوش آمدید.\nپیام، عکس یا صدای خود را همین‌جا بفرستید؛ یک نفر از همکاران ما می‌خواند و پاسخ می‌دهد.\n"
            "{hours}\nپیام‌ها و شمارهٔ شما فقط برای پاسخ به همین درخواست نگه داشته می‌شود."
        ),
        (
            "Hello {name}! Welcome to the support of {desk}.\nSend your message, picture or voice right here; a person reads it and answers.\n"
            "{hours}\nYour messages and number are kept only to answer your request."
        ),
    ),
    "automatic": ("پیام خودکار", "Automatic message"),
    "share_number": ("ارسال شمارهٔ من", "Share my number"),
    "number_thanks": ("شمارهٔ شما ثبت شد. سپاس!", "Thank you, your number was saved."),
    "number_stranger": (
        "این شمارهٔ خود شما نیست؛ برای همکاران فرستاده شد ولی تأیید نشد.",
        "This is not your own number; it was passed on but not verified.",
    ),
    "status_none": (
        "هنوز درخواستی از شما نداریم. هر چه لازم دارید همین‌جا بنویسید.",
        "There is no request of yours yet. Write here whatever you need.",
    ),
    "status_head": ("درخواست‌های شما:", "Your requests:"),
    "status_line": ("• شمارهٔ {number}: {subject} — {state}", "• No. {number}: {subject} — {state}"),
    "status_bare": ("• شمارهٔ {number} — {state}", "• No. {number} — {state}"),
    "status_more": (
        "برای هر کدام که چیزی لازم است، همین‌جا بنویسید.",
        "If anything is missing, just write here.",
    ),
    "state_new": ("رسیده و در صف رسیدگی است", "has arrived and waits for a person"),
    "state_open": ("در دست بررسی است", "somebody is working on it"),
    "state_waiting": ("پاسخ دادیم و منتظر شما هستیم", "we answered and wait for you"),
    "state_on_hold": ("فعلاً نگه داشته شده و فراموش نمی‌شود", "on hold for now, and not forgotten"),
    "state_resolved": ("حل شده", "resolved"),
    "state_closed": ("بسته شده", "closed"),
    "human": (
        "پیام شما به یک نفر از همکاران می‌رسد؛ همین‌جا پاسخ می‌گیرید.",
        "A person will read this; the answer comes right here.",
    ),
    "end": (
        "سپاس که نوشتید. هر وقت خواستید، همین‌جا دوباره بنویسید.",
        "Thank you for writing. Write here again whenever you like.",
    ),
    "too_large_told": (
        "فایل «{name}» بزرگ‌تر از ۲۰ مگابایت است و به دست ما نمی‌رسد. لطفاً کوچک‌تر یا پیوند آن را بفرستید.",
        "The file “{name}” is larger than 20 MB and does not reach us. Please send a smaller one or a link.",
    ),
    # survey
    "saved": ("ثبت شد. سپاس!", "Saved. Thank you!"),
    "old_button": ("این دکمه دیگر کار نمی‌کند.", "This button does not work any more."),
    "not_yours": ("این نظرسنجی برای شما نیست.", "This survey is not for you."),
    "change": ("تغییر نظر", "Change my answer"),
    "why_sad": (
        "چه چیزی خوب نبود؟ در پاسخ به همین پیام بنویسید؛ مستقیم به دست همکار ما می‌رسد.",
        "What was not good? Write it as a reply to this message; our colleague reads it directly.",
    ),
    "write_here": ("چه چیزی خوب نبود؟", "What was not good?"),
    # commands
    "command_start": ("شروع", "Start"),
    "command_status": ("وضعیت درخواست من", "State of my request"),
    "command_human": ("می‌خواهم با یک نفر صحبت کنم", "I want a person"),
    "command_end": ("پایان گفتگو", "End the conversation"),
}


def phrase(language: str, name: str, /, **values: object) -> str:
    """The words called `name`; Persian unless the language is English or another that isn't written like it."""
    persian = language in ("fa", "ar", "")
    template = WORDS[name][0 if persian else 1]
    if not values:
        return template
    return template.format(**{key: isolated(value) if persian else value for key, value in values.items()}).strip()


def digits(text: str, language: str) -> str:
    """Figures as they are written in the language."""
    return text.translate(_PERSIAN) if language in ("fa", "ar", "") else text


def isolated(value: object) -> str:
    """A value that keeps its own direction within a Persian sentence; counts in its figures."""
    text = digits(str(value), "fa") if isinstance(value, int) else str(value)
    return f"{_FSI}{text}{_PDI}" if text and not text.isdecimal() else text
