"""Traps of call logs, one call each: what the record must say."""

from __future__ import annotations

from typing import Any

import pytest

from channels.phone.describe import describe
from tests.support.phone.switchboard import Event, Switchboard


def record(events: list[Event]) -> dict[str, Any]:
    return describe({"events": events})


def answered_call() -> tuple[Switchboard, dict[str, str]]:
    board = Switchboard().rings_in().waits(0.5).joins()
    return board, board.takes()


def test_an_answered_call_knows_who_waited_how_long_and_who_talked():
    board, line = answered_call()
    made = record(board.waits(60).finishes(line, "agent", 60).ends("h"))
    assert made["direction"] == "inbound"
    assert made["from"] == made["customer"] == "+989121234567"
    assert (made["to"], made["queue"], made["queue_wait_s"], made["ring_s"], made["talk_s"]) == (
        "1000",
        "support",
        2,
        2,
        60,
    )
    assert (made["agents"], made["disposition"], made["hangup_by"]) == (["101"], "answered", "agent")
    assert made["answered_at"] == "2026-05-28T20:26:42Z"


def test_a_call_is_answered_at_the_moment_of_answer_not_at_its_end():
    board, _ = answered_call()
    made = record(board.events)
    assert (made["status"], made["disposition"], made["ended_at"]) == ("talking", "answered", None)


def test_a_caller_who_hangs_up_while_waiting_has_abandoned():
    made = record(Switchboard().rings_in().joins().waits(30).gives_up().ends("h", cause=0))
    assert (made["disposition"], made["queue_wait_s"], made["talk_s"], made["agents"]) == ("abandoned", 30, None, [])


def test_hanging_up_while_an_agents_phone_rings_is_no_answer():
    board = Switchboard().rings_in().joins()
    line = board.dials("PJSIP/101", "PJSIP/101")
    board.waits(5).dial_ends(line, "CANCEL").gives_up().line_ends(line, 0)
    made = record(board.ends())
    assert (made["disposition"], made["agents"], made["queue_wait_s"]) == ("abandoned", [], 5)


def test_a_queue_that_times_out_says_abandoned_too_but_the_call_was_missed():
    board = Switchboard().rings_in().joins().waits(60).gives_up().waits(3)
    board.main["Context"], board.main["Exten"] = "closed", "s"
    assert record(board.ends())["disposition"] == "missed"


def test_the_dialplans_own_word_on_the_queue_is_believed_over_abandoned():
    board = Switchboard().rings_in().joins().waits(60).gives_up()
    board.main["Exten"] = "h"
    assert record(board.user_event("HelpdeskHangup", QueueStatus="TIMEOUT").ends())["disposition"] == "missed"


def test_a_record_of_what_ran_after_the_queue_means_that_the_caller_was_still_there():
    board = Switchboard().rings_in().joins().waits(20).gives_up().billed("Hangup", "ANSWERED")
    assert record(board.ends())["disposition"] == "missed"


def test_a_voicemail_stays_one_though_the_summary_says_answered():
    board = Switchboard().rings_in().joins().waits(20).gives_up().waits(8)
    board.main["Context"] = "voicemail"
    board.user_event("HelpdeskVoicemail", File="/var/spool/vm.wav", RecordStatus="HANGUP").billed("Record", "ANSWERED")
    made = record(board.ends())
    assert (made["disposition"], made["voicemail"], made["voicemail_file"]) == ("voicemail", True, "/var/spool/vm.wav")
    assert (made["queue_wait_s"], made["answered_at"]) == (20, None)


def test_a_voicemail_that_recorded_nothing_is_none():
    board = Switchboard().rings_in().joins().waits(20).gives_up().waits(8)
    board.user_event("HelpdeskVoicemail", File="x", RecordStatus="SKIP")
    board.main["Exten"] = "s"
    assert record(board.ends())["disposition"] == "missed"


def test_leaving_by_a_key_is_neither_answered_nor_abandoned():
    board = Switchboard().rings_in().joins("night").waits(2)
    board.says("QueueCallerLeave", Queue="night", **board.main)
    board.main |= {"Context": "queue-exit", "Exten": "1"}
    board.user_event("QueueExitKey", Key=1).billed("Record", "ANSWERED")
    made = record(board.ends())
    assert (made["disposition"], made["voicemail"], made["queue_wait_s"]) == ("left_by_key", False, 2)


def test_ring_time_is_seconds_when_answered_and_milliseconds_when_not():
    board = Switchboard().rings_in().joins()
    line = board.dials("PJSIP/101", "PJSIP/101")
    board.waits(3).dial_ends(line, "NOANSWER")
    board.says("AgentRingNoAnswer", Queue="support", Interface="PJSIP/101", RingTime=3000, **board.main, **line)
    second = board.takes("102", rings=4)
    made = record(board.waits(9).finishes(second, "caller", 9, "102").ends("h"))
    assert (made["ring_s"], made["queue_wait_s"], made["agents"], made["talk_s"]) == (4, 7, ["102"], 9)


def test_a_transfer_adds_an_agent_and_the_talk_goes_on_though_h_never_ran():
    board, line = answered_call()
    board.waits(10)
    board.says("BlindTransfer", TransfererLinkedid=board.call, TransfereeLinkedid=board.call, Extension="102")
    board.finishes(line, "transfer", 10)
    board.billed("Queue", "ANSWERED", "PJSIP/101-00000011", "support,,,,60")
    second = board.dials("PJSIP/102", "PJSIP/102")
    board.waits(3).dial_ends(second, "ANSWER").waits(20).line_ends(second)
    made = record(board.billed("Dial", "ANSWERED", "PJSIP/102-00000012").ends())
    assert (made["agents"], made["agent_ext"], made["talk_s"]) == (["101", "102"], "101", 30)
    assert (made["disposition"], made["queue"], made["queue_wait_s"]) == ("answered", "support", 2)


def test_a_transfer_to_somebody_who_does_not_answer_stays_an_answered_call():
    board, line = answered_call()
    board.waits(10).says("BlindTransfer", TransfereeLinkedid=board.call, Extension="102")
    board.finishes(line, "transfer", 10)
    second = board.dials("PJSIP/102", "PJSIP/102")
    board.waits(15).dial_ends(second, "NOANSWER").line_ends(second, 0)
    made = record(board.ends())
    assert (made["disposition"], made["agents"], made["talk_s"]) == ("answered", ["101"], 10)


def test_two_queues_one_after_the_other_are_waited_in_both():
    board = Switchboard().rings_in().joins("first").waits(10).gives_up("first").waits(0.5).joins("second")
    line = board.takes("103", "second", rings=5)
    made = record(board.waits(7).finishes(line, "agent", 7, "103").ends("h"))
    assert (made["queue"], made["queue_wait_s"], made["disposition"]) == ("second", 15, "answered")


def test_queue_members_behind_local_channels_are_one_agent_each():
    board = Switchboard().rings_in().joins()
    outer = board.dials("Local/101@from-queue", "Local/101@from-queue/n")
    inner = board.dials("PJSIP/101", "PJSIP/101")
    board.waits(3).dial_ends(inner, "ANSWER").dial_ends(outer, "ANSWER")
    board.says("QueueCallerLeave", Queue="support", **board.main)
    board.says(
        "AgentConnect",
        Queue="support",
        Interface="Local/101@from-queue/n",
        HoldTime=3,
        RingTime=3,
        **board.main,
        **outer,
    )
    made = record(board.waits(5).finishes(outer, "caller", 5).ends("h"))
    assert (made["agents"], made["talk_s"], made["queue_wait_s"]) == (["101"], 5, 3)


def test_a_call_to_an_extension_without_a_queue_has_an_agent_and_a_talk():
    board = Switchboard().rings_in(to="02191001000")
    line = board.dials("PJSIP/101", "PJSIP/101")
    board.waits(4).dial_ends(line, "ANSWER").waits(12).line_ends(line)
    made = record(board.ends())
    assert (made["disposition"], made["agents"], made["ring_s"], made["talk_s"]) == ("answered", ["101"], 4, 12)
    assert (made["to"], made["queue"], made["queue_wait_s"]) == ("+982191001000", None, None)


@pytest.mark.parametrize(("status", "disposition"), [("NOANSWER", "missed"), ("BUSY", "busy"), ("CANCEL", "missed")])
def test_an_extension_that_nobody_takes_is_a_call_that_was_not_answered(status, disposition):
    board = Switchboard().rings_in()
    line = board.dials("PJSIP/101", "PJSIP/101")
    assert record(board.waits(20).dial_ends(line, status).ends())["disposition"] == disposition


def test_a_ring_group_counts_only_who_answered():
    board = Switchboard().rings_in()
    lines = [board.dials(f"PJSIP/{one}", f"PJSIP/{one}") for one in (101, 102, 103)]
    board.waits(5).dial_ends(lines[1], "ANSWER").dial_ends(lines[0], "CANCEL").dial_ends(lines[2], "CANCEL")
    made = record(board.waits(8).line_ends(lines[1]).ends())
    assert (made["agents"], made["talk_s"]) == (["102"], 8)


def test_hanging_up_in_the_menu_is_a_missed_call():
    assert record(Switchboard().rings_in().waits(12).ends())["disposition"] == "missed"


def test_a_recording_is_seen_and_its_file_found():
    board = Switchboard().rings_in()
    board.says("MixMonitorStart", **board.main)
    board.says("VarSet", Variable="MIXMONITOR_FILENAME", Value="/var/spool/one.wav", **board.main)
    made = record(board.ends())
    assert (made["recording"], made["recording_file"]) == (True, "/var/spool/one.wav")


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "+8656696", "No Caller ID", "شماره مخفی", "0", "-"])
def test_a_hidden_caller_is_nobody_and_said_to_be_hidden(caller):
    made = record(Switchboard().rings_in(caller).ends())
    assert (made["from"], made["customer"], made["caller_hidden"]) == (None, None, True)


@pytest.mark.parametrize("caller", ["+12125550142", "101", "ali", "02188776655"])
def test_whoever_shows_a_number_or_a_name_is_not_hidden(caller):
    assert record(Switchboard().rings_in(caller).ends())["caller_hidden"] is False


def test_times_of_a_bill_without_a_zone_are_put_right_by_when_it_was_written():
    board = Switchboard().rings_in()
    event = board.billed("Dial", "NO ANSWER").events[-1]
    local = "2026-05-29 00:%02d:%02d"  # Tehran, three and a half hours ahead
    event |= {"StartTime": local % (0, 0), "EndTime": local % (1, 0), "Timestamp": "1779999960.2"}
    event["EndTime"] = "2026-05-28 23:56:00"
    event["StartTime"] = "2026-05-28 23:55:30"
    alone = record([event])
    assert (alone["started_at"], alone["ended_at"]) == ("2026-05-28T20:25:30Z", "2026-05-28T20:26:00Z")


def test_a_call_summary_alone_still_names_who_answered():
    board = Switchboard().rings_in()
    made = record(board.billed("Queue", "ANSWERED", "PJSIP/101-00000001", "support,,,,60").events[-1:])
    assert (made["disposition"], made["agents"], made["queue"], made["direction"]) == (
        "answered",
        ["101"],
        "support",
        "inbound",
    )


def test_events_without_a_call_are_refused_in_words():
    with pytest.raises(ValueError, match="names no call"):
        record([{"Event": "Newchannel", "Channel": "PJSIP/101-00000001"}])


def test_events_of_devices_and_bridges_between_those_of_a_call_mean_nothing():
    board, line = answered_call()
    events = board.waits(5).finishes(line, "agent", 5).ends("h")
    noise: list[Any] = [
        {"Event": "DeviceStateChange", "Device": "PJSIP/101"},
        {"Event": "BridgeCreate"},
        {"no": "event"},
        7,
    ]
    assert record([*noise, *events, *noise]) == record(events)


@pytest.mark.parametrize("channel", ["PJSIP/1001-00000001", "SIP/voip-provider-00000001", "DAHDI/1-1", "IAX2/021-4455"])
def test_a_trunk_is_known_by_where_its_calls_arrive_whatever_it_is_called(channel):
    board = Switchboard()
    board.main = {"Channel": channel, "Uniqueid": board.call, "CallerIDNum": "09121234567", "Exten": "1000",
                  "Context": "from-pstn"}  # fmt: skip
    board.says("Newchannel", ChannelState=4, **board.main)
    assert record(board.ends())["direction"] == "inbound"
