"""What `serve` says when it starts, and how it ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import ClassVar

import pytest

from channels.contract import Channel, State
from helpdesk.cli import serve
from helpdesk.cli.common.channel_report import lines, report_channels


class Mail(Channel):
    name = "mail"
    label: ClassVar = {"fa": "ایمیل", "en": "Email"}

    def __init__(self, *boxes: str) -> None:
        self.boxes = boxes

    def accounts(self) -> tuple[str, ...]:
        return self.boxes


def test_connected_accounts_are_reported_in_one_line():
    states = {("mail", "support"): State("support", True), ("mail", "receiver"): State("receiver", True)}
    assert list(lines({"mail": Mail("support")}, states)) == ["Email: support and receiver are connected."]


def test_unconnected_accounts_are_reported_with_reason_and_remedy():
    states = {("mail", "a"): State("a", True), ("mail", "b"): State("b", False, "No secret: set X.")}
    report_lines = list(lines({"mail": Mail("a", "b", "c")}, states))
    assert report_lines[:3] == [
        "Email: a is connected.", "Email: b is not connected: No secret: set X.", "Email: c is not connected yet.",
    ]  # fmt: skip
    assert "run.py check" in report_lines[3]


def test_a_channel_without_accounts_is_reported():
    assert next(iter(lines({"mail": Mail()}, {}))) == "Email: it is switched on, but nothing is set up in it yet."


async def test_a_silent_channel_does_not_delay_the_report():
    printed: list[str] = []
    await report_channels({"mail": Mail("a")}, {}, printed.append, patience=0)
    assert printed[0] == "Email: a is not connected yet."
    printed.clear()
    await report_channels({}, {}, printed.append)
    assert printed == []


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_desk_that_is_told_to_end_shuts_down_in_order(told):
    steps = []

    async def work():
        try:
            steps.append("runs")
            await asyncio.Event().wait()
        finally:
            steps.append("closed")

    running = asyncio.create_task(serve._until_told(work()))
    while not steps:
        await asyncio.sleep(0)
    os.kill(os.getpid(), told)
    async with asyncio.timeout(20):
        await running
    assert steps == ["runs", "closed"]
    asyncio.get_running_loop().remove_signal_handler(told)
