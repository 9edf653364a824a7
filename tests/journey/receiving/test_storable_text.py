"""Texts that no database keeps are mended before they come near one, whatever channel made them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Address, Attachment, Inbound, Thread
from helpdesk.intake.rules import storable

words = st.text(st.characters(exclude_categories=()), max_size=12)


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (*texts(key), *texts(one))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from texts(getattr(value, name))


@given(words, words, words)
def test_every_text_can_be_kept_afterwards(one, two, three):
    made = Inbound(
        "message", one, Address(f"email:{two}", three), subject=one, text=two, thread=Thread(remote_ids=(three, one)),
        attachments=(Attachment(one, two, b"\0\xff", 2, content_id=three),), details={one: [two, {"x": three}], "n": 1},
    )  # fmt: skip
    kept = storable(made)
    for text in texts(kept):
        text.encode()
        assert "\0" not in text
    assert kept.attachments[0].content == b"\0\xff"
    assert kept.details["n" if one != "n" else one] is not None


def test_what_is_fine_is_left_as_it_is():
    made = Inbound("message", "x", Address("email:a@b", "سارا"), text="سلام 👍", thread=Thread(numbers=(3,)))
    assert storable(made) is made


def test_half_a_character_becomes_a_question_mark():
    assert storable("caf\udce9 \0x") == "caf? x"
