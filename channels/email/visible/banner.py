"""Warnings that a mail server writes above a message: "this mail comes from outside the organisation"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email.visible.quote_patterns import fold

FEW_LINES = 6
_RULE = re.compile(r"^\s*+(?:[-_=*─—–~#]\s?+){3,}+\s*+$")
LONGEST = 400  # characters of one line of a warning
_LEAD = re.compile(
    r"^[\W_]*+(?:caution|warning|attention|important|notice|alert|beware|security|external|extern|e-?mail|"
    r"this (?:e-?mail|message|mail|sender)|this is an? (?:external|outside)|the sender|sender|you don.t often|some people who received|be careful|"
    r"achtung|vorsicht|warnung|hinweis|externe|diese (?:e-?mail|nachricht)|cet? (?:e-?mail|message|courriel)|courriel|mise en garde|"
    r"prudence|avertissement|atenci[oó]n|advertencia|precauci[oó]n|aviso|este (?:correo|mensaje|e-?mail)|correo|aten[cç][aã]o|"
    r"attenzione|avviso|questa (?:e-?mail|mail)|let op|waarschuwing|deze (?:e-?mail|mail)|varning|observera|advarsel|uwaga|dikkat|внимание|"
    r"توجه|هشدار|اخطار|احتیاط|تذکر|مراقب|مهم|فرستنده|این (?:نامه|پیام|ایمیل|رایانامه)|(?:نامه|پیام|ایمیل|رایانامه)(?:ی)? (?:خارجی|بیرونی|برون)|تنبیه|تحذیر)",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"mail|message|sender|nachricht|absender|courriel|expéditeur|correo|mensaje|remitente|mensagem|remetente|mittente|messaggio|bericht|afzender|"
    r"meddelande|avsändare|wiadomość|gönderen|письм|отправител|نامه|پیام|ایمیل|فرستنده|رسال|مرسل",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"extern|outside|extérieur|exterieur|esterno|esterna|fuera de|fora da|außerhalb|ausserhalb|buiten|utanför|utenfor|udenfor|zewnętrz|spoza|dışından|внешн|извне|"
    r"خارج|بیرون|برون|ناآشنا|ناشناس|don.t often get|often get email",
    re.IGNORECASE,
)
_CARE = re.compile(
    r"sender|click|links?\b|attach|open|recogni[sz]|trust|caution|careful|think|verif|suspicious|phish|organi[sz]|company|learn why|safe|report|protect|"
    r"absender|expéditeur|remitente|mittente|afzender|فرستنده|anhäng|anhang|öffnen|klick|vorsicht|clique|pièce|liens|enlace|adjunt|empresa|anexo|allegat|bijlage|klik|bilag|länk|ссыл|влож|"
    r"پیوند|پیوست|لینک|کلیک|احتیاط|مراقب|سازمان|شرکت|دانشگاه|مجموعه|شبکه|اعتماد|بازنکنید|باز نکنید|باز کنید|مطمئن|امن|ناشناس|رمز",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"[?؟]\s*+$|\b(?:I|I'm|I've|my|me|we)\b|(?:\bمن|\bما|\bمرا|م)\s*+[.!]?$")
_TAG = re.compile(
    r"^\W{0,6}(?:external(?: (?:e-?mail|mail|message|sender))?|extern(?:e (?:e-?mail|nachricht))?|(?:فرستنده|ایمیل|نامه|پیام)(?:ی)? (?:خارجی|بیرونی|برون ?سازمانی)|خارجی)\W{0,6}$",
    re.IGNORECASE,
)


def below_banner(lines: Sequence[str]) -> int:
    """The line at which the message begins below such a warning; 0: there is none, or nothing below it."""
    at = _blank(lines, 0)
    if at >= len(lines) or not _starts(lines[at]):
        return 0
    last = at
    while last + 1 < min(len(lines), at + FEW_LINES) and _goes_on(lines[last + 1]):
        last += 1
    after = last + 1
    if after < len(lines) and lines[after].strip() and not _RULE.match(lines[after]):
        after = at + 1  # the person's words follow at once: only what is surely the server's goes
    begin = _blank(lines, after)
    return begin if begin < len(lines) else 0


def _blank(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and (not lines[at].strip() or _RULE.match(lines[at])):
        at += 1
    return at


def _starts(line: str) -> bool:
    if len(line) > LONGEST:
        return False
    words = fold(line)
    if _TAG.match(words):
        return True
    return (
        _LEAD.match(words) is not None
        and _MAIL.search(words) is not None
        and _OUTSIDE.search(words) is not None
        and _CARE.search(words) is not None
        and _PERSONAL.search(words) is None
    )


def _goes_on(line: str) -> bool:
    words = fold(line)
    return (
        0 < len(line) <= LONGEST
        and not _RULE.match(line)
        and _CARE.search(words) is not None
        and _PERSONAL.search(words) is None
    )
