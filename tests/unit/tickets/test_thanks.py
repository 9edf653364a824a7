"""The thanks detector against a table of phrases: mere thanks, and messages that only begin or end like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets.thanks import is_thanks

THANKS = """
ممنون | ممنونم | خیلی ممنون | خیلی ممنونم از شما | ممنون از پاسختون | ممنونم از پاسخ سریعتون | مرسی | مرسی! | مرسییییی
مرسی از پیگیری‌تون | مرسی از پیگیریتون | متشكرم | متشکرم | متشکریم | خیلی متشکرم از شما | با تشکر | با تشکر فراوان
تشکر | تشکر می‌کنم | تشکر از راهنمایی شما | سپاس | سپاس فراوان | سپاسگزارم 🙏 | سپاسگزاریم | مچکرم | سلام، ممنون
سلام وقت بخیر، خیلی ممنون | دستتون درد نکنه | دستت درد نکنه | دست شما درد نکند | دمتون گرم | دمت گرم | دم شما گرم
لطف کردید | لطف کردین، ممنون | خدا خیرتون بده | قربان شما | عالی بود، ممنون | باشه ممنون | اوکی مرسی | چشم، ممنون
ممنون، روز خوش | ممنون از همکاری شما | ممنون و خداحافظ | خداحافظ | خدانگهدار | واقعا ممنون از زحماتتون | بی‌نهایت سپاسگزارم
یک دنیا ممنون | ممنون از لطف شما، موفق باشید | دریافت شد، ممنون | متوجه شدم، مرسی | مرسی عزیز | ممنونم از راهنمایی‌تون
thanks | Thanks! | Thanks!!! | THANKS | thank you | Thank you. | thank u | thank you so much | thank you very much
Thank you very much for your help | thanks a lot | Thanks a lot!! | many thanks | thx | ty | tnx | tysm | cheers | cheers mate
ok thanks | okay, thank you | great, thanks! | Perfect, thank you | Got it, thanks | Received, thank you | thanks again
Thanks for the quick reply | Thank you for your time and support | thanks for everything | Thanks for getting back to me
I really appreciate it | We appreciate your help | much appreciated | Hi, thanks | Hello team, many thanks | Dear all, thank you
thank you and have a nice day | Thanks, bye | bye | goodbye | Thank you, best regards | thanks :) | Thaaaanks | That's perfect, thank you
merci | mersi | mamnoon | mamnunam | kheili mamnoon | merci az shoma | damet garm
👍 | 👍🏿 | 🙏🙏 | ❤️ | ❤️❤️ | 😀👍 | 🇮🇷 | 1️⃣ | +1 | :) | 😢 | 🌹🌹🌹 | ممنون 🙏🌹 | Thanks 👍
"""

MESSAGES = """
سلام | سلام وقت بخیر | سلام، خسته نباشید | باشه | ok | okay | چشم | عالی | great | great idea | perfect | hello | hi team | yes | no
ممنون ولی هنوز نرسیده | ممنون ولی نرسید | ممنون اما کار نکرد | مرسی، کی می‌رسد؟ | مرسی کی میرسه | ممنون؟ | thanks? | Thanks?! | ؟ | ?
ممنون میشم پیگیری کنید | ممنون می‌شوم سفارش را لغو کنید | ممنون می‌شوم لطفاً سفارشم را لغو کنید | ممنون میشم خبرم کنید | سپاسگزار خواهم بود
متشکر میشم راهنمایی کنید | لطف کنید پاسخ دهید | لطفا پاسخ بدید ممنون | لطف می‌کنید بررسی کنید | مرسی که جواب نمیدید | مرسی از هیچی
ممنون، فقط آدرس عوض شده | ممنون، فاکتور هم می‌خواهم | تشکر، مشکل حل نشد | نه ممنون | نه، ممنون پولم را می‌خواهم | بله ممنون | هنوز منتظرم، ممنون
سلام، رسید پرداخت، ممنون | پیگیری کنید با تشکر | با تشکر از شما سفارش من کجاست | خیلی بد بود | خیلی ممنون یک سوال دیگر | ممنون ۲ تا بفرستید
دستتون درد نکنه یکی دیگه هم بفرستید | عالی نبود | قرار بود زنگ بزنید، ممنون | کمک، ممنون | جواب؟ ممنون | ممنون\\nهنوز نرسیده | ممنون نیستم
thanks but it still fails | Thanks, but it broke | Thanks. Order 123 | Thanks a lot. Also the printer is broken | No thanks | No thanks, I want my money
Thank you in advance for the refund | Thanks in advance | thanks for nothing | thank you, where is it | Thanks, when will it arrive | not ok, thanks
Thank you for your help with the invoice | thanks for the refund | Thanks, please call me | Please help, thanks | quick reply thanks | help, thanks
Help appreciated | a quick reply would be appreciated | I would appreciate your help | I appreciate a refund | any update, thanks | still waiting, thanks
thanks\\nstill broken | Thank you\\nPlease call | thanks for the link https://x.example | thanks @ali | thank you 5 | thanks, it works now but slowly
Thanks, can you also change my address | thanks, one more thing | thank god | thankless | Thanksgiving offer | I never got a thank you | tyre | cheers is out of stock
support thanks | Yes, thank you | thanks 👎 | thanks :( | 👎 | 😡 | ❓ | 🆘 | 12 👍 | 1 | 12 | ۱۲۳ | 5 | # | ... | … | ! | /thanks | a | x 👍
don't thank me | thanks for your patience is not enough | I was thanked | thx no | ty but no | merci nist | mamnoon misham zang bezanid
"""


def table(text: str) -> list[str]:
    lines = [line for line in text.strip().splitlines() if line]
    return [phrase.strip().replace("\\n", "\n") for line in lines for phrase in line.split(" | ")]


def test_the_table_is_large_enough():
    assert len(table(THANKS)) + len(table(MESSAGES)) >= 120


@pytest.mark.parametrize("phrase", table(THANKS))
def test_mere_thanks_are_detected(phrase):
    assert is_thanks(phrase)


@pytest.mark.parametrize("phrase", table(MESSAGES))
def test_a_message_that_wants_an_answer_is_not_thanks(phrase):
    assert not is_thanks(phrase)


def test_thanks_signed_with_the_author_s_name_are_detected():
    assert is_thanks("ممنونم\nسارا محمدی", author="سارا محمدی")
    assert is_thanks("Great, thank you!\n\nJohn", author="John Smith")
    assert not is_thanks("Great, thank you!\n\nJohn")
    assert not is_thanks("Thank you\nStill broken", author="John Smith")


@pytest.mark.parametrize("text", ["", " ", "thanks " * 40, "👍" * 200])
def test_empty_and_long_texts_are_not_thanks(text):
    assert not is_thanks(text)


@given(st.text(max_size=200), st.text(max_size=20))
def test_the_detector_never_raises(text, author):
    assert is_thanks(text, author=author) in (True, False)
