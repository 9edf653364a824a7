"""A receipt clears a doubt and adds no line; on the telephone a text message joins the calls of its sender."""

from __future__ import annotations

from channels.contract import DeliveryError


async def test_a_receipt_clears_an_uncertain_delivery(desk):
    number, mina = await desk.writes(), await desk.person()
    entry = await desk.answers(number, mina)
    desk.channel.answers = [DeliveryError("the line went dead", uncertain=True)]
    desk.time.passes(seconds=15)
    await desk.sends()
    lines = len(await desk.timeline(number))
    token = desk.context.sign(entry)
    await desk.writes("ok", sender="gateway@elsewhere.example", delivery={"state": "sent"}, message_tokens=[token])
    line = next(one for one in await desk.timeline(number) if one.id == entry)
    assert (line.delivery, len(await desk.timeline(number))) == ("sent", lines)


async def test_a_text_message_joins_the_newest_ticket_of_its_sender_on_the_telephone(desk, monkeypatch):
    number = await desk.writes("first")
    assert await desk.writes("by mail") != number
    monkeypatch.setattr(type(desk.channel), "kind", "phone")
    newest = await desk.writes("second")
    assert newest == number + 1
    assert await desk.writes("third") == newest
    assert await desk.writes("somebody else", sender="ali@customers.example") not in (number, newest)
