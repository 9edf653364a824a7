"""What of the engine's proposals is shown beside a ticket, and how long; and what a thank-you is called."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from helpdesk.suggestions import actions
from helpdesk.suggestions.suggester import SHOWN
from helpdesk.web.inbox.build import ticket_pane, timeline_items
from helpdesk.web.inbox.build.page_data import ticket, unanswered


def line(number, author="customer", kind="message", **more):
    usual = {
        "id": number,
        "author": author,
        "kind": kind,
        "public": True,
        "outgoing": False,
        "delivery": None,
        "data": {},
    }
    return SimpleNamespace(**{**usual, **more})


def shown(*proposed, entries=()):
    parts = SimpleNamespace(entries=entries,
        ticket=SimpleNamespace(answered=False, status="open", id=1, subject=""), proposed=proposed,
        contact=SimpleNamespace(name="Sara"),
    )  # fmt: skip
    reader = SimpleNamespace(me=SimpleNamespace(name="Mina"), fill=lambda article, facts: (article, "Text"))
    return [one.article for one in ticket_pane.suggestions(parts, reader)]


def test_weak_proposals_and_those_of_small_words_alone_are_not_shown():
    assert shown(("a", 0.9, ["سفارش"]), ("b", SHOWN - 0.01, ["سفارش"]), ("c", 0.9, ["چرا", "است"])) == ["a"]


def test_what_was_just_sent_is_not_proposed_again():
    def sent(article, **more):
        return line(2, "agent", outgoing=True, data={"article": article}, **more)

    proposed = [("a", 0.9, ["سفارش"]), ("b", 0.8, ["سفارش"])]
    assert shown(*proposed, entries=[line(1), sent("a", delivery="sent"), line(3)]) == ["b"]
    assert shown(*proposed, entries=[line(1), sent("a", delivery="undone"), line(3)]) == ["a", "b"]
    later = [line(number, "agent", outgoing=True, delivery="sent") for number in range(3, 6)]
    assert shown(*proposed, entries=[line(1), sent("a", delivery="sent"), *later]) == ["a", "b"]


def test_all_that_was_written_since_the_last_answer_is_looked_at():
    asked, answered, again, picture = line(1), line(2, "agent"), line(3), line(4)
    assert unanswered([asked, answered, again, picture]) == [4, 3]
    assert unanswered([asked, line(2, "agent", delivery="failed"), again]) == [3, 1]
    assert unanswered([asked, line(2, "agent", kind="note", public=False), line(3, "bot")]) == [1]


def propose_where_words_are(propose, tx, _suggest, *, text, **more):
    propose(tx, lambda said, _: [("en/order", 0.98, ["order"])] if said else [], text=text, **more)


async def test_a_picture_without_words_takes_no_proposal_away(desk, monkeypatch):
    monkeypatch.setattr(actions, "record_suggestions", partial(propose_where_words_are, actions.record_suggestions))
    number, mina = await desk.writes("Where is my order?"), await desk.person()
    await desk.writes("", numbers=[number])
    parts = await desk.database.read(ticket, ticket_id=number, person_id=mina)
    assert [one[0] for one in parts.proposed] == ["en/order"]
    await desk.answers(number, mina, "It leaves today.")
    parts = await desk.database.read(ticket, ticket_id=number, person_id=mina)
    assert not parts.proposed


def test_a_thank_you_says_that_nothing_was_reopened_only_where_something_was_over():
    resolved = line(2, "system", kind="change", data={"change": "status", "to": "resolved"})
    opened = line(3, "agent", kind="change", data={"change": "status", "to": "open"})

    def ended(*before):
        return timeline_items._ended(line(9), SimpleNamespace(entries=[line(1), *before, line(9)]))

    assert not ended()
    assert ended(resolved)
    assert not ended(resolved, opened)
