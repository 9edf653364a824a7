"""Ruled lines, warnings of mail servers, answers between questions and pasted lines."""

from __future__ import annotations

import pytest

from channels.email.visible.visible_reply import from_html, from_text

HEADER = "On Wed, 4 Mar 2026 at 12:00, Support <support@example.org> wrote:"
RULED = [
    "Spring sale\n-----\nMen's Shoes\nwww.shop.example/men\n-----\nWomen's Shoes\nwww.shop.example/women",
    "New lead from the site\n---\nName: Ruth Adler\nPhone: +44 20 7946 0123\nEmail: ruth@example.com",
    "درخواست تازه\n---\nنام: رضا نمونه\nتلفن: ۰۹۱۲۰۰۰۰۰۰۰\n---\nپیام: کی زنگ می‌زنید؟",
    "New request\n---\nwe were called by\n---\nRuth Adler\n+44 20 7946 0123",
    "First thing\n—\nSecond thing needs a new cable.",
    "Kitchen tap drips\n--\nBath: no water\n--\nHall: lamp broken",
    "My order:\n--\n2 lamps\n3 cables",
    "سفارش من:\n--\n۲ چراغ\n۳ کابل",
    "Please change my order.\n--\nCan it leave this week?",
    "Q1: yes\n*****\nQ2: no\n*****\nQ3: perhaps",
]
BELOW_RULES = [
    "--\nRoman",
    "-- \n" + "\n".join(f"Line {number} of a long one." for number in range(12)),
    "______\nTom Baker\n+44 20 7946 0123",
    "---\nرضا نمونه\n۰۲۱۸۸۸۸۰۰۰۰",
    "==========\nTom Baker\nSales\ntom@example.com",
]
BANNERS = [
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the sender.",
    "[EXTERNAL]",
    "[EXTERNAL EMAIL] Use caution with links.",
    "You don't often get email from fay@example.com. Learn why this is important <https://example.com/why>",
    "*** This is an external e-mail. Please be careful. ***",
    "This message was sent from outside the company. Please do not click links.",
    "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Bitte keine Anhänge öffnen.",
    "ATTENTION : Cet e-mail provient de l'extérieur de l'organisation. Ne cliquez pas sur les liens.",
    "هشدار: این ایمیل از خارج از سازمان ارسال شده است. روی پیوندها کلیک نکنید.",
    "[فرستنده خارجی]",
    "این پیام از بیرون دانشگاه فرستاده شده است، پیوست‌ها را با احتیاط باز کنید.",
    "اخطار امنیتی: این نامه از بیرون شبکه شرکت آمده است.",
    "توجه! ایمیل دریافتی از فرستنده‌ای خارج از شرکت است.",
    "ایمیل خارجی - لطفا احتیاط کنید",
]
NO_BANNERS = [
    "Warning: external hard drive shows an error message.\n\nWhat now?",
    "Important: my external mail account does not work.\n\nPlease help.",
    "Your warning says that my message comes from outside the company, why?\n\nTom asks.",
    "Attention: the message on the outside display says E5.\n\nPlease send somebody.",
    "هشدار دستگاه: دمای بیرون زیاد است\n\nچه کنم؟",
    "ایمیل خارجی نمی‌رسد.\n\nچرا؟",
    BANNERS[0],
]
ABOVE = [
    "##- Please type your reply above this line -##",
    "Reply above this line",
    "[Please reply above this line]",
    "##- Please do not write below this line -##",
    "لطفاً پاسخ خود را بالای این خط بنویسید",
    "=== لطفا جواب را بالای این خط بنویسید ===",
    "پاسخ‌تان را بالاتر از این خط بنویسید",
    "##- Veuillez répondre au-dessus de cette ligne -##",
    "##- Por favor, escriba su respuesta por encima de esta línea -##",
    "##- Responda acima desta linha -##",
    "##- Typ uw antwoord boven deze regel -##",
    "##- Rispondi sopra questa riga -##",
    "Bitte schreiben Sie Ihre Antwort über dieser Linie",
    "##- Skriv ditt svar ovanför den här raden -##",
    "##- Proszę odpowiedzieć powyżej tej linii -##",
    "##- Lütfen yanıtınızı bu satırın üzerine yazın -##",
    "##- Пожалуйста, ответьте выше этой строки -##",
    "##- الرجاء الرد فوق هذا السطر -##",
    "##- この行より上に返信してください -##",
    "##- 请在此行上方回复 -##",
]


@pytest.mark.parametrize("text", RULED)
def test_ruled_lines_divide_what_a_person_wrote(text: str) -> None:
    assert from_text(text).text == text


@pytest.mark.parametrize("signature", BELOW_RULES)
def test_a_name_with_a_number_below_a_rule_is_a_signature(signature: str) -> None:
    assert from_text(f"Please send it.\n{signature}").text == "Please send it."


@pytest.mark.parametrize(
    "rule", ["\n________________________________\n\n", "\n\n", "\n---\n", "\n", "\n**********\n"], ids=range(5)
)
@pytest.mark.parametrize("banner", BANNERS)
@pytest.mark.parametrize("words", ["The scanner makes stripes. Can you help?", "سلام، دستگاه کار نمی‌کند. چه کنم؟"])
def test_a_warning_above_is_folded_and_never_the_message(words: str, banner: str, rule: str) -> None:
    reply = from_text(banner + rule + words)
    assert reply.text == words
    assert banner in reply.full_text


def test_a_warning_of_several_lines_in_a_frame_is_folded() -> None:
    frame = "*" * 20
    warning = (
        "CAUTION: This email comes from outside the organization.\nDo not click links\nunless you trust the sender."
    )
    assert from_text(f"{frame}\n{warning}\n{frame}\nMy words").text == "My words"


@pytest.mark.parametrize("text", NO_BANNERS)
def test_a_person_may_write_about_warnings(text: str) -> None:
    assert from_text(text).text == text


@pytest.mark.parametrize("line", ABOVE)
def test_what_stands_below_reply_above_this_line_is_folded(line: str) -> None:
    assert from_text(f"My answer is yes.\n\n{line}\n\nYour request was answered by Bob").text == "My answer is yes."


def test_a_question_about_the_line_is_the_message() -> None:
    text = "Should I write above this line or below?\n\nThanks for telling, it broke."
    assert from_text(text).text == text


def test_an_answer_keeps_the_last_paragraph_of_what_it_answers() -> None:
    greeting = "".join(f"> greeting {number}\n" for number in range(9))
    shown = from_text(f"{HEADER}\n{greeting}>\n> Which model?\nSeries 7\n> Since when?\nFriday\n> Bye\n> Dalan").text
    assert shown == "> Which model?\nSeries 7\n> Since when?\nFriday"


def test_a_quotation_within_the_quotation_is_no_question() -> None:
    assert from_text(f"{HEADER}\n>> older words\n> One?\nA\n> Two?\nB").text == "> One?\nA\n> Two?\nB"


def test_a_question_whose_answer_is_a_mere_signature_is_folded() -> None:
    assert from_text(f"{HEADER}\n> One?\nA\n> Two?\n> Three?\n\n-- \nTom Baker").text == "> One?\nA"


def test_one_quotation_above_one_answer_stays_folded() -> None:
    assert from_text(f"{HEADER}\n> Dear Wim,\n> which size?\n\nSize 44.").text == "Size 44."


@pytest.mark.parametrize(
    "text",
    ["> npm install\nfails with:\n> ERR 404", "در صفحه نوشته بود:\n> موجودی کافی نیست\nولی من پول دارم", "> only this"],
)
def test_marked_lines_of_a_first_mail_were_pasted(text: str) -> None:
    assert from_text(text, first_mail=True).text == text


def test_marked_lines_above_the_quotation_were_pasted() -> None:
    words = "I see this:\n\n> make deploy\n> error 5\n\nWhat now?"
    assert from_text(f"{words}\n\n{HEADER}\n> what do you see?").text == words


@pytest.mark.parametrize(
    "html",
    [
        (
            '<div class="gmail_quote"><div class="gmail_attr">On Mon, Support wrote:</div><blockquote class="gmail_quote">Model?'
            '</blockquote><div>Series 7</div><blockquote class="gmail_quote">Since when?</blockquote><div>Friday</div></div>'
        ),
        (
            "<blockquote type=cite>Model?</blockquote>Series 7<blockquote type=cite>Since when?</blockquote>Friday"
            "<blockquote type=cite>Bye</blockquote>"
        ),
    ],
)
def test_answers_between_quotations_of_html_keep_their_questions(html: str) -> None:
    assert from_html(html).text.split("\n") == ["> Model?", "Series 7", "> Since when?", "Friday"]


def test_the_display_of_an_element_decides_its_place_and_whether_it_is_read() -> None:
    html = (
        '<div style="display:none">before the mail</div><p hidden>nor this</p><span style="display: block">one</span>'
        '<span style="color:red;display:block">two</span><div style="display:inline">three</div> <div style="display:inline">four</div>'
    )
    assert from_html(html).full_text == "one\ntwo\nthree four"
    assert from_html('<div style="display:none">all there is</div>').text == "all there is"
