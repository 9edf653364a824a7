"""Survey reasons: the widget offers the desk's own, the same as every other channel."""

from __future__ import annotations

from channels.webchat.wire import frames_out
from helpdesk.surveys.reasons import Reason
from helpdesk.workers.channel_queries import ChannelQueries


async def test_the_chat_shows_the_reasons_of_the_desk_in_their_order(desk):
    given = [
        Reason("slow", {"fa": "دیر جواب گرفتم", "en": "Too slow"}),
        Reason("other", {"fa": "دلیل دیگر", "en": "Else"}),
    ]
    object.__setattr__(desk.context, "reasons", given)  # the rules of a running desk never change
    told = await ChannelQueries(desk.database, desk.context, desk.time).answer("webchat", "reasons", {})
    assert frames_out.reasons(told, "fa") == [
        {"key": "slow", "label": "دیر جواب گرفتم"}, {"key": "other", "label": "دلیل دیگر"}
    ]  # fmt: skip
    assert [one["label"] for one in frames_out.reasons(told, "en")] == ["Too slow", "Else"]


async def test_every_reason_of_the_file_is_asked(desk):
    keys = [one.key for one in desk.context.reasons]
    assert len(keys) >= 8
    assert keys[-1] == "other"
