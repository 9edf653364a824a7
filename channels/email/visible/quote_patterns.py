"""Patterns of quotation headers ("On … wrote:") in many languages.

Matched against lines whose direction marks and non-breaking blanks are gone and whose Persian and
Arabic digits and letters are folded (`fold`); a half-space there is a blank.
"""

from __future__ import annotations

import re

_FROM = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹يىكۀة\u00a0\u200c\u2007\u202f\u2009\u3000"
_TO = "01234567890123456789ییکهه" + " " * 6
_FOLD = {ord(a): b for a, b in zip(_FROM, _TO, strict=True)}
_FOLD.update(
    dict.fromkeys(
        map(
            ord, "\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2060\u061c\xad"
        ),
        "",
    )
)


def fold(line: str) -> str:
    """`line` for matching only."""
    return line if line.isascii() else line.translate(_FOLD)


# --- "on … wrote:" --------------------------------------------------------------------------------

WROTE = (
    r"(?:wrote|writes|sent|said|escribi[óo](?: lo siguiente)?|a écrit|a ecrit|écrit|schrieb|geschrieben|schreef|geschreven|scritto|ha scritto|scrisse"
    r"|escreveu|napisa[łl]\(?a?\)?|pisze|napsal\(?a?\)?|nap[íi]sal\(?a?\)?|skrev|skrifaði|kirjoitti|írta|ezt írta|a scris|написал\(?[аи]?\)?|пишет|пише"
    r"|написав|написа|rašė|rakstīja|kirjutas|je napisao/la|je napisao|je napisala|napisao je|yazdı|şunu yazdı|έγραψε|đã viết|viết|menulis|เขียนว่า"
    r"|写道|寫道|书写|のメール|は書きました|書きました|작성|님이 작성|さんからのメール|כתב/ה|כתבה|כתב|‫כתב|كتب|کتب|کتبت|قال"
    r"|نوشته است|نوشته اند|نوشته بود|نوشته|نوشتند|مرقوم فرمودند|مرقوم کرد|نوشت|گفته است|ارسال کرد|فرستاد)"
)
WROTE_ANYWHERE = re.compile(WROTE, re.IGNORECASE)
WROTE_AT_END = re.compile(WROTE + r"\)?\s*+(?:[:：]\s*+|-{2,}+\s*+(?::\s*+)?)$", re.IGNORECASE)
WROTE_INSIDE = re.compile(r"[\w>)]\s*+" + WROTE + r"\)?\s?[:：]\s++(?=\S)", re.IGNORECASE)
ENDS_IN_ADDRESS = re.compile(r"[>)\]]\s*+[:：]\s*+$")
ENDS_IN_COLON = re.compile(r"[:：]\s*+$")
MONTH = (
    r"(?:jan|feb|f[ée]v|m[aä]r|apr|avr|abr|ma[iyjg]|jun|juin|jul|juil|giu|lug|aug|ago|août|sep|set|o[ck]t|ott|nov|de[czs]|dic|dez|stycz|lut|kwie|czerw|lip|sierp|wrze|paźd|list|grud"
    r"|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек"
    r"|ژانویه|فوریه|مارس|آوریل|اپریل|مه|می|ژوئن|جون|ژوئیه|جولای|ژوییه|اوت|آگوست|اگوست|سپتامبر|اکتبر|نوامبر|دسامبر"
    r"|فروردین|اردیبهشت|خرداد|تیر|مرداد|امرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند"
    r"|يناير|ینایر|فبرایر|مارس|ابریل|أبریل|مایو|یونیو|یولیو|أغسطس|اغسطس|سبتمبر|أکتوبر|اکتوبر|نوفمبر|دیسمبر)"
)
DATE = re.compile(
    rf"\d{{1,4}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{1,4}}|\d{{1,2}}[\s,.-]++(?:de |d[’'])?{MONTH}|{MONTH}\w{{0,15}}+\.?[\s,-]++\d{{1,4}}|\d{{1,2}}[:.h]\d{{2}}"
    r"|\d{4}\s?[年년]|\d{1,2}\s?(?:月|월)|\d{1,2} tháng \d{1,2}",
    re.IGNORECASE,
)
MAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@[\w-]++(?:\.[\w-]++)*+|\(at\)")
# What an attribution begins with; a date must follow closely.
STARTS = re.compile(
    r"^[\s>*_-]*+(?:(?:on|at|am|le|el|em|il|in data|op|den|d\.|på|dne|dňa|dana|w dniu|dnia|pada|vào|ngày|в|във|у|στις|tarihinde|a|kl|il giorno|il dì|no dia"
    r"|در تاریخ|در روز|در|به تاریخ|بتاریخ|مورخ|مورخه|روز|تاریخ|فی|في|בתאריך"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|die|mit|don|fre|son)\w*|mo|di|mi|do|fr|sa|so|пн|вт|ср|чт|пт|сб|вс"
    r"|شنبه|یکشنبه|یک شنبه|دوشنبه|دو شنبه|سه شنبه|سهشنبه|چهارشنبه|چهار شنبه|پنجشنبه|پنج شنبه|جمعه)\b|\d{1,4}[-/.年 ]|ב-)",
    re.IGNORECASE,
)
DATE_THEN_ADDRESS = re.compile(
    r"^\s*+\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T,]+\d{1,2}:\d{2}(?::\d{2})?)?[^<>\n]{0,120}<\s*+[^<>\s@]{1,120}+@[^<>\s]{1,120}+\s*+>\s*+(?:[:：]\s*+)?$"
)
STARTS_INSIDE = re.compile(
    rf"(?:(?<=\S\s)|(?<=[-_]))On (?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,? |\d{{1,2}}[ /.-]|{MONTH})", re.IGNORECASE
)

# --- "From: … Sent: …" ----------------------------------------------------------------------------

_LABELS = {
    "from": "from|von|de|da|di|van|fra|från|från|od|от|kimden|gönderen|発信者|差出人|送信者|发件人|寄件者|보낸 ?사람|lähettäjä|feladó|expéditeur|remitente|mittente|nadawca|odesílatel|від|מאת|من|المرسل|از|فرستنده|از طرف|ارسال کننده|ارسالکننده",
    "date": "sent|date|gesendet|datum|envoyé|envoye|enviad[oa](?: el| em)?|fecha|data|inviato|verzonden|sendt|dato|skickat|wysłano|odesláno|дата|отправлено|gönderildi|gönderme tarihi|tarih|送信日時|日付|日時|发送时间|發送時間|日期|보낸 ?날짜|날짜|lähetetty|päivämäärä|elküldve|dátum|date et heure|ημερομηνία|נשלח|תאריך|تاریخ|تاریخ ارسال|ارسال شده|ارسال|ارسال شده در|فرستاده شده|زمان|زمان ارسال|مورخ|التاریخ|تم الإرسال|أرسلت|ارسلت|sent at|sent on",
    "to": "to|an|à|a|para|aan|til|till|do|komu|кому|kime|alıcı|宛先|收件人|받는 ?사람|vastaanottaja|címzett|pour|destinataire|destinatario|до|אל|إلی|الی|به|گیرنده|گیرندگان|دریافت کننده",
    "cc": "cc|kopie|copie|copia|kopia|kopi|копия|bilgi|抄送|참조|másolat|רونوشت|رونوشت|نسخة|نسخه|نسخه به",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|emne|ämne|temat|předmět|předmět|тема|konu|件名|主题|主旨|제목|aihe|tárgy|θέμα|נושא|الموضوع|موضوع|عنوان",
    "more": "reply-to|reply to|antwort an|répondre à|responder a|importance|wichtigkeit|priority|attachments?|anlagen?|organization|bcc|mailed-by|پیوست|پیوستها|پیوست ها|اهمیت|پاسخ به",
}
LABEL = re.compile(
    r"^[\s>]*+[*_]{0,3}(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items())
    + r")[*_]{0,3}\s?[:：][*_]{0,3}(?:\s|$|\S)",
    re.IGNORECASE,
)

# --- lines between the words and what was before ---------------------------------------------------

_ORIGINAL = (
    r"original(?:e|nachricht)?[ -]*(?:message|mail|e-mail|nachricht|appointment)|reply message|antwort nachricht|urspr(?:ü|ue|u)ngliche[ -](?:nachricht|mail|e-mail|termin)|original nachricht"
    r"|message d['’]origine|message (?:d['’])?original|mensaje original|mensagem original|messaggio originale|oprindelig (?:meddelelse|besked|mail)|oorspronkelijk bericht"
    r"|ursprungligt meddelande|opprinnelig (?:melding|beskjed)|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní (?:zpráva|e-mail)|pôvodná správa|eredeti üzenet"
    r"|исходное сообщение|оригинальное сообщение|пересылаемое сообщение|orijinal (?:mesaj|ileti)|özgün ileti|originalmeddelelse|mesajul original|izvorna poruka|tin nhắn gốc"
    r"|元のメッセージ|原始邮件|原始郵件|邮件原件|원본 ?메(?:시|일)지?|הודעה מקורית|الرسالة الأصلی[ةه]|الرساله الأصلیه|رسال[ةه] أصلی[ةه]"
    r"|پیام اصلی|پیام اولیه|ایمیل اصلی|نامه اصلی|متن اصلی(?: پیام)?|متن پیام قبلی|پیام قبلی|ایمیل قبلی|پیام پیشین|پیغام اصلی"
)
ORIGINAL = re.compile(
    rf"^[\s>]*+(?:[-_=*·—–─]{{1,60}}+\s*+)?(?:{_ORIGINAL})\s*+(?:[-_=*·—–─]{{1,60}}+\s*+)?(?::\s*+)?$", re.IGNORECASE
)
BORDERED_ORIGINAL = re.compile(rf"(?<![-_=*—–─])[-_=*—–─]{{2,}}+\s*+(?:{_ORIGINAL})\s*+[-_=*—–─]{{2,}}", re.IGNORECASE)
_FORWARDED = (
    r"forwarded (?:message|mail|by)|begin forwarded message|weitergeleitete (?:nachricht|e-mail)|anfang der weitergeleiteten|message (?:transféré|transmis|réexpédié)|début du message (?:transféré|réexpédié)|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)"
    r"|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd|vidarebefordrat|videresendt|edelleenlähetetty|przekazana wiadomość|wiadomość przekazana|přeposlaná zpráva|пересл\w+|пересыла\w+|iletilen|yönlendirilen"
    r"|転送|转发|轉寄|전달된|forwarded|הודעה שהועברה|الرسال[ةه] المحول[ةه]|رسال[ةه] معاد|پیام (?:هدایت|فوروارد|ارجاع|بازارسال|بازفرست|ارسال مجدد|انتقال)|نامه ارجاع|ایمیل ارجاع|شروع پیام (?:هدایت|فوروارد)|متن پیام فوروارد"
)
FORWARDED = re.compile(
    rf"^[\s>]*+(?:[-_=*—–─]{{2,60}}\s*+(?:{_FORWARDED})|(?:begin forwarded|anfang der weitergeleiteten|début du message|inizio messaggio|begin doorgestuurd|شروع پیام)\b.*:\s*+$)",
    re.IGNORECASE,
)
_ABOVE = (
    r"(?:please )?(?:(?:type|write|enter|add|post) (?:your |a )?(?:reply|response|answer|message)|reply|respond|answer) (?:above|over) (?:this|the) (?:line|text|message)|(?:please )?do not (?:write|reply|type) below this line"
    r"|(?:لطفاً? )?(?:پاسخ|جواب|پیام|متن)(?: (?:خود|خودتان|تان|شما))?(?: را)? (?:در )?(?:بالای|بالاتر از) (?:این |همین )?(?:خط|سطر|نوشته)(?: (?:بنویسید|وارد کنید|بگذارید|درج کنید|ارسال کنید|تایپ کنید))?"
    r"|(?:لطفاً? )?(?:در )?(?:بالای|بالاتر از) (?:این|همین) (?:خط|سطر) (?:پاسخ|جواب)(?: (?:خود را|دهید|بدهید|بنویسید))*|(?:لطفاً? )?(?:زیر|پایین) این (?:خط|سطر) (?:چیزی )?ننویسید"
    r"|(?:(?:bitte|antworten sie|antworten|schreiben sie|ihre antwort|antwort) ){0,4}(?:oberhalb|über) dieser (?:zeile|linie)(?: (?:antworten|schreiben|eingeben))?"
    r"|(?:veuillez |merci de )?(?:répond(?:ez|re)|écri(?:vez|re)|saisi(?:ssez|r)|tapez)(?: (?:votre réponse|ici))? (?:au[- ]dessus de|avant) (?:cette|la) ligne"
    r"|(?:por favor,? )?(?:respond[ae]|responder|escrib[ae]|escribir|conteste)(?: (?:su|tu|la) respuesta)? (?:por encima|encima|arriba) de esta l[íi]nea"
    r"|(?:por favor,? )?(?:respond[ae]|responder|escrev[ae]|digite|insira)(?: (?:a )?sua resposta)? acima d(?:esta|a) linha"
    r"|(?:per favore,? )?(?:rispond(?:i|ere|a|ete)|scriv(?:i|ere|a)|inserisci)(?: la (?:tua |sua )?risposta)? (?:sopra|al di sopra di) (?:questa|la) (?:riga|linea)"
    r"|(?:gelieve )?(?:typ |schrijf |beantwoord |antwoord |reageer )?(?:uw (?:antwoord|reactie) |hier )?(?:boven deze (?:regel|lijn))(?: (?:te )?(?:antwoorden|typen))?"
    r"|(?:vänligen )?(?:svara|skriv(?: ditt svar)?) (?:ovanför|över) (?:den här|denna) (?:raden|linjen)|(?:venligst )?(?:svar|skriv(?: (?:dit|ditt) svar)?) (?:over|ovenfor) (?:denne|den her) (?:linj[ea]n?|linje)"
    r"|(?:kirjoita )?vastau(?:s|ksesi) tämän rivin yläpuolelle|(?:proszę )?(?:odpowied(?:zieć|z|ź)|odpowiadać|napisz|wpisz)(?: (?:swoją )?odpowiedź)? (?:powyżej|nad) (?:tej|tą) lini[iąę]"
    r"|(?:prosím )?(?:odpověď |odpovězte |pište )(?:nad|výše) (?:tuto|tento|tímto) (?:řádek|řádkem)|(?:lütfen )?(?:yanıtınızı |cevabınızı )?bu satırın (?:üzerine|üstüne) (?:yazın|yazınız|yanıtlayın)"
    r"|(?:пожалуйста,? )?(?:ответьте|отвечайте|пишите(?: ответ)?|напишите(?: (?:свой )?ответ)?|введите ответ) (?:выше|над) (?:этой|данной) (?:строки|строкой|линии|линией)"
    r"|(?:(?:یرجی|الرجاء|رجاء) )?(?:الرد|اکتب ردک|کتابه ردک|کتابة ردک|الکتابه) (?:فوق|أعلی|اعلی) هذا (?:السطر|الخط)"
    r"|请?在此(?:行|线)(?:之?上方?|以上)(?:回复|答复|输入)?|請?在此(?:行|線)(?:之?上方?|以上)(?:回覆|回復)?|この(?:行|線)より上に(?:返信|回答|ご返信|ご記入)[^\n]{0,12}|이 (?:줄|선) 위에[^\n]{0,20}"
)
ABOVE_THIS = re.compile(rf"^[\s<>\[(#*=_|·.—–─~+-]*+(?:{_ABOVE})", re.IGNORECASE)
ABOVE_ALONE = re.compile(rf"^[\s<>\[(#*=_|·.—–─~+-]*+(?:{_ABOVE})[\s<>\])#*=_|·.—–─~+!-]*+$", re.IGNORECASE)
ABOVE_WORDS = re.compile(
    r"(?:this|the) (?:line|text|message)|این (?:خط|سطر)|همین (?:خط|سطر)|بالای (?:خط|سطر)|dieser|ligne|l[íi]nea|linha|riga|deze (?:regel|lijn)|raden|linj|rivin|lini|řád|satırın|этой|данной|هذا|此|この|이 ",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*+(?:[-_=*─—–]\s?+){5,}+\s*+$")
DECORATED = re.compile(r"^\s*>.*<{2,}")
LIST_FOOTER = re.compile(r"^\s*+_{20,}+\s*+$|^\s*+-{40,}+\s*+$")
LIST_WORDS = re.compile(r"mailing list|unsubscribe|لغو اشتراک|listinfo|google groups|list archives?", re.IGNORECASE)
