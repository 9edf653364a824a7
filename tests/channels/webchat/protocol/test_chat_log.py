"""Line numbers without a gap, whoever writes and however often the desk restarts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.webchat.chat.chat_log import FIRST_LOOK, ChatLog
from tests.support.desk.memory_desk import MemoryDesk


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["say", "restart", "elsewhere"]), max_size=90), st.integers(0, 90))
async def test_lines_are_numbered_one_two_three_and_found_again_above_any_number(acts, have):
    desk = MemoryDesk()
    here, there, said = ChatLog(desk, "shop", "c"), ChatLog(desk, "shop", "c"), 0
    for act in acts:
        if act == "restart":
            here = ChatLog(desk, "shop", "c")
        else:
            said += 1
            line = await (here if act == "say" else there).append({"t": "msg", "text": f"{said}"})
            assert line["seq"] == said
    fresh = ChatLog(desk, "shop", "c")
    assert await fresh.last_seq() == said
    found = await fresh.after(have)
    assert [(one["seq"], one["text"]) for one in found] == [(n, f"{n}") for n in range(have + 1, said + 1)]


async def test_whoever_has_nothing_is_given_the_newest_lines_of_a_long_conversation():
    desk = MemoryDesk()
    log = ChatLog(desk, "shop", "c")
    for n in range(FIRST_LOOK + 45):
        await log.append({"t": "msg", "id": f"{n}"})
    found = await ChatLog(desk, "shop", "c").after(0)
    assert [one["seq"] for one in found] == list(range(46, FIRST_LOOK + 46))
    assert (await log.find(lambda line: line["id"] == "7") or {})["seq"] == 8
    assert await log.find(lambda line: line["id"] == "none") is None
