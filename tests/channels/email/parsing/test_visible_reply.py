"""The visible reply, told apart from quotation and signature."""

from __future__ import annotations

import pytest

from channels.email.visible.visible_reply import from_text, visible

ENGLISH = "Hello there\nsecond line"
PERSIAN = "سلام، وقت بخیر\nمشکل من هنوز پابرجاست."
UNMARKED = "\n\nwhat was written before\nand a second line of it"
MARKED = "\n\n> what was written before\n> and a second line of it"

ATTRIBUTIONS = [
    "Den tirs. 18. sep. 2018 kl. 08.57 skrev Anna Berg <anna@example.com>:",
    "Am 18.09.2018 um 08:57 schrieb Anna Berg <anna@example.com>:",
    "Am Di., 18. Sept. 2018 um 08:57 Uhr schrieb Anna Berg <anna@example.com>:",
    "Il giorno mar 18 set 2018 alle ore 08:57 Anna Berg <anna@example.com> ha scritto:",
    "El mar., 18 sept. 2018 a las 8:57, Anna Berg (<anna@example.com>) escribió:",
    "Em ter, 18 de set de 2018 às 08:57, Anna Berg <anna@example.com> escreveu:",
    "ti 18. syysk. 2018 klo 8.57 Anna Berg (anna@example.com) kirjoitti:",
    "Anna Berg <anna@example.com> ezt írta (időpont: 2018. szept. 18., K, 8:57):",
    "Anna Berg <anna@example.com>, 18 Eyl 2018 Sal, 08:57 tarihinde şunu yazdı:",
    "вт, 18 сент. 2018 г. в 8:57, Anna Berg <anna@example.com>:",
    "út 18. 9. 2018 v 8:57 odesílatel Anna Berg <anna@example.com> napsal:",
    "tir. 18. sep. 2018 kl. 08:57 skrev Anna Berg <anna@example.com>:",
    "2018年9月18日(火) 8:57 Anna Berg <anna@example.com>:",
    "Anna Berg <anna@example.com> 于2018年9月18日周二 上午8:57写道：",
    "2018년 9월 18일 (화) 오전 8:57, Anna Berg <anna@example.com>님이 작성:",
    "\u202bבתאריך יום ג׳, 18 בספט׳ 2018 ב-8:57 מאת \u202aAnna\u202c\u200f <\u202aanna@example.com\u202c\u200f>:\u202c",
    "في الثلاثاء، 18 سبتمبر 2018 8:57 ص Anna Berg <anna@example.com> كتب:",
    "ในวันที่ อ. 18 ก.ย. 2018 เวลา 08:57 Anna Berg <anna@example.com> เขียนว่า:",
    "Pada tanggal Sel, 18 Sep 2018 pukul 08.57 Anna Berg <anna@example.com> menulis:",
    "Op di 18 sep. 2018 om 08:57 schreef Anna Berg <anna@example.com>:",
    "Στις Τρί, 18 Σεπ 2018 στις 8:57 π.μ., ο/η Anna Berg <anna@example.com> έγραψε:",
    "Le mar. 18 sept. 2018 à 08:57, Anna Berg <anna@example.com> a écrit :",
    "wt., 18 wrz 2018 o 08:57 Anna Berg <anna@example.com> napisał(a):",
    "On 18 September 2018 at 08:57, Anna Berg <anna@example.com> wrote:",
    "Pe mar., 18 sept. 2018 la 08:57, Anna Berg <anna@example.com> a scris:",
    'On Sep 18, 2018 8:57 AM, "Anna Berg" <anna@example.com> wrote:',
    "On 18/09/2018 08:57, Anna Berg wrote:",
    "Em 18/09/2018 08:57, Anna Berg escreveu:",
    "Le 18/09/2018 à 08:57, Anna Berg a écrit :",
    "Il 18/09/2018 08:57, Anna Berg ha scritto:",
    "18.09.2018 8:57, Anna Berg пишет:",
    "W dniu 18.09.2018 o 08:57, Anna Berg pisze:",
    "Dne 18.9.2018 v 8:57 Anna Berg napsal(a):",
    "Op 18-09-18 om 08:57 schreef Anna Berg:",
    "Den 18/09/2018 kl. 08.57, skrev Anna Berg:",
    "18.9.2018, 8.57, Anna Berg kirjoitti:",
    "Anna Berg <anna@example.com> schrieb am Di., 18. Sept. 2018, 08:57:",
    "--- Original message ---",
    "-------- Mensaje original --------",
    "-----Mensagem original-----",
    "Anna Berg <anna@example.com> wrote:",
    '"Anna Berg" <anna@example.com> writes:',
    "在 2018年9月18日，08:57，Anna Berg <anna@example.com> 写道：",
    "2018-09-18 8:57 GMT+02:00 Anna Berg <anna@example.com>:",
    "------------------ 原始邮件 ------------------",
    "-----原始邮件-----",
]

PERSIAN_ATTRIBUTIONS = [
    "در تاریخ ۱۴۰۴/۱۲/۱۱، ساعت ۱۰:۱۵، پشتیبانی <support@example.org> نوشت:",
    "در تاریخ دوشنبه, ۱۱ اسفند ۱۴۰۴ در ساعت ۱۰:۱۵ ب.ظ پشتیبانی نوشت :",
    "\u200fدر ۱۱ اسفند ۱۴۰۴، در ۱۰:۱۵، پشتیبانی \u200f<support@example.org>\u200f نوشت:\u200f",
    "پشتیبانی <support@example.org> در ۲ مارس ۲۰۲۶ ساعت ۱۰:۱۵ نوشت:",
    "به تاریخ ۲ مارس ۲۰۲۶، پشتیبانی نوشته\u200cاند:",
    "On ۲۰۲۶/۳/۲ ۱۰:۱۵, پشتیبانی wrote:",
    "در ۲۰۲۶-۰۳-۰۲ ۱۰:۱۵، پشتیبانی پاسخ نوشته است:",
    "دوشنبه ۱۱ اسفند ۱۴۰۴، ۱۰:۱۵ پشتیبانی <support@example.org>:",
    "در دوشنبه ۱۱ اسفند ۱۴۰۴ ساعت ۱۰:۱۵ «پشتیبانی» نوشت:",
    "در تاریخ ۱۱\u200f/۱۲\u200f/۱۴۰۴ ۱۰:۱۵ ب.ظ.، پشتیبانی نوشت:",
    "مورخ ۱۴۰۴/۱۲/۱۱ پشتیبانی مرقوم فرمودند:",
    "در ۱۱/اسفند/۱۴۰۴ ۱۰:۱۵ پشتیبانی نوشت:",
    "۲ مارس ۲۰۲۶، ۱۰:۱۵، پشتیبانی <support@example.org>:",
    "در سه شنبه، ۱۲ اسفندماه ۱۴۰۴ ساعت ۱۰:۱۵ پشتیبانی نوشته\u200cاست:",
    "در تاريخ دوشنبه ٢ مارس ٢٠٢٦ ساعت ١٠:١٥ پشتيباني <support@example.org> نوشت:",
    "-----پیام اصلی-----",
    "----- پيام اصلي -----",
    "--- متن پیام قبلی ---",
    "________ پیام اصلی ________",
    "##- پاسخ خود را بالای این خط بنویسید -##",
    "در تاریخ دوشنبه ۲ مارس ۲۰۲۶ ساعت ۱۰:۱۵ پشتیبانی پاسخ\n<support@example.org> نوشت:",
    "در تاریخ دوشنبه ۲ مارس ۲۰۲۶،\nساعت ۱۰:۱۵ پشتیبانی پاسخ <\nsupport@example.org> نوشت:",
]

BLOCKS = [
    "Od: Anna <a@example.com>\nWysłano: wtorek, 18 września 2018 08:57\nDo: Bob\nTemat: RE: x",
    "Da: Anna <a@example.com>\nInviato: martedì 18 settembre 2018\nA: Bob\nOggetto: x",
    "De: Anna [mailto:a@example.com]\nEnviada em: terça-feira\nPara: Bob\nAssunto: x",
    "Lähettäjä: Anna\nLähetetty: 18. syyskuuta\nVastaanottaja: Bob\nAihe: x",
    "От: Anna\nОтправлено: 18 сент\nКому: Bob\nТема: x",
    "Kimden: Anna\nGönderildi: 18 Eylül\nKime: Bob\nKonu: x",
    "发件人: Anna\n发送时间: 2018年\n收件人: Bob\n主题: x",
    "差出人: Anna\n送信日時: 2018年\n宛先: Bob\n件名: x",
    "Van: Anna\nVerzonden: dinsdag\nAan: Bob\nOnderwerp: x",
    "من: Anna\nتم الإرسال: الثلاثاء\nإلى: Bob\nالموضوع: x",
    "*Von:* Anna\n*Gesendet:* Di\n*An:* Bob\n*Betreff:* x",
    "Från: Anna\nSkickat: den 18\nTill: Bob\nÄmne: x",
    "Feladó: Anna\nElküldve: 2018\nCímzett: Bob\nTárgy: x",
    "Odesílatel: Anna\nDatum: 18. 9.\nKomu: Bob\nPředmět: x",
    "Expéditeur: Anna\nDate: 18\nDestinataire: Bob\nObjet: x",
    "De : Anna\nEnvoyé : mardi\nÀ : Bob\nObjet : x",
]

PERSIAN_BLOCKS = [
    "از طرف: پشتیبانی\nارسال\u200cشده: دوشنبه ۲ مارس\nبه: سارا\nعنوان: سفارش",
    "*از:* پشتیبانی\n*تاریخ:* ۲ مارس\n*به:* سارا\n*موضوع:* سفارش",
    "فرستنده : پشتیبانی\nتاریخ : ۱۴۰۴/۱۲/۱۱\nگیرنده : سارا\nموضوع : سفارش",
    "________________________________\nاز: پشتیبانی <support@example.org>\nارسال شده در: دوشنبه\nبه: سارا\nرونوشت: علی\nموضوع: سفارش",
    "From: پشتیبانی <support@example.org>\nتاریخ: ۲ مارس\nTo: سارا\nموضوع: x",
    "ارسال\u200cکننده: پشتیبانی <support@example.org>\nتاریخ ارسال: ۲ مارس\nدریافت\u200cکننده: سارا\nعنوان: x",
    "از: پشتیبانی [mailto:support@example.org] \nارسال شده: دوشنبه\nبه: سارا\nموضوع: x",
    "تاریخ: ۲ مارس ۲۰۲۶\nاز: support@example.org\nبه: سارا\nموضوع: x",
]

PERSIAN_SIGNATURES = [
    "ارسال از گوشی سامسونگ",
    "با گوشی هوشمند سامسونگ ارسال شده",
    "ارسال شده توسط Mail برای Windows",
    "از Yahoo Mail برای iPhone ارسال شده است",
    "فرستاده\u200cشده با موبایل",
    "ارسال\u200cشده از Outlook برای iOS",
    "ارسال شده از iPad من",
    "از گوشی من ارسال شد",
    "ارسال\u200cشده از دستگاه Samsung Galaxy",
    "ارسال شده از تلفن هوشمند Huawei من",
    "فرستاده شده از طریق Gmail Mobile",
    "با سپاس فراوان\nرضا",
    "با تشکر و احترام\nرضا نمونه\n۰۹۱۲۰۰۰۰۰۰۰",
    "با تشکر از شما\nسارا محمدی",
    "ارادتمند،\nرضا",
    "با احترام و تشکر\nرضا نمونه",
    "با تقدیم احترام\nرضا نمونه\nمدیرعامل",
    "با آرزوی توفیق\nرضا",
    "سپاس از همراهی شما\nرضا",
    "با کمال تشکر\nرضا نمونه",
    "با تشکر فراوان\nواحد خرید شرکت نمونه\nتلفن: ۰۲۱۰۰۰۰۰۰۰۰",
    "با احترام",
    "ممنون\nعلی",
    "--\nرضا نمونه\nشرکت نمونه",
    "متشکرم.\nرضا",
    "سپاس 🌹\nرضا",
    "با تشکر: رضا نمونه",
    "با احترام، رضا نمونه",
]

SIGNATURES = [
    ("Hey!\n\nSent from my iPhone!", "Hey!"),
    ("Hey!\n--\nBest regards,\n\nRoman", "Hey!"),
    ("Wow. Awesome!\n--\nBob Smith", "Wow. Awesome!"),
    ("Blah.\n\n-Lev.\n\nSent from my HTC smartphone!", "Blah."),
    ("Blah\n--\n\nJohn Doe", "Blah"),
    ("Hey man!\nLook at this:\n\n--> one\n--> two\n--\nRoman", "Hey man!\nLook at this:\n\n--> one\n--> two"),
    (
        "Hello\nSee <http://google.com\n> for more information On Nov 30, 2011, at 12:47 PM, Somebody <\n416ff@example.com>wrote:\n\n> Hi",
        "Hello\nSee <http://google.com\n> for more information",
    ),
    (
        "And another reply!\n\nFrom: Dan Watson [mailto:user@host.com]\nSent: Monday, November 26, 2012 10:48 AM\nTo: Watson, Dan\nSubject: Re: New Issue\n\nA reply\n\n-- \nSent from my iPhone\n",
        "And another reply!",
    ),
    (
        "Hi,\n\nI need this.\n\nRegards\n\nAnna Berg\nSales Manager | Example GmbH\nTel: +49 30 000000\nwww.example.com",
        "Hi,\n\nI need this.",
    ),
    ("Question one?\n\nMany thanks in advance,\n\nAnna", "Question one?"),
    ("See you.\n\nCheers,\nBob\n\n--\nBob Sample", "See you."),
    (
        "Yes please.\n\nAnna Berg | Example GmbH | +49 30 000000",
        "Yes please.\n\nAnna Berg | Example GmbH | +49 30 000000",
    ),
    ("Reply \xa0 \xa0 Text\n\n> \xa0 quoted", "Reply \xa0 \xa0 Text"),
    ("I think so\n\nEnvoyé de mon iPhone", "I think so"),
    ("Ja\n\nVon meinem iPhone gesendet", "Ja"),
    ("Si\n\nInviato da iPhone", "Si"),
    ("Ok\n\nEnviado desde mi iPhone", "Ok"),
    ("Да\n\nОтправлено с iPhone", "Да"),
    ("Ok\n\niPhone から送信", "Ok"),
    ("Ok\n\niPhone'umdan gönderildi", "Ok"),
    ("Test\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", "Test"),
    ("Test\n\nSent from Yahoo Mail on Android", "Test"),
    ("Test\n\nSent from Mail for Windows 10", "Test"),
    ("The steps:\n\n1. do it\n2. then - wait\n\n- John", "The steps:\n\n1. do it\n2. then - wait"),
    ("Name: John\nDate: 5 May\nTo: be decided", "Name: John\nDate: 5 May\nTo: be decided"),
    ("My order:\nFrom: Tehran\nTo: Shiraz", "My order:\nFrom: Tehran\nTo: Shiraz"),
    ("On Monday I wrote:\nplease help", "On Monday I wrote:\nplease help"),
    ("سلام\nمبدا از: تهران\nبه: شیراز", "سلام\nمبدا از: تهران\nبه: شیراز"),
]

WHOLE = [
    "سلام\nبا تشکر از پیگیری شما، لطفا سفارش را لغو کنید",
    "سلام\nممنون\nکی به دستم می\u200cرسد؟",
    "از: تهران\nبه: شیراز\nسه نفر بلیط می\u200cخواهم",
    "موضوع: خرابی دستگاه\nتاریخ: دیروز\nدستگاه روشن نمی\u200cشود",
    "دیروز نوشت:\nسفارش شما آماده است",
    "در تاریخ ۵ اسفند سفارش دادم و هنوز نرسیده:\nشماره ۱۲۳",
    "مشخصات:\nنام: سارا\nشهر: تهران\n- یک\n- دو",
    "سلام\nبا احترام به استحضار می\u200cرساند که دستگاه خراب است\nلطفاً اقدام فرمایید",
    "سلام\nتلفنی به من در تاریخ ۱۴۰۴/۱۲/۱۱ گفتند:\nفردا زنگ می\u200cزنیم",
]


@pytest.mark.parametrize("quoted", [UNMARKED, MARKED], ids=["unmarked", "marked"])
@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_text_below_a_quotation_header_is_quoted(line: str, quoted: str) -> None:
    assert from_text(f"{ENGLISH}\n\n{line}{quoted}").text == ENGLISH


@pytest.mark.parametrize("quoted", [UNMARKED, MARKED], ids=["unmarked", "marked"])
@pytest.mark.parametrize("line", PERSIAN_ATTRIBUTIONS)
def test_text_below_a_persian_quotation_header_is_quoted(line: str, quoted: str) -> None:
    assert from_text(f"{PERSIAN}\n\n{line}{quoted}").text == PERSIAN


@pytest.mark.parametrize("block", [*BLOCKS, *PERSIAN_BLOCKS])
def test_text_below_a_forwarded_header_block_is_quoted(block: str) -> None:
    assert from_text(f"{PERSIAN}\n\n{block}{UNMARKED}").text == PERSIAN


@pytest.mark.parametrize("signature", PERSIAN_SIGNATURES)
def test_a_persian_signature_is_folded(signature: str) -> None:
    assert from_text(f"{PERSIAN}\n\n{signature}").text == PERSIAN


@pytest.mark.parametrize(("text", "shown"), SIGNATURES)
def test_signatures_are_folded_and_sentences_are_not(text: str, shown: str) -> None:
    assert from_text(text).text == shown


@pytest.mark.parametrize("text", WHOLE)
def test_what_only_looks_like_a_quotation_or_signature_stays(text: str) -> None:
    assert from_text(text).text == text


@pytest.mark.parametrize(
    "words",
    [
        "This e-mail and any attachments are confidential and intended solely for the addressee.\nIf you are not, delete it.",
        "CONFIDENTIALITY NOTICE: do not read this.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "این ایمیل و پیوست‌های آن محرمانه است و تنها برای گیرنده فرستاده شده است.",
    ],
)
def test_a_paragraph_about_confidentiality_is_folded(words: str) -> None:
    assert from_text(f"{PERSIAN}\n\n{words}").text == PERSIAN
    assert from_text(f"{PERSIAN}\n\nبا احترام\nسارا\n\n{words}").text == PERSIAN
    assert from_text(words).text == words


def test_answers_between_the_quotations_keep_their_questions_in_order() -> None:
    text = "Hi,\n\nOn Mon, 2 Mar 2026, Support wrote:\n> one?\nyes\n> two?\n\nno\n> bye\n"
    assert from_text(text).text == "Hi,\n\n> one?\nyes\n> two?\n\nno"


def test_a_mail_of_nothing_but_quotation_shows_the_quotation() -> None:
    assert from_text("On Mon, 2 Mar 2026, Support wrote:\n> one\n> two").text.endswith("> two")
    assert from_text("> one\n> two").text == "> one\n> two"


def test_a_forwarded_message_is_the_message() -> None:
    text = "see below\n\n---------- Forwarded message ---------\nFrom: a@example.com\nTo: b@example.com\nSubject: x\n\nwords"
    assert from_text(text).text == text
    outlook = "see below\n\nFrom: a@example.com\nSent: Monday\nTo: b\nSubject: x\n\nwords"
    assert visible(outlook, None, "FW: x").text == outlook
    assert visible(outlook, None, "RE: x").text == "see below"


def test_the_whole_text_is_kept_beside_the_reply() -> None:
    text = f"{PERSIAN}\n\nبا تشکر\nسارا\n\nدر تاریخ ۱۱ اسفند ۱۴۰۴، پشتیبانی نوشت:\n> سلام"
    reply = from_text(text)
    assert (reply.text, reply.full_text, reply.cut) == (PERSIAN, text, True)
    assert not from_text(PERSIAN).cut
