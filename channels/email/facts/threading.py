"""Thread hints of a mail: signed tokens, referenced ids, ticket numbers. The desk verifies them and decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from channels.contract import Thread
from channels.email.mime.headers import ids
from channels.email.mime.parse_mail import Mail

MOST_IDS = 60
_OWN_ID = re.compile(r"^<?[pr]\.([a-z0-9]{8,64})@", re.IGNORECASE)  # `r.` stands in References alone
_OWN_REFERENCE = re.compile(r"^<?r\.([a-z0-9]{8,64})@", re.IGNORECASE)
_LOCAL = r"(?<![\w.!#$%&'*/=?^`{|}~-])[\w.!#$%&'*/=?^`{|}~-]{1,64}+"
_REPLY_ADDRESS = re.compile(rf"{_LOCAL}\+([a-z0-9]{{8,64}}+)@", re.IGNORECASE)
_BOUNCE_ADDRESS = re.compile(rf"{_LOCAL}\+b\.([a-z0-9]{{8,64}}+)@", re.IGNORECASE)
_DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "apparently-to",
    "x-rcpt-to",
)
_DIGITS = {ord(digit): str(index % 10) for index, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c")
)
_NUMBER = re.compile(r"[\[［]\s?(?:[^\W\d_]{1,12}\s?)?[#＃]\s?(\d{1,12})\s?[\]］]")
_PREFIX = re.compile(
    r"^\s*+(?:\[(?:ext|extern|external|spam\??|bulk|خارجی)\]\s*+|"
    r"(?:re|rép|reply|aw|antw|antwort|sv|vs|vá|res|rif|r|odp|ynt|yan|ref|bls|atb|nk|fw|fwd|wg|tr|rv|enc|i|pd|doorst|ilt|vl|továbbítás"
    r"|پاسخ|پاسخ به|جواب|در پاسخ|ارجاع|هدایت|فوروارد|بازارسال|ارسال مجدد|رد|إعادة توجيه|إعادة|تحويل|הועבר|תשובה|ответ|отв|на|пересл|回复|回覆|答复|答覆|转发|轉寄|返信|転送|회신|전달)"
    r"\s*+(?:(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})\s*+)?[:：]\s*+)+",
    re.IGNORECASE,
)


def thread(mail: Mail, *, about: Sequence[str] = (), tokens: Sequence[str] = ()) -> Thread:
    """The hints of `mail`; `about` are ids of mails it reports on, `tokens` further message tokens."""
    reply, _ = address_tokens(mail)
    answered = tuple(dict.fromkeys([*about, *answered_ids(mail)]))
    own = [match[1].lower() for item in answered if (match := _OWN_ID.match(item))]
    return Thread(
        reply_tokens=reply,
        message_tokens=tuple(dict.fromkeys([*own, *tokens])),
        remote_ids=answered,
        numbers=numbers(mail.subject),
    )


def answered_ids(mail: Mail) -> tuple[str, ...]:
    """Ids of the mails it answers: In-Reply-To first, then References, newest first."""
    answered = [*mail.in_reply_to, *reversed(mail.references)]
    if not answered and "thread-topic" not in mail.fields and "x-in-reply-to" in mail.fields:
        answered = ids(mail.fields["x-in-reply-to"][0])
    return tuple(dict.fromkeys(answered))[:MOST_IDS]


def answers(mail: Mail) -> bool:
    """Whether it says that it answers another mail or passes one on."""
    plain = mail.subject[:200] if mail.subject.isascii() else mail.subject[:200].translate(_INVISIBLE)
    return bool(answered_ids(mail)) or _PREFIX.match(plain) is not None


def own_tokens(message_ids: Iterable[str]) -> tuple[str, ...]:
    """Tokens in those ids that have the form of our own."""
    return tuple(
        dict.fromkeys(match[1].lower() for message_id in message_ids if (match := _OWN_ID.match(message_id.strip())))
    )


def own_references(message_ids: Iterable[str]) -> tuple[str, ...]:
    """Tokens of mails of ours that bore these References: the one that a relay can't have given another id."""
    return _unique(match[1] for message_id in message_ids if (match := _OWN_REFERENCE.match(message_id.strip())))


def address_tokens(mail: Mail) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tokens of reply addresses, tokens of bounce addresses) it was sent or delivered to."""
    places = [address for _, address in (*mail.to, *mail.cc)]
    for name in _DELIVERED:
        places.extend(mail.fields.get(name, ()))
    joined = "\n".join(place for place in places if "+" in place)[:50_000]
    if not joined:
        return (), ()
    return _unique(_REPLY_ADDRESS.findall(joined)), _unique(_BOUNCE_ADDRESS.findall(joined))


def _unique(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.lower() for token in tokens))


def numbers(subject: str) -> tuple[int, ...]:
    """Ticket numbers written as `[#123]` or `[Ticket #123]`, in any digits."""
    if "#" not in subject and "＃" not in subject:
        return ()
    plain = subject if subject.isascii() else subject.translate(_INVISIBLE).translate(_DIGITS)
    return tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(plain)))


def bare_subject(subject: str) -> str:
    """The subject without Re:, Fwd:, AW:, پاسخ: … and ticket numbers, for comparing."""
    plain = subject if subject.isascii() else subject.translate(_INVISIBLE)
    bare = _PREFIX.sub("", plain[:1000])
    bare = _NUMBER.sub(" ", bare if bare.isascii() else bare.translate(_DIGITS))
    return " ".join(_PREFIX.sub("", bare).split())
