"""SLA clocks computed from a timeline: first and next response, resolution, pauses, reopening."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.sla.calendar.calendars import parse
from helpdesk.sla.engine.replay import Cycle, CycleTargets, replay
from helpdesk.sla.engine.timeline_entries import entry

ALWAYS = parse(
    {"tz": "UTC", "week": {d: [["00:00", "24:00"]] for d in ("sat", "sun", "mon", "tue", "wed", "thu", "fri")}}
)
OFFICE = parse({"tz": "UTC", "week": {"mon": [["08:00", "16:00"]], "tue": [["08:00", "16:00"]]}})
TARGETS = CycleTargets(30, 60, 480)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def at(minute: float) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def line(identity: str, minute: float, kind: str = "message", author: str = "customer", **more: Any) -> dict[str, Any]:
    return {"id": identity, "at": at(minute).isoformat(), "kind": kind, "author": author, **more}


def agent(identity: str, minute: float, **more: Any) -> dict[str, Any]:
    return line(identity, minute, author="agent", **{"person": "sara", **more})


def status(minute: float, to: str) -> dict[str, Any]:
    return line(f"s{minute}", minute, "status", "agent", to=to)


def cycles(
    *lines: dict[str, Any], now: float = 1000, calendar: Any = ALWAYS, targets: CycleTargets = TARGETS
) -> list[Cycle]:
    return replay(calendar, targets, at(now), [entry(one, i) for i, one in enumerate(lines)])


def only(*lines: dict[str, Any], **options: Any) -> Cycle:
    (found,) = cycles(*lines, **options)
    return found


def test_t1_the_first_response_is_the_persons_after_a_robot() -> None:
    found = only(line("c", 0), line("b", 1, author="bot"), line("a", 2, author="automation"), agent("p", 20))
    first = found.first_response
    assert (first.start, first.stop, first.stopped_at, first.person) == ("c", "p", at(20), "sara")
    assert (first.working_minutes, first.due_at, first.met) == (20, at(30), True)
    assert first.not_counted == ("b", "a")
    assert found.bot_first_response_at == at(1)


def test_t2_resolved_without_a_reply_the_first_response_stays_empty() -> None:
    found = only(line("c", 0), status(10, "resolved"), line("s", 11, "survey_sent", "survey"), now=40)
    assert found.first_response.stop is None
    assert found.first_response.stopped_at is None
    assert found.resolution.stopped_at == at(10)


def test_what_nobody_answered_is_judged_at_the_end_of_its_cycle() -> None:
    early = only(line("c", 0), status(10, "resolved"), now=40).first_response
    assert (early.met, early.working_minutes) == (None, 10)
    late = only(line("c", 0), status(31, "resolved"), now=90).first_response
    assert (late.met, late.working_minutes) == (False, 31)


def test_an_answer_after_resolving_counts_at_its_own_time() -> None:
    found = only(line("c", 0), status(10, "resolved"), agent("after", 20), now=40).first_response
    assert (found.stop, found.stopped_at, found.met) == ("after", at(20), True)


def test_t3_a_macro_sent_by_a_person_counts_the_same_text_by_automation_does_not() -> None:
    assert only(line("c", 0), agent("m", 5, macro="thanks")).first_response.stop == "m"
    assert only(line("c", 0), line("m", 5, author="automation")).first_response.stop is None
    assert only(line("c", 0), agent("m", 5, automatic=True)).first_response.not_counted == ("m",)


def test_t4_an_unanswered_outgoing_call_does_not_count_an_answered_one_does_at_the_answer() -> None:
    missed = agent("o", 5, kind="call", direction="outgoing", disposition="no answer")
    reached = agent("o2", 9, kind="call", direction="outgoing", disposition="answered", answered_at=at(10).isoformat())
    found = only(line("c", 0), missed, reached)
    assert (found.first_response.stop, found.first_response.stopped_at) == ("o2", at(10))
    assert found.first_response.not_counted == ("o",)


def test_t4_an_incoming_call_is_answered_at_the_moment_of_answer() -> None:
    call = agent("i", 0, kind="call", direction="incoming", disposition="answered", answered_at=at(0.5).isoformat())
    found = only(call)
    assert (found.start, found.first_response.stop, found.first_response.stopped_at) == ("i", "i", at(0.5))
    assert found.first_response.working_minutes == 0.5


def test_a_missed_call_starts_the_clock_and_a_call_back_stops_it() -> None:
    missed = line("i", 0, "call", direction="incoming", disposition="missed")
    back = agent("o", 7, kind="call", direction="outgoing", disposition="answered", answered_at=at(8).isoformat())
    assert only(missed).first_response.start == "i"
    assert only(missed, back).first_response.stopped_at == at(8)


def test_a_call_answered_by_a_robot_is_not_answered_by_a_person() -> None:
    call = line("i", 0, "call", "bot", direction="incoming", disposition="answered", answered_at=at(1).isoformat())
    assert only(call).first_response.stop is None


def test_t5_a_ticket_opened_by_an_agent_has_no_clock_until_the_customer_writes() -> None:
    assert cycles(agent("a", 0), status(1, "waiting")) == []
    found = only(agent("a", 0), status(1, "waiting"), line("c", 30), status(30, "open"))
    assert found.start == "c"
    assert found.first_response.due_at == at(60)
    assert found.resolution.paused == ()


def test_t6_a_reply_that_failed_does_not_count_and_a_later_success_counts_at_its_time() -> None:
    failed = line("d", 6, "delivery", "system", of="p", state="failed")
    sent = line("d2", 45, "delivery", "system", of="p", state="sent")
    revoked = only(line("c", 0), agent("p", 5), failed, now=20).first_response
    assert (revoked.stop, revoked.working_minutes, revoked.met, revoked.not_counted) == (None, 20, None, ("p",))
    late = only(line("c", 0), agent("p", 5), failed, sent).first_response
    assert (late.stop, late.stopped_at, late.met, late.not_counted) == ("p", at(45), False, ())
    other = only(line("c", 0), agent("p", 5), failed, agent("q", 25), sent).first_response
    assert (other.stop, other.met, other.not_counted) == ("q", True, ("p",))


def test_t6_uncertain_and_repeated_reports_change_nothing() -> None:
    news = [line(f"d{n}", 6 + n, "delivery", "system", of="p", state=s) for n, s in enumerate(("uncertain", "sent"))]
    assert only(line("c", 0), agent("p", 5), *news).first_response.stopped_at == at(5)
    bounced = line("d9", 60, "delivery", "system", of="p", state="failed")
    assert only(line("c", 0), agent("p", 5), *news, bounced).first_response.stop is None


def test_t7_a_clock_that_starts_at_night_waits_for_the_opening() -> None:
    found = only(line("c", -600), agent("p", 10), calendar=OFFICE).first_response
    assert (found.due_at, found.working_minutes, found.met) == (at(30), 10, True)


def test_t8_a_stop_exactly_when_due_is_in_time_and_an_open_clock_exactly_when_due_is_not() -> None:
    assert only(line("c", 0), agent("p", 30)).first_response.met is True
    assert only(line("c", 0), now=29.99).first_response.met is None
    assert only(line("c", 0), now=30).first_response.met is False


def test_t10_a_calendar_without_working_time_gives_no_due_time_and_no_verdict() -> None:
    dead = parse({"tz": "UTC", "week": {}})
    found = only(line("c", 0), agent("p", 5), calendar=dead)
    assert (found.first_response.due_at, found.first_response.met, found.first_response.working_minutes) == (
        None,
        None,
        0,
    )
    assert found.resolution.due_at is None


def test_t11_reopening_makes_a_second_cycle_with_its_own_clocks() -> None:
    lines = [line("c", 0), agent("p", 5), status(6, "resolved"), line("c2", 100), line("r", 100, "reopen", "system")]
    first, second = cycles(*lines, status(100, "open"), agent("p2", 110), now=120)
    assert (first.start, first.resolution.stopped_at, first.next_responses) == ("c", at(6), ())
    assert (second.start, second.first_response.stop, second.first_response.due_at) == ("c2", "p2", at(130))
    assert second.resolution.stopped_at is None
    assert second.resolution.working_minutes == 20


def test_a_message_after_the_resolution_that_did_not_reopen_runs_no_clock() -> None:
    found = only(line("c", 0), agent("p", 5), status(6, "resolved"), line("c2", 100))
    assert found.next_responses == ()


def test_t12_vacation_mail_and_bounces_start_and_stop_nothing() -> None:
    assert cycles(line("v", 0, automatic=True)) == []
    found = only(line("c", 0), agent("p", 5), line("v", 6, automatic=True))
    assert found.next_responses == ()


def test_t13_a_survey_answer_runs_no_clock() -> None:
    found = only(line("c", 0), agent("p", 5), status(6, "resolved"), line("a", 7, "survey_answer"))
    assert found.next_responses == ()


def test_t14_a_late_evaluation_changes_neither_due_time_nor_verdict() -> None:
    early, late = (only(line("c", 0), now=now).first_response for now in (31, 100_000))
    assert early.due_at == late.due_at == at(30)
    assert early.met is late.met is False


def test_t16_moving_and_reassigning_keep_the_clock() -> None:
    moved = [line("m", 5, "assign", "agent"), line("q", 6, "priority", "agent"), line("n", 7, "note", "agent")]
    assert (
        only(line("c", 0), *moved, agent("p", 20)).first_response == only(line("c", 0), agent("p", 20)).first_response
    )


def test_t17_a_merge_keeps_the_earliest_unanswered_start_whatever_order_the_lines_come_in() -> None:
    child, parent = [line("c1", 3), line("b", 4, author="bot")], [line("c2", 8)]
    found = only(*parent, *child)
    assert (found.start, found.first_response.due_at) == ("c1", at(33))


def test_t18_a_reaction_or_mere_thanks_neither_starts_nor_counts() -> None:
    thanks = line("t", 6, thanks=True)
    found = only(line("c", 0), line("r", 1, "reaction"), line("r2", 2, "reaction", "agent"), agent("p", 5), thanks)
    assert found.first_response.stop == "p"
    assert found.first_response.not_counted == ()
    assert found.next_responses == ()
    assert cycles(thanks) == []


def test_t19_imported_history_starts_and_stops_nothing() -> None:
    call = line("x", 2, "call", "import", direction="incoming", disposition="missed")
    assert cycles(line("i", 0, author="import"), call) == []
    assert only(line("c", 0), line("i", 5, author="import")).first_response.stop is None


def test_t20_the_same_entry_twice_is_one() -> None:
    lines = [line("c", 0), line("c", 0), agent("p", 5), line("c", 6), agent("p", 7)]
    found = only(*lines)
    assert found.next_responses == ()
    assert found.first_response.stopped_at == at(5)


def test_the_next_response_runs_from_the_oldest_unanswered_message_and_robots_do_not_stop_it() -> None:
    lines = [line("c", 0), line("c2", 2), agent("p", 5), line("c3", 10), line("c4", 12), line("b", 13, author="bot")]
    found = only(*lines, agent("p2", 90), line("c5", 100), now=110)
    second, third = found.next_responses
    assert (second.start, second.stop, second.due_at, second.met) == ("c3", "p2", at(70), False)
    assert second.not_counted == ("b",)
    assert (third.start, third.stop, third.met, third.working_minutes) == ("c5", None, None, 10)


def test_resolution_pauses_while_waiting_or_on_hold() -> None:
    lines = [line("c", 0), agent("p", 5), status(10, "waiting"), line("c2", 50), status(50, "open")]
    more = [status(60, "waiting"), status(70, "on_hold"), status(90, "open"), status(100, "resolved")]
    found = only(*lines, *more).resolution
    assert found.paused == ((at(10), at(50)), (at(60), at(90)))
    assert (found.working_minutes, found.due_at, found.met) == (30, at(480 + 40 + 30), True)


def test_a_pause_that_goes_on_moves_the_due_time_with_it() -> None:
    found = only(line("c", 0), status(10, "on_hold"), now=500, targets=CycleTargets(resolution=60)).resolution
    assert (found.working_minutes, found.due_at, found.met) == (10, at(550), None)
    assert found.paused == ((at(10), at(500)),)


def test_a_pause_after_the_due_time_moves_nothing() -> None:
    found = only(line("c", 0), status(100, "waiting"), now=500, targets=CycleTargets(resolution=60)).resolution
    assert (found.due_at, found.met) == (at(60), False)


def test_a_missing_target_omits_due_time_and_verdict_only() -> None:
    found = only(line("c", 0), agent("p", 5), targets=CycleTargets())
    assert (found.first_response.due_at, found.first_response.met) == (None, None)
    assert found.first_response.working_minutes == 5


def test_notes_are_no_answers() -> None:
    assert only(line("c", 0), agent("n", 1, public=False), agent("n2", 2, kind="note")).first_response.stop is None
