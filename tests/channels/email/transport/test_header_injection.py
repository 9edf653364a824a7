"""Nothing a person types can become a header, a recipient or a command."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.header import decode_header, make_header

from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Address, Attachment, Face, Outbound
from channels.email.sending.render import render
from channels.email.settings import EmailSettings
from tests.support.mail.mailboxes import NOW

BOX = {"name": "support", "address": "support@desk.example"}
DESK = EmailSettings.model_validate({"mailboxes": [BOX]})
FACE = Face("happy", "خوب بود", "https://desk.example/s/h", "https://desk.example/h.svg")
REPLY = Outbound(
    token="4abcdefgh234567ij", kind="message", account="support", to=Address("email:sara@customer.example"), text="سلام"
)


def written(outbound: Outbound) -> bytes:
    return render(DESK, outbound, NOW).content


NASTY = st.text(st.characters(codec="utf-8") | st.sampled_from('\r\n\0\x85\u2028\x0b<>",;:@\\=?'), max_size=80)


@given(
    subject=NASTY,
    name=NASTY,
    sender=NASTY,
    reference=NASTY,
    text=NASTY,
    label=NASTY,
    file=NASTY,
    quote=NASTY,
    language=NASTY,
)
def test_nothing_anybody_writes_can_add_a_header_or_break_the_mail(
    subject: str, name: str, sender: str, reference: str, text: str, label: str, file: str, quote: str, language: str
) -> None:
    outbound = replace(
        REPLY,
        subject=subject,
        to=Address("email:sara@customer.example", name),
        copies=[Address("email:boss@customer.example", name)],
        sender_name=sender,
        in_reply_to=reference,
        references=[reference, "<a@b>"],
        text=text,
        language=language,
        faces=[replace(FACE, label=label)],
        attachments=[Attachment(file, file, b"x", 1)],
        details={"quote": quote},
    )
    content = written(outbound)
    head, _, _ = content.partition(b"\r\n\r\n")
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    allowed = {b"Date", b"From", b"Reply-To", b"To", b"Cc", b"Subject", b"Message-ID", b"In-Reply-To", b"References"}
    assert set(names) <= allowed | {b"Content-Language", b"MIME-Version", b"Content-Type"}
    assert len(names) == len(set(names))
    assert b"\0" not in content
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    assert [part.get_content_type() for part in message.walk()].count("text/plain") >= 1
    assert [part.defects for part in message.walk() if part.defects] == []


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
def test_a_subject_comes_back_as_it_was(text: str) -> None:
    message = email.message_from_bytes(written(replace(REPLY, subject=text)), policy=email.policy.compat32)
    assert "".join(str(make_header(decode_header(message["subject"]))).split()) == "".join(text.split())
