"""Patterns of sign-offs, device signatures and disclaimers in many languages."""

from __future__ import annotations

import re

from channels.email.visible.quote_patterns import MAIL

DASHES = re.compile(r"^\s{0,2}(?:--+|—{1,3}|–{1,3}|__+|\*{4,})\s*+$")
DASH_NAME = re.compile(r"^\s{0,4}[-–—~]{1,3}\s?([^\W\d_][\w.'’]*+(?:\s[^\W\d_][\w.'’]*+){0,2})\s*+(?:[.!]\s*+)?$")
BULLET = re.compile(r"^\s*[-*•–]\s")

_DEVICE = r"(?:i ?phone|i ?pad|i ?pod|ios|mac|android|blackberry|black ?berry|samsung|galaxy|huawei|xiaomi|redmi|poco|nokia|lg|htc|sony|motorola|oneplus|pixel|windows (?:phone|mail|\d+)|mobile|phone|handy|smartphone|tablet|ipod|telefon\w*|móvil|mobil\w*|celular|cellulare|téléphone|portable|mailbox|mail|outlook|yahoo|gmail|proton\w*|tutanota|aquamail|bluemail|spark|nine|k-9|fairemail|thunderbird|verizon|at&t|t-mobile|sprint|device|magnificent|torch of pixels|hotmail|acompli|airmail|sparrow|postbox|newton|edison|typeapp|web\.de|gmx)"
_DEVICE_FA = r"(?:آیفون|ایفون|آی پد|ایپد|اندروید|سامسونگ|گلکسی|گوشی|تلفن|موبایل|همراه|هوآوی|شیائومی|تبلت|یاهو|جیمیل|اوت ?لوک|iphone|ipad|android|galaxy|samsung|yahoo|outlook|gmail|huawei|xiaomi|mail|میل)"
SENT_FROM = re.compile(
    rf"^\W*+(?:(?:sent|posted|written|typed|composed) (?:wirelessly |securely |mobile )?(?:from|via|with|by|using|on)\b(?: my| the| an?)?[^.,\n]{{0,60}}?\b{_DEVICE}\b[^\n]{{0,60}}"
    rf"|sent from my \w+(?: \w+){{0,3}}|(?:get|download|try) (?:outlook|yahoo|aol|gmail|blue ?mail|spark)\b[^\n]{{0,80}}|via (?:mobile|iphone|android|phone|blackberry)"
    rf"|(?:von|mit) (?:meine[mr]?|unterwegs|dem)\b[^\n]{{0,40}}\b(?:gesendet|geschickt|verschickt)\b[^\n]{{0,40}}|gesendet (?:von|mit|aus|via)\b[^\n]{{0,80}}|diese nachricht wurde von mein[^\n]{{0,80}}"
    rf"|envoyé (?:de|depuis|à partir|sans fil|avec|par|via)\b[^\n]{{0,120}}|enviado (?:desde|do|de|a partir|através)\b[^\n]{{0,80}}|inviato (?:da|dal|con|tramite)\b[^\n]{{0,80}}|verzonden (?:vanaf|met|via|vanuit)\b[^\n]{{0,80}}|verstuurd vanaf\b[^\n]{{0,80}}"
    rf"|skickat från\b[^\n]{{0,60}}|sendt fra\b[^\n]{{0,60}}|lähetetty\b[^\n]{{0,60}}|wysłane? z\b[^\n]{{0,60}}|odesláno z\b[^\n]{{0,60}}|отправлено (?:с|из)\b[^\n]{{0,60}}|[^\n]{{0,30}}(?:tarafından|adresinden|üzerinden|'?[dt][ae]n) gönderildi|trimis de pe\b[^\n]{{0,60}}"
    rf"|[^\n]{{0,20}}(?:から送信|发自我的|發自我的|发送自|나의 |에서 보냄)[^\n]{{0,40}}|(?:أرسلت|أرسل|ارسل|أُرسلت) من\b[^\n]{{0,60}}|נשלח מ[^\n]{{0,60}}"
    rf"|(?:دریافت|دانلود|نصب)[^\n]{{0,10}}(?:outlook|یاهو|yahoo|gmail|blue ?mail)[^\n]{{0,30}}|(?:ارسال|فرستاده|ارسالی)(?: شده)? (?:از|با|توسط|بوسیله|به وسیله)(?: طریق)?\b[^\n]{{0,40}}?{_DEVICE_FA}[^\n]{{0,40}}|(?:از|با)\b[^\n]{{0,40}}?{_DEVICE_FA}[^\n]{{0,30}}(?:ارسال|فرستاده)(?: (?:شد|شده|شده است|می شود|گردید))?)\W*$",
    re.IGNORECASE,
)
_SOLO = (
    r"thanks|thank you|thanx|thx|many thanks(?: in advance| again)?|thanks (?:a lot|so much|again|in advance|and regards|& regards|very much|for your (?:help|time))|thank you (?:very much|so much|in advance)"
    r"|(?:best|kind|warm|kindest|warmest|many|with|with best|with kind|with warm)?\s?regards(?: from [\w ]{1,20})?|rgds|br|best wishes|best|all the best|cheers|sincerely|yours(?: sincerely| faithfully| truly)?|sincerely yours|respectfully|cordially|take care|truly yours|love|ciao|warmly|cheerio|yours"
    r"|mit freundlichen (?:grüßen|gruessen|grüssen)|(?:viele|liebe|beste|schöne|freundliche|herzliche) grüße?(?: aus [\w ]{1,20})?|freundliche grüsse|mfg|lg|vg|gruß|grüße|danke|vielen dank|bien cordialement|cordialement|bien à vous|merci|salutations|sincères salutations|saludos|atentamente|un saludo|saludos cordiales|gracias|muchas gracias"
    r"|atenciosamente|obrigado|obrigada|att|abraços|cordiali saluti|distinti saluti|saluti|grazie|met vriendelijke groet(?:en)?|groeten|groetjes|mvg|med vänliga? hälsning(?:ar)?|vänligen|mvh|hilsen|med venlig hilsen|vennlig hilsen|terveisin|pozdrawiam|z poważaniem|s pozdravem|с уважением|спасибо|saygılarımla|teşekkürler|iyi çalışmalar|üdvözlettel|cu respect"
    r"|با (?:کمال|نهایت|تقدیم|عرض|تجدید) (?:تشکر|احترام|سپاس|ادب|امتنان|احترامات)(?: و (?:احترام|تشکر|سپاس|ادب|امتنان))?|با آرزوی [^\W\d_]+(?: [^\W\d_]+){0,4}|(?:با )?(?:تشکر|سپاس|ممنون|متشکرم?|سپاسگزارم?) (?:از|بابت) [^\W\d_]+(?: [^\W\d_]+){0,2}|(?:با )?(?:تشکر|احترام|سپاس)(?: و (?:احترام|تشکر|سپاس|ادب|امتنان))?(?: (?:فراوان|بسیار|ویژه|قبلی|از شما|از زحمات شما|از لطف شما|از پیگیری شما))?|با احترامات(?: فائقه)?|سپاسگزارم?|سپاسگذارم?|سپاس|متشکرم?|ممنونم?|ممنون(?: از شما| میشوم| میشم)?|مرسی|ارادتمند(?: شما)?|مخلص شما|دوستدار شما|قربان شما|قربانت|با آرزوی موفقیت|با آرزوی بهترین ها|روز خوش|روز خوبی داشته باشید|موفق باشید|پیروز باشید|پیروز و سربلند باشید|موید باشید|شاد باشید|خدانگهدار|خداحافظ|بدرود|التماس دعا|یا علی|یاعلی|والسلام|من الله التوفیق|با درود(?: فراوان)?"
    r"|مع (?:خالص |فائق )?(?:الشکر|التحیه|التحیات|تحیاتی|الاحترام)(?: و(?:التقدیر|الاحترام))?|شکرا(?: جزیلا)?|شکراً|تحیاتی|وتفضلوا بقبول فائق الاحترام"
)
# First words of sign-offs: a line that begins otherwise never meets the long pattern.
_FIRST = frozenset(
    [
        "thanks",
        "thank",
        "thanx",
        "thx",
        "many",
        "best",
        "kind",
        "warm",
        "kindest",
        "warmest",
        "with",
        "regards",
        "rgds",
        "br",
        "all",
        "cheers",
        "sincerely",
        "yours",
        "respectfully",
        "cordially",
        "take",
        "truly",
        "love",
        "ciao",
        "warmly",
        "cheerio",
        "mit",
        "viele",
        "liebe",
        "beste",
        "schöne",
        "freundliche",
        "herzliche",
        "mfg",
        "lg",
        "vg",
        "gruß",
        "grüße",
        "danke",
        "vielen",
        "bien",
        "cordialement",
        "merci",
        "salutations",
        "sincères",
        "saludos",
        "atentamente",
        "un",
        "gracias",
        "muchas",
        "atenciosamente",
        "obrigado",
        "obrigada",
        "att",
        "abraços",
        "cordiali",
        "distinti",
        "saluti",
        "grazie",
        "met",
        "groeten",
        "groetjes",
        "mvg",
        "med",
        "vänliga",
        "vänlig",
        "vänligen",
        "mvh",
        "hilsen",
        "vennlig",
        "terveisin",
        "pozdrawiam",
        "z",
        "s",
        "с",
        "спасибо",
        "saygılarımla",
        "teşekkürler",
        "iyi",
        "üdvözlettel",
        "cu",
        "با",
        "تشکر",
        "احترام",
        "سپاس",
        "سپاسگزار",
        "سپاسگزارم",
        "سپاسگذار",
        "سپاسگذارم",
        "متشکر",
        "متشکرم",
        "ممنون",
        "ممنونم",
        "مرسی",
        "ارادتمند",
        "مخلص",
        "دوستدار",
        "قربان",
        "قربانت",
        "روز",
        "موفق",
        "پیروز",
        "موید",
        "شاد",
        "خدانگهدار",
        "خداحافظ",
        "بدرود",
        "التماس",
        "یا",
        "یاعلی",
        "والسلام",
        "من",
        "مع",
        "شکرا",
        "شکراً",
        "تحیاتی",
        "وتفضلوا",
    ]
)
_FIRST_WORD = re.compile(r"[^\W_]+")


def is_sign_off(line: str) -> bool:
    """Whether a line is nothing but "Kind regards," and the like."""
    first = _FIRST_WORD.search(line, 0, 40)
    return first is not None and first[0].lower() in _FIRST and SIGN_OFF.match(line) is not None


SIGN_OFF = re.compile(rf"^\W*+(?:{_SOLO})(?:\s*+(?:,|and|&|و)\s*+(?:{_SOLO}))?[\s,،.!…❤🙏🌹:)-]*+$", re.IGNORECASE)
SIGN_OFF_NAME = re.compile(
    r"^\W*+(?:best regards|kind regards|regards|sincerely|mit freundlichen grüßen|cordialement|با احترام|با تشکر|با سپاس|ارادتمند)\s*+[,،:]\s*+[^\W\d_][\w.'’]*+(?:\s[^\W\d_][\w.'’]*+){0,3}\s*+\.?$",
    re.IGNORECASE,
)

DISCLAIMER = re.compile(
    r"^\W{0,20}(?:(?:this|the information in this|the contents? of this) (?:e-?mail|message|communication|transmission)\b.{0,160}?\b(?:confidential|privileged|intended (?:only|solely)|addressee)"
    r"|(?:confidentiality|legal|privacy) (?:notice|note|disclaimer)|disclaimer\b|please consider the environment|diese (?:e-?mail|nachricht)\b.{0,120}?vertraulich"
    r"|ce (?:message|courriel|e-?mail)\b.{0,120}?confidentiel|este (?:mensaje|correo|e-?mail)\b.{0,120}?confidencial|esta mensagem\b.{0,120}?confidencial"
    r"|(?:این|محتوای این|اطلاعات این) (?:ایمیل|پیام|نامه|پست الکترونیک)\b.{0,160}?(?:محرمانه|مخاطب|گیرنده)|(?:تذکر|توجه|هشدار)\s?[:：].{0,80}?محرمانه)",
    re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(
    r"^\s*+[^\W\d_a-zа-я][\w.'’-]*+(?:\s++[^\W\d_a-zа-я][\w.'’-]*+){1,3}+\s*+"
    r"(?:,\s*+(?>(?:Ph\.?D|M\.?D|Dr|MBA|M\.?Sc|B\.?Sc|B\.?A|M\.?A|Esq|Jr|Sr|CPA|P\.?Eng|PMP|[A-Z]{2,5})(?!\w)\.?)\s*+)*+(?:,\s*+)?$"
)
_PHONE = re.compile(r"^[^\n]{0,25}?[+(]?\d[\d\s().+/-]{6,}+(?:x\d++\s*+)?$")
_LINK = re.compile(r"^\W{0,3}(?:[\w ]{0,12}:\s*)?(?:https?://|www\.)\S+\W{0,3}$", re.IGNORECASE)


def contact_like(line: str) -> bool:
    """A line that is nothing but a telephone number, an address of mail or web, or a device."""
    short = line.strip()
    if not short or len(short) > 90:
        return False
    return bool(
        _PHONE.match(short)
        or _LINK.match(short)
        or SENT_FROM.match(short)
        or (MAIL.search(short) and len(short.split()) <= 3)
    )


def name_like(line: str) -> bool:
    """A line that is nothing but a person's name in a script with capitals."""
    return len(line) <= 40 and bool(_NAME.match(line))


_FORMAL = re.compile(
    r"regards|rgds|sincerely|yours|grüßen?|grüße|cordial|atentamente|saludos|saluti|groet|hälsning|hilsen|уважением|احترام|ارادتمند|poważaniem",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"[?؟!:]|\b(?:لطفا|لطفاً|سفارش|میشه|می شود|کنید|کنین|بفرمایید|دارم|دارید|ندارم|است|نیست|هست|شده|شد|نشد|می خواهم|میخوام|کردم|نکرد|هنوز|چرا|چطور|کجا|کی|چند|please|when|where|what|why|how|is|are|was|can|could|will|would|have|has|had|need|want|my|your|order|also|but|if|and)\b",
    re.IGNORECASE,
)


def belongs_below(sign_off: str, below: list[str]) -> bool:
    """Whether the lines below a sign-off are a signature and not more of the message."""
    if not below:
        return _FORMAL.search(sign_off) is not None
    if len(below) > 9 or any(len(line) > 90 for line in below):
        return False
    name = below[0].strip()
    if contact_like(name) or SENT_FROM.match(name):
        return True
    words = name.strip("-–—*_., ").split()
    if not words or len(words) > 6 or _NOT_A_NAME.search(name):
        return False
    if name.isascii() and len(words) > 1 and not any(word[0].isupper() for word in words):
        return False
    return not any(line.rstrip().endswith(("?", "؟")) or len(line.split()) > 14 for line in below[1:])
