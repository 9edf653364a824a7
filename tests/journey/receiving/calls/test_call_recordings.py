"""A call's recording comes to its card once, however late, and never holds back the call."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpdesk.intake.models import intake
from helpdesk.tickets import queries
from tests.support.desk.desk_story import story
from tests.support.phone.phone_desk import Phone, answered

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24)


@pytest.fixture
def phone(database, tmp_path):
    (tmp_path / "monitor").mkdir()
    source = {"name": "pbx", "provider": "asterisk", "recordings_folder": str(tmp_path / "monitor")}
    return Phone(story(database, tmp_path), sources=[source])


def recorded(phone):
    """An answered call whose recording the switchboard names when it begins to talk."""
    board = phone.board()
    events = answered(board)
    board.says("VarSet", Variable="MIXMONITOR_FILENAME", Value="q-1.wav", **board.main)
    events.insert(4, events.pop())
    return events


async def files(phone, number=1):
    lines = await phone.desk.timeline(number)
    ids = [one.id for one in lines if one.kind == "call"]
    return await phone.desk.database.read(queries.attachments_of, entry_ids=ids)


async def states(phone):
    return await phone.desk.database.read(lambda tx: list(tx.execute(select(intake.c.state)).scalars()))


async def test_a_recording_is_a_file_of_the_call_once(phone, tmp_path):
    (tmp_path / "monitor" / "q-1.wav").write_bytes(WAV)
    events = recorded(phone)
    phone.desk.time.passes(minutes=1)
    await phone.hears([*events, *events])
    [one] = await files(phone)
    assert (one.name, one.content_type, one.content_id, one.size) == (
        "recording.wav",
        "audio/wav",
        "recording",
        len(WAV),
    )
    assert phone.desk.app.files.read(one.hash) == WAV


async def test_a_recording_that_is_not_written_yet_comes_later_and_the_call_is_there_at_once(phone, tmp_path):
    phone.desk.time.passes(minutes=1)
    await phone.hears(recorded(phone))
    assert len(await phone.calls()) == 1
    assert await files(phone) == []
    assert (await states(phone)).count("new") == 1
    (tmp_path / "monitor" / "q-1.wav").write_bytes(WAV)
    phone.desk.time.passes(minutes=1)
    await phone.desk.work()
    assert [one.name for one in await files(phone)] == ["recording.wav"]
    assert (await states(phone)).count("new") == 0


async def test_a_recording_that_never_comes_is_said_on_the_card_and_nothing_is_in_quarantine(phone):
    await phone.hears(recorded(phone))
    for _ in range(8):
        phone.desk.time.passes(hours=2, minutes=1)
        await phone.desk.work()
    [one] = await files(phone)
    assert (one.hash, "No such file" in one.problem) == (None, True)
    assert set(await states(phone)) <= {"done", "ignored"}


async def test_a_message_on_tape_is_told_apart_from_a_recording(phone, tmp_path):
    (tmp_path / "monitor" / "m-1.wav").write_bytes(WAV)
    board = phone.board().rings_in()
    board.waits(4).user_event("HelpdeskVoicemail", File="m-1.wav", RecordStatus="HANGUP")
    phone.desk.time.passes(minutes=1)
    await phone.hears(board.waits(9).ends("h"))
    [line] = await phone.calls()
    assert line.data["disposition"] == "voicemail"
    assert [one.content_id for one in await files(phone)] == ["voicemail"]
