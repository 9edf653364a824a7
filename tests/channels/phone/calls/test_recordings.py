"""Recordings are fetched from where the settings allow, and from nowhere else."""

from __future__ import annotations

import base64
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Attachment, DeliveryError
from channels.phone.calls import recordings
from channels.phone.channel import Channel
from channels.phone.settings import PhoneSettings
from channels.toolkit import file_kinds
from tests.support.desk.desk_story import MONDAY

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24)
PREFIX = "https://pbx.example/recordings/"


def channel(env=None, *, after=timedelta(minutes=1), **source):
    made = {"name": "pbx", "provider": "asterisk", **source}
    settings = PhoneSettings.model_validate({"enabled": True, "public_url": "https://desk.example", "sources": [made]})
    return Channel(settings, env=env or {}, now=lambda: MONDAY + after)


def wanted(said, what="recording"):
    return Attachment(what, "audio/x-unknown", None, 0, content_id=what, remote=f"{int(MONDAY.timestamp())}|{said}")


@asynccontextmanager
async def exchange(answer):
    """A switchboard's web server on this machine; gives its address and what it was asked."""
    asked = []

    async def serve(request):
        asked.append(request)
        return await answer(request) if callable(answer) else answer

    app = web.Application()
    app.router.add_get("/{name:.*}", serve)
    async with TestServer(app) as server:
        yield str(server.make_url("/recordings/")), asked


async def plain(_request):
    return web.Response(body=WAV, content_type="audio/x-wav")


async def fetched(made, said):
    try:
        return await made.fetch("pbx", wanted(said))
    finally:
        await made.close()


async def test_a_recording_is_fetched_below_its_address_with_the_secret_of_the_source():
    async with exchange(plain) as (url, asked):
        made = channel({"PASOKH_PHONE_PBX_RECORDINGS_SECRET": "desk:word"}, recordings=url)
        one = await fetched(made, "2026/03/02/in 1.wav")
    assert (one.name, one.content_type, one.content, one.size) == ("recording.wav", "audio/wav", WAV, len(WAV))
    assert (one.problem, one.remote, one.content_id) == (None, None, "recording")
    [request] = asked
    assert request.path == "/recordings/2026/03/02/in 1.wav"
    assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'desk:word').decode()}"


async def test_the_switchboards_own_folder_is_cut_off_the_name():
    async with exchange(plain) as (url, asked):
        made = channel(recordings=url, recordings_root="/var/spool/asterisk/monitor/")
        await fetched(made, "/var/spool/asterisk/monitor/q-1.wav")
    assert asked[0].path == "/recordings/q-1.wav"


@pytest.mark.parametrize(
    "said",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://pbx.example.evil.example/recordings/a.wav",
        "https://pbx.example/secrets/a.wav",
        "https://pbx.example/recordings/../secrets/a.wav",
        "https://pbx.example/recordings/%2e%2e/secrets/a.wav",
        "https://user@pbx.example/recordings/a.wav",
        "http://pbx.example/recordings/a.wav",
        "https://pbx.example:8443/recordings/a.wav",
        "file:///etc/passwd",
        "../../etc/passwd",
        "a/../../b",
        "..\\..\\b",
        "",
        "///",
    ],
)
def test_what_lies_elsewhere_is_never_asked_for(said):
    with pytest.raises(recordings.RecordingMissing):
        recordings.address(PREFIX, said)


@given(st.text(max_size=60))
def test_whatever_a_switchboard_names_the_address_lies_below_the_configured_one(said):
    try:
        found = recordings.address(PREFIX, said)
    except recordings.RecordingMissing:
        return
    assert found.startswith(PREFIX)
    assert ".." not in found.split("/")


async def test_a_redirect_is_not_followed():
    async def away(_request):
        raise web.HTTPFound("http://127.0.0.1:1/else")

    async with exchange(away) as (url, asked):
        with pytest.raises(DeliveryError, match="302"):
            await fetched(channel(recordings=url), "a.wav")
    assert len(asked) == 1


async def test_what_is_not_there_yet_is_tried_again_for_two_hours_and_then_said():
    async with exchange(web.Response(status=404)) as (url, _):
        with pytest.raises(DeliveryError, match="404"):
            await fetched(channel(recordings=url), "a.wav")
    async with exchange(web.Response(status=404)) as (url, _):
        one = await fetched(channel(recordings=url, after=timedelta(hours=2, seconds=1)), "a.wav")
    assert (one.content, one.remote) == (None, None)
    assert "404" in (one.problem or "")


async def test_a_page_that_asks_for_a_password_is_no_recording():
    async with exchange(web.Response(text="<html>sign in</html>", content_type="audio/wav")) as (url, _):
        with pytest.raises(DeliveryError, match="password"):
            await fetched(channel(recordings=url), "a.wav")


async def test_a_recording_that_is_too_large_is_refused_in_words():
    async def endless(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(WAV)
        for _ in range(64):
            await answer.write(bytes(65536))
        return answer

    async with exchange(endless) as (url, _):
        one = await fetched(channel(recordings=url, recordings_limit=1024 * 1024), "a.wav")
    assert one.content is None
    assert "1 MiB" in (one.problem or "")


async def test_a_recording_without_a_configured_place_names_the_setting():
    one = await fetched(channel(), "a.wav")
    assert "set recordings or recordings_folder of the source pbx" in (one.problem or "")


async def test_twilios_recordings_come_from_twilio_alone_signed_in_as_the_account(monkeypatch):
    async with exchange(plain) as (url, asked):
        monkeypatch.setattr(recordings, "TWILIO", url.removesuffix("recordings/"))
        made = channel({"PASOKH_PHONE_PBX_SECRET": "auth"}, provider="twilio")
        one = await fetched(made, f"{url}2010/Accounts/AC12/Recordings/RE1")
    assert one.content == WAV
    assert asked[0].path.endswith("/Recordings/RE1.mp3")
    assert asked[0].headers["Authorization"] == f"Basic {base64.b64encode(b'AC12:auth').decode()}"


async def test_a_folder_gives_what_is_in_it_and_nothing_beside_it(tmp_path):
    inside = tmp_path / "monitor"
    (inside / "2026").mkdir(parents=True)
    (inside / "2026" / "a.wav").write_bytes(WAV)
    (tmp_path / "secret.wav").write_bytes(WAV)
    (inside / "link.wav").symlink_to(tmp_path / "secret.wav")
    made = channel(recordings_folder=str(inside), recordings_root="/var/spool/asterisk/monitor/")
    for said in ("2026/a.wav", "/var/spool/asterisk/monitor/2026/a.wav", str(inside / "2026" / "a.wav")):
        assert (await made.fetch("pbx", wanted(said))).content == WAV
    for said in ("../secret.wav", str(tmp_path / "secret.wav"), "link.wav"):
        try:
            one = await made.fetch("pbx", wanted(said))
        except DeliveryError:
            continue  # taken as a name below the folder, where it is not
        assert one.content is None
        assert "outside" in (one.problem or "")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (WAV, "audio/wav"), (b"ID3\x04" + bytes(12), "audio/mpeg"), (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"OggS" + bytes(12), "audio/ogg"), (b"fLaC" + bytes(12), "audio/flac"), (b"\xff\xf1\x50\x80", "audio/aac"),
        (bytes(4) + b"ftypM4A ", "audio/mp4"), (b"#!AMR\n", "audio/amr"), (b"<html>", None), (b"", None), (b"\xff", None),
    ],
)  # fmt: skip
def test_sounds_are_known_by_how_they_begin(head, kind):
    assert file_kinds.sound_type(head) == kind
