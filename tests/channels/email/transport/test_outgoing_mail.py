"""Outgoing mail: headers that programs understand, a body that people like to read."""

from __future__ import annotations

import email
import email.policy
import importlib
import re
import subprocess
from dataclasses import replace
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest

from channels.contract import Address, Attachment, DeliveryError, Face, Inbound, Outbound
from channels.email.channel import Channel
from channels.email.sending.render import Mail, render
from channels.email.settings import EmailSettings
from tests.support.mail.mailboxes import NOW, channel

dkim = importlib.import_module("dkim")
TOKEN = "4abcdefgh234567ij"
BOX = {
    "name": "support",
    "address": "support@desk.example",
    "aliases": ["help@desk.example"],
    "display_name": "پشتیبانی دالان",
}
DESK = EmailSettings.model_validate({"mailboxes": [BOX]})
FACES = [
    Face("happy", "خوب بود", "https://desk.example/s/h?a=1&b=2", "https://desk.example/h.svg"),
    Face("neutral", "معمولی بود", "https://desk.example/s/n", "https://desk.example/n.svg"),
    Face("sad", "خوب نبود", "https://desk.example/s/s", "https://desk.example/s.svg"),
]
REPLY = Outbound(
    token=TOKEN,
    kind="message",
    account="support",
    to=Address("email:sara@customer.example", "سارا"),
    text="سلام سارا،\n\nسفارش شما امروز رسید.\nhttps://desk.example/o/1\n\nBest wishes",
    subject="Re: سفارش ۴۸۱۲ [#12]",
    sender_name="مریم رضایی",
    in_reply_to="<b@customer.example>",
    references=["<a@customer.example>", "<b@customer.example>"],
)


def written(outbound: Outbound = REPLY, settings: EmailSettings = DESK) -> Mail:
    return render(settings, outbound, NOW)


def parsed(outbound: Outbound = REPLY, settings: EmailSettings = DESK) -> EmailMessage:
    message = email.message_from_bytes(written(outbound, settings).content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_persons_reply_bears_all_a_mail_program_needs_to_thread_it_and_nothing_of_a_robot() -> None:
    message = parsed()
    assert message["message-id"] == f"<p.{TOKEN}@desk.example>"
    assert message["in-reply-to"] == "<b@customer.example>"
    assert message["references"].split() == [
        "<a@customer.example>",
        f"<r.{TOKEN}@desk.example>",
        "<b@customer.example>",
    ]
    assert str(message["from"]) == "مریم رضایی <support@desk.example>"
    assert getaddresses([str(message["reply-to"])]) == [("مریم رضایی", f"support+{TOKEN}@desk.example")]
    assert str(message["to"]) == "سارا <sara@customer.example>"
    assert message["subject"] == "Re: سفارش ۴۸۱۲ [#12]"
    assert message["content-language"] == "fa"
    assert not {"auto-submitted", "precedence", "x-auto-response-suppress"} & {name.lower() for name in message}
    returns = {REPLY.to.address: "7return", "email:boss@customer.example": "8return"}
    mail = written(replace(REPLY, returns=returns, copies=[Address("email:boss@customer.example")]))
    assert mail.sender == "support+b.7return@desk.example"
    assert mail.returns == {"boss@customer.example": "support+b.8return@desk.example"}


def test_an_automatic_mail_says_so_and_asks_nobody_for_an_answer() -> None:
    message = parsed(replace(REPLY, automatic=True))
    assert message["auto-submitted"] == "auto-replied"
    assert message["x-auto-response-suppress"] == "All"
    assert message["precedence"] == "bulk"
    assert written(replace(REPLY, automatic=True)).sender == ""
    understood = channel(BOX).normalise("support", written(replace(REPLY, automatic=True)).content)
    assert isinstance(understood, Inbound)
    assert understood.automatic


def test_the_answer_comes_from_the_address_the_customer_wrote_to_if_it_is_ours() -> None:
    message = parsed(replace(REPLY, reply_via="Help@desk.example"))
    assert "help@desk.example" in message["from"]
    assert f"help+{TOKEN}@desk.example" in message["reply-to"]
    assert "support@desk.example" in parsed(replace(REPLY, reply_via="boss@bank.example"))["from"]


def test_copies_go_to_others_once_and_never_to_ourselves() -> None:
    places = [
        "Boss@customer.example",
        "help+x@desk.example",
        "sara@Customer.example",
        "boss@customer.example",
        "b@x.example",
    ]
    mail = written(replace(REPLY, copies=[Address(f"email:{place}") for place in places]))
    assert list(mail.copies) == ["Boss@customer.example", "b@x.example"]


def test_a_mail_server_without_plus_addresses_gets_plain_ones() -> None:
    plain = EmailSettings.model_validate({"mailboxes": [{**BOX, "plus": False}]})
    assert written(REPLY, plain).sender == "support@desk.example"
    assert "reply-to" not in parsed(REPLY, plain)


def test_references_keep_the_first_and_the_newest_twenty_at_most() -> None:
    many = [f"<{n}@x.example>" for n in range(60)]
    found = parsed(replace(REPLY, references=many, in_reply_to=many[-1]))["references"].split()
    assert (len(found), found[0], found[-1]) == (20, many[0], many[-1])


def test_the_text_alternative_reads_well_alone() -> None:
    quote = {"header": "در ۱ اسفند، سارا نوشت:", "text": "کجاست؟\nممنون"}
    text = body(parsed(replace(REPLY, signature="دالان\n۰۲۱", details={"quote": quote})), "plain")
    assert text == (
        "سلام سارا،\n\nسفارش شما امروز رسید.\nhttps://desk.example/o/1\n\nBest wishes\n\n-- \nدالان\n۰۲۱\n\n"
        "در ۱ اسفند، سارا نوشت:\n> کجاست؟\n> ممنون\n"
    )


def test_each_paragraph_has_its_own_direction_and_the_letter_that_of_its_language() -> None:
    html = body(parsed(), "html")
    assert '<html lang="fa" dir="rtl">' in html
    assert re.search(r'<p dir="rtl"[^>]*text-align: ?right[^>]*>سلام سارا', html)
    assert re.search(r'<p dir="ltr"[^>]*text-align: ?left[^>]*>Best wishes', html)
    english = body(parsed(replace(REPLY, language="en", text="Hello")), "html")
    assert '<html lang="en" dir="ltr">' in english


def test_styles_are_in_the_elements_and_nothing_is_fetched() -> None:
    html = body(parsed(), "html")
    assert "<style" not in html
    assert "font-family: Vazirmatn" in html
    assert "src=" not in html


def test_text_becomes_html_that_means_the_same() -> None:
    html = body(parsed(replace(REPLY, text='<script>alert("x")</script> & https://a.example/?q=1&r="2"')), "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="https://a.example/?q=1&amp;r="' in html


def test_the_survey_shows_three_drawings_each_a_link_and_the_text_has_the_links_too() -> None:
    message = parsed(replace(REPLY, kind="survey", automatic=True, text="چطور بودیم؟", faces=FACES))
    html, text = body(message, "html"), body(message, "plain")
    pictures = {
        part["content-id"]: part.get_content() for part in message.walk() if part.get_content_maintype() == "image"
    }
    assert len(pictures) == 3
    for face in FACES:
        assert f"{face.label}:\n{face.url}" in text
        assert f'href="{face.url.replace("&", "&amp;")}"' in html
        assert f'alt="{face.label}"' in html
        assert pictures[f"<face-{face.score}@pasokh>"].startswith(b"\x89PNG")
        assert f'src="cid:face-{face.score}@pasokh"' in html
    assert message["auto-submitted"] == "auto-generated"


def test_files_arrive_as_they_were_under_their_own_names() -> None:
    files = [
        Attachment(
            "گزارش نهایی بسیار طولانی دربارهٔ سفارش‌های زمستان.pdf", "application/pdf", bytes(range(256)) * 9, 2304
        ),
        Attachment("plain name.txt", "text/plain", b"x", 1),
        Attachment('a"b\\c/d\r\nX-Evil: 1.txt', "text/plain\r\nX-Evil: 1", b"y", 1),
        Attachment("note.eml", "message/rfc822", b"Subject: x\r\n\r\ny", 15),
        Attachment("pic.png", "image/png", b"\x89PNG", 4, inline=True, content_id="<pic@x>"),
    ]
    message = parsed(replace(REPLY, html='<p>see <img src="cid:pic@x"></p>', attachments=files))
    found = [(part.get_filename(), part.get_payload(decode=True)) for part in message.walk() if part.get_filename()]
    assert (files[0].name, files[0].content) in found
    assert ("plain name.txt", b"x") in found
    assert ("note.eml", b"Subject: x\r\n\r\ny") in found
    assert ("pic.png", b"\x89PNG") in found
    assert 'a"b_c_d X-Evil: 1.txt' in [name for name, _ in found]
    assert "x-evil" not in {name.lower() for part in message.walk() for name in part}


def test_a_file_without_content_stops_the_mail_rather_than_leaving_without_it() -> None:
    with pytest.raises(DeliveryError) as caught:
        written(replace(REPLY, attachments=[Attachment("a.pdf", "application/pdf", None, 9)]))
    assert caught.value.permanent


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@c.example", "a@b.example\r\nRCPT TO:<x@y>", "<a@b.example>", "a@"]
)
def test_what_is_no_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        written(replace(REPLY, to=Address(f"email:{address}")))
    assert caught.value.permanent


def test_a_mailbox_removed_from_the_settings_is_named() -> None:
    with pytest.raises(DeliveryError, match="no mailbox named 'old'"):
        written(replace(REPLY, account="old"))
    assert channel(BOX).remote_id(replace(REPLY, account="old")) is None


def test_all_our_addresses_are_known_to_the_desk() -> None:
    assert channel(BOX).own_addresses() == ["email:support@desk.example", "email:help@desk.example"]


def test_international_domains_go_over_the_wire_in_ascii() -> None:
    assert written(replace(REPLY, to=Address("email:a@دامنه.example"))).to.startswith("a@xn--")


def test_the_same_message_is_written_the_same_way_at_every_try() -> None:
    assert written().content == written().content


def test_what_we_write_our_own_reader_understands() -> None:
    email_channel: Channel = channel(BOX)
    understood = email_channel.normalise(
        "support", written(replace(REPLY, details={"quote": {"header": "سارا نوشت:", "text": "قبلی"}})).content
    )
    assert isinstance(understood, Inbound)
    assert understood.external_id == email_channel.remote_id(REPLY)
    assert understood.thread.reply_tokens == ()
    assert understood.text.startswith("سلام سارا")
    assert understood.automatic  # our own mail that comes back is no customer's
    assert understood.thread.message_tokens[:1] == (REPLY.token,)


def test_mails_are_signed_where_a_key_is_set(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", str(key), "1024"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True).stdout
    record = b"v=DKIM1; p=" + b"".join(public.splitlines()[1:-1])
    settings = EmailSettings.model_validate({"mailboxes": [{**BOX, "dkim": {"selector": "s1", "key_file": str(key)}}]})
    content = written(REPLY, settings).content
    assert content.startswith(b"DKIM-Signature:")
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(content, dnsfunc=dns)
    assert asked == [b"s1._domainkey.desk.example."]
    assert not dkim.verify(
        content.replace("سلام".encode(), b"x") if b"7bit" in content else content.replace(b"Subject: ", b"Subject: x"),
        dnsfunc=dns,
    )
    key.unlink()
    with pytest.raises(DeliveryError, match=r"can't be signed") as caught:
        written(REPLY, settings)
    assert not caught.value.permanent


@pytest.mark.parametrize("odd", ["x@ü..example", "x@" + "ü" * 300 + ".example", "no address", "a b@c.example", "@c.example", "x\udcff@c.example"])  # fmt: skip
def test_a_copy_nobody_can_write_to_is_left_out_and_the_mail_is_written(odd: str) -> None:
    outbound = replace(REPLY, copies=[Address(f"email:{odd}"), Address("email:boss@customer.example")])
    mail = written(outbound)
    assert (mail.copies, mail.dropped) == (["boss@customer.example"], [odd])
    assert odd.encode("utf-8", "surrogateescape") not in mail.content


def test_a_copy_whose_domain_has_other_letters_is_written_to() -> None:
    mail = written(replace(REPLY, copies=[Address("email:x@ünder.example")]))
    assert (mail.copies, mail.dropped) == (["x@xn--nder-zra.example"], [])
