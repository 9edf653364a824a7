"""Known traps of mail parsing, one test each; somebody lost messages by every one of them."""

from __future__ import annotations

import base64

import pytest

from channels.contract import Inbound
from channels.email.mime.charsets import decode
from channels.email.mime.parse_mail import Mail, parse_mail
from channels.email.normalise import normalise, order_key


def mail(body: bytes | str = b"hello", *fields: str, kind: str = "text/plain; charset=utf-8") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    head = ["From: Sara <sara@example.com>", "To: support@example.org", "Message-ID: <1@example.com>", *fields]
    if kind:
        head.append(f"Content-Type: {kind}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


def parts(*parts_: bytes, kind: str = "mixed") -> Mail:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts_) + b"--b--\r\n"
    return parse_mail(mail(body, kind=f'multipart/{kind}; boundary="b"'))


def one(raw: bytes) -> Inbound:
    found = normalise(raw, account="support", own_addresses=["support@example.org"])
    assert isinstance(found, Inbound)
    return found


TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nhello"


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [
        ("gb2312", "gb18030", "镕鎔朱"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("shift_jis", "cp932", "①髙﨑"),
        ("iso-8859-1", "cp1252", "“quoted” – €5"),
        ("windows-1256", "cp1256", "سلام، پيگيري"),
        ("x-mac-arabic", "mac_arabic", "سلام"),
        ("cp-1256", "cp1256", "سلام"),
        ("unicode-1-1-utf-8", "utf-8", "سلام"),
        ("iso-8859-8-i", "iso8859_8", "שלום"),
        ("'UTF-8'", "utf-8", "سلام"),
    ],
)
def test_a_charset_means_what_its_senders_mean_by_it(label: str, codec: str, words: str) -> None:
    assert decode(words.encode(codec), label) == words


def test_a_charset_nobody_knows_is_guessed() -> None:
    assert decode("سلام دنیا".encode(), "x-klingon") == "سلام دنیا"
    assert decode("سلام وقت بخير، نتيجه سفارش من چه شد؟".encode("cp1256")) == "سلام وقت بخير، نتيجه سفارش من چه شد؟"
    assert decode(b"Caf\xe9 cr\xe8me, s'il vous pla\xeet") == "Café crème, s'il vous plaît"


def test_a_codec_that_is_no_charset_is_not_run() -> None:
    assert decode(b"aGVsbG8=", "base64") == "aGVsbG8="
    assert decode(b"hello", "rot13") == "hello"
    assert decode(b"hello", "zlib") == "hello"


def test_a_wrong_label_does_not_spoil_utf_8() -> None:
    assert decode("سلام".encode(), "iso-8859-1") == "سلام"
    assert decode("سلام".encode(), "us-ascii") == "سلام"


def test_one_broken_byte_does_not_spoil_a_text() -> None:
    assert decode("سلام، سفارش من کجاست".encode() + b"\xd8", "utf-8").startswith("سلام، سفارش من کجاست")


def test_the_html_says_its_charset_where_the_header_does_not() -> None:
    body = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><p>سلام</p>'.encode("cp1256")
    assert "سلام" in (parse_mail(mail(body, kind="text/html")).html or "")


def test_null_bytes_are_taken_out() -> None:
    inbound = one(mail(b"hel\0lo", "Subject: a\0b"))
    assert (inbound.text, inbound.subject) == ("hello", "ab")


def test_nobody_smuggles_a_line_into_the_subject() -> None:
    inbound = one(mail(b"x", "Subject: =?utf-8?q?a=0D=0ABcc:_b@example.com?="))
    assert "\n" not in inbound.subject
    assert "\r" not in inbound.subject


def test_a_mail_of_nothing_but_a_file_has_an_empty_text_and_the_file() -> None:
    found = parts(b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF")
    assert (found.text, [item.name for item in found.attachments]) == ("", ["a.pdf"])


def test_a_mail_with_an_empty_body_is_a_mail() -> None:
    assert one(mail(b"", "Subject: only a subject")).text == ""


def test_a_broken_boundary_is_found_in_the_body() -> None:
    body = b"--real\r\nContent-Type: text/plain\r\n\r\nhello\r\n--real\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--real--\r\n"
    found = parse_mail(mail(body, kind='multipart/mixed; boundary="wrong"'))
    assert (found.text, [item.name for item in found.attachments]) == ("hello", ["a.pdf"])


def test_a_line_that_is_no_field_does_not_end_the_header() -> None:
    raw = b"From: a@example.com\r\nthis is no field\r\nSubject: hello\r\nTo: b@example.com\r\n\r\nbody"
    found = parse_mail(raw)
    assert (found.subject, found.text) == ("hello", "body")


def test_a_transfer_encoding_nobody_knows_is_none() -> None:
    assert parse_mail(mail(b"hello", "Content-Transfer-Encoding: 7-bit")).text == "hello"
    assert parse_mail(mail(b"hello", "Content-Transfer-Encoding: spam")).text == "hello"
    assert parse_mail(mail(b"aGVsbG8", "Content-Transfer-Encoding: Base64;")).text == "hello"


def test_an_attached_mail_stays_a_file_and_its_files_are_beside_it() -> None:
    inner = (
        b'From: x@example.net\r\nSubject: old\r\nContent-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\n\r\nwords\r\n'
        b"--i\r\nContent-Type: image/png; name=p.png\r\n\r\npng\r\n--i--\r\n"
    )
    found = parts(TEXT, b"Content-Type: message/rfc822\r\n\r\n" + inner)
    assert [item.name for item in found.attachments] == ["old.eml", "p.png"]
    assert found.text == "hello"
    assert b"words" in (found.attachments[0].content or b"")


def test_an_attached_mail_in_base64_is_read_all_the_same() -> None:
    inner = base64.encodebytes(b"From: x@example.net\r\nSubject: old\r\n\r\nwords\r\n")
    found = parts(TEXT, b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner)
    assert [(item.name, b"words" in (item.content or b"")) for item in found.attachments] == [("old.eml", True)]


def test_winmail_dat_that_is_none_is_kept_as_it_is() -> None:
    found = parts(TEXT, b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nnot tnef at all")
    assert [item.name for item in found.attachments] == ["winmail.dat"]


def test_an_uuencoded_file_in_the_text_is_a_file() -> None:
    found = parse_mail(mail(b"see below\r\n\r\nbegin 644 a.txt\r\n#8V%T\r\n`\r\nend\r\nbye\r\n"))
    assert [(item.name, item.content) for item in found.attachments] == [("a.txt", b"cat")]
    assert "begin" not in found.text
    assert "bye" in found.text


def test_a_person_may_begin_a_line_with_begin() -> None:
    assert parse_mail(mail(b"begin 644 things\r\nand never end")).text.startswith("begin 644 things")


def test_an_invitation_is_noted_and_kept() -> None:
    found = parts(TEXT, b"Content-Type: text/calendar; method=REQUEST; name=a.ics\r\n\r\nBEGIN:VCALENDAR")
    assert found.calendar == "request"
    assert [item.name for item in found.attachments] == ["a.ics"]


def test_encrypted_mail_is_kept_and_marked() -> None:
    inbound = one(mail(b"MIIB", kind="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"))
    assert inbound.details["encrypted"] == "smime"
    assert [item.name for item in inbound.attachments] == ["smime.p7m"]


def test_a_picture_is_inline_when_the_html_shows_it() -> None:
    html = b"Content-Type: text/html\r\n\r\n<img src='cid:a@x'>"
    shown = b"Content-Type: image/png; name=a.png\r\nContent-ID: <a@x>\r\n\r\npng"
    other = b"Content-Type: image/png; name=b.png\r\nContent-ID: <b@x>\r\nContent-Disposition: inline\r\n\r\npng"
    found = parts(html, shown, other, kind="related")
    assert [(item.name, item.inline) for item in found.attachments] == [("a.png", True), ("b.png", False)]


def test_a_nameless_file_gets_a_name_with_the_right_ending() -> None:
    found = parts(TEXT, b"Content-Type: image/jpeg\r\n\r\nx", b"Content-Type: application/x-nothing\r\n\r\nx")
    assert [item.name for item in found.attachments] == ["image-1.jpg", "attachment-2.bin"]


def test_a_file_name_cannot_escape_its_folder() -> None:
    found = parts(
        TEXT,
        b'Content-Type: a/b; name="../../etc/passwd"\r\n\r\nx',
        b'Content-Type: a/b; name="C:\\x\\a\xe2\x80\xaefdp.exe"\r\n\r\nx',
    )
    assert [item.name for item in found.attachments] == ["passwd", "afdp.exe"]


def test_flowed_lines_are_put_together_again() -> None:
    body = b"a long \r\nline\r\n> quoted \r\n> too\r\n-- \r\nme"
    assert parse_mail(mail(body, kind="text/plain; format=flowed")).text == "a long line\n> quoted too\n-- \nme"


def test_a_mail_from_a_box_begins_with_its_first_field() -> None:
    assert parse_mail(b"From x@y Mon Mar  2 10:00:00 2026\r\n" + mail(b"x")).sender[1] == "sara@example.com"
    assert parse_mail(b"\r\n\r\n" + mail(b"x")).sender[1] == "sara@example.com"


def test_the_plain_parts_between_html_parts_are_not_lost() -> None:
    found = parts(b"Content-Type: text/html\r\n\r\n<b>one</b>", b"Content-Type: text/plain\r\n\r\ntwo & three")
    assert found.text == "two & three"
    assert "two &amp; three" in (found.html or "")


def test_the_order_key_is_the_sender_without_parsing() -> None:
    assert order_key(mail(b"x")) == "sara@example.com"
    assert (
        order_key(b'Subject: x\r\nFROM:\r\n "a@b" <Real@Example.COM>\r\n\r\nFrom: <no@example.com>')
        == "real@example.com"
    )
    assert order_key(b"Subject: x\r\n\r\nFrom: a@example.com") == ""
    assert order_key(b"\xff\xfe\0") == ""


def test_a_name_with_an_address_in_it_is_not_the_sender() -> None:
    assert one(mail(b"x").replace(b"Sara <", b'"boss@example.org" <')).author.address == "email:sara@example.com"  # type: ignore[union-attr]


def test_reply_to_is_shown_and_not_trusted() -> None:
    inbound = one(mail(b"x", "Reply-To: other@example.net"))
    assert inbound.author is not None
    assert inbound.author.address == "email:sara@example.com"
    assert inbound.details["reply_to"] == ["other@example.net"]


def test_a_mail_without_an_id_is_known_by_the_hash_of_its_raw_form() -> None:
    raw = mail(b"x").replace(b"Message-ID: <1@example.com>\r\n", b"")
    assert one(raw).external_id == one(raw).external_id
    assert one(raw).external_id.startswith("sha256:")
    assert one(raw).external_id != one(raw + b" ").external_id


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "in pieces"])
def test_a_mail_inside_its_own_signature_is_read(pieces: bool) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nsigned words"
    octets = b"\x04" + bytes([len(inner)]) + inner
    if pieces:
        inner = inner[: len(inner) // 5 * 5]
        octets = b"\x24\x80" + b"".join(b"\x04\x05" + inner[at : at + 5] for at in range(0, len(inner), 5)) + b"\0\0"
    der = b"\x30\x80" + bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + octets + b"\0\0"
    inbound = one(
        mail(
            base64.b64encode(der),
            "Content-Transfer-Encoding: base64",
            kind="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        )
    )
    assert inbound.text == inner.decode().partition("\r\n\r\n")[2]
    assert inbound.details["signed"] == "smime"
    assert [item.name for item in inbound.attachments] == ["smime.p7m"]


def test_further_forms_of_the_same_words_are_no_files() -> None:
    amp = b"Content-Type: text/x-amp-html\r\n\r\n<amp>"
    watch = b"Content-Type: text/watch-html\r\n\r\n<b>"
    enriched = b"Content-Type: text/enriched\r\n\r\n<bold>hello</bold>"
    found = parts(TEXT, amp, watch, enriched, b"Content-Type: text/html\r\n\r\n<p>hello", kind="alternative")
    assert (found.text, found.html, list(found.attachments)) == ("hello", "<p>hello", [])
    assert parse_mail(mail(b"<bold>hello</bold> a << b", kind="text/enriched")).text == "hello a < b"


def test_lone_surrogates_of_utf_7_are_replaced() -> None:
    mail = b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nok +2Kc- end\r\n"
    assert parse_mail(mail).text.strip() == "ok \ufffd end"
