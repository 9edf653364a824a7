"""Email from end to end on real servers (Dovecot, an SMTP relay, Chromium): ticket, reply, customer's answer,
resolution, survey.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import inspect
import os
import re
import shutil
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from helpdesk.agents import actions as agents
from helpdesk.app import App, build_app, open_website, running_app, web_application
from helpdesk.clock import now
from helpdesk.settings import Settings
from helpdesk.surveys.models import surveys
from helpdesk.tickets.models import entries, tickets
from tests.support.mail.smtp_relay import Relay
from tests.support.pages.browser import CHROMIUM, chromium, required
from tests.support.servers.dovecot import BINARY, PASSWORD, Dovecot

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
PATIENCE = 15.0  # seconds until a step times out


@pytest.fixture(scope="module")
def dovecot():
    for what, missing in (("Dovecot", not Path(BINARY).exists()), ("Chromium", CHROMIUM is None)):
        if missing:
            message = f"{what} is not installed; `make test` installs it"
            pytest.fail(message) if required() else pytest.skip(message)
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def settings_for(folder: Path, box: str, imap: int, relay: int, port: int) -> Settings:
    mailbox = {
        "name": "support",
        "address": box,
        "display_name": "Desk",
        "imap": {"host": "127.0.0.1", "port": imap, "tls": False},
        "smtp": {"host": "127.0.0.1", "port": relay, "tls": "none", "sign_in": False},
    }
    return Settings.model_validate(
        {
            "desk": {"language": "fa", "public_url": f"http://127.0.0.1:{port}"},
            "web": {"port": port},
            "data": {"folder": folder},
            "database": {"url": f"sqlite:///{folder / 'desk.db'}"},
            "tickets": {"undo_seconds": 1},
            "survey": {"delay_minutes_by_channel": {}},
            "channels": {"email": {"enabled": True, "mailboxes": [mailbox]}},
        }
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def letter(to: str, text: str, number: int, answers: str = "", subject: str = "سفارشم کجاست") -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "سارا امیدی <sara@customers.example>", to, subject
    mail["Message-ID"] = f"<story-{number}@customers.example>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    return mail.as_bytes()


async def until(what, seconds: float = PATIENCE):
    """Poll `what` until it is true; returns its value."""
    async with asyncio.timeout(seconds):
        while True:
            found = what()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.05)


def parsed(content: bytes) -> EmailMessage:
    made = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


async def sign_in(page: Page, app: App) -> None:
    """Sign in the first administrator by one-time link and choose a password."""
    from datetime import timedelta

    token = await app.database.write(
        agents.first_administrator, name="مینا راد", email="mina@desk.example", now=now(), lasts=timedelta(minutes=5)
    )
    await page.goto(f"/sign-in/link/{token}")
    await page.locator("main form button, form button.main").first.click()
    await page.locator("input[name=password]").fill("یک اسب روی پشت بام")
    await page.locator("input[name=again]").fill("یک اسب روی پشت بام")
    await page.locator("form button.main").first.click()
    await page.wait_for_url("**/inbox**")


async def test_a_mail_from_arrival_to_survey(dovecot, tmp_path, monkeypatch, empty_desk):
    monkeypatch.setenv("PASOKH_EMAIL_SUPPORT_PASSWORD", PASSWORD)
    box = dovecot.user()
    shutil.copy(empty_desk, tmp_path / "desk.db")
    async with Relay() as relay, chromium(pretend_person=True) as browser:
        settings = settings_for(tmp_path, box, dovecot.imap, relay.port, free_port())
        async with (
            build_app(settings, migrated=True) as app,
            running_app(app),
            open_website(app, web_application(app)) as address,
        ):
            context = await browser.new_context(
                base_url=address, locale="fa-IR", viewport={"width": 1440, "height": 900}
            )
            page = await context.new_page()
            page.set_default_timeout(PATIENCE * 1000)
            problems: list[str] = []
            page.on("pageerror", lambda error: problems.append(str(error)))
            await sign_in(page, app)
            await page.goto("/inbox?view=all")

            # A mail arrives by IMAP and appears live in the open inbox.
            dovecot.put(box, letter(box, "سلام، سفارشم کجاست؟ هنوز نرسیده.", 1))
            row = page.locator("a.row", has_text="سفارشم کجاست")
            await expect(row).to_be_visible(timeout=PATIENCE * 1000)
            await expect(row.locator(".clock")).to_be_visible()

            # The agent opens it, inserts the first suggestion, edits it, attaches a file and sends.
            await row.click()
            hint = page.locator(".hintcard").first
            await expect(hint).to_be_visible()
            await hint.click()
            area = page.locator("textarea[name=text]")
            await expect(area).to_have_value(re.compile("سارا"))
            written = await area.input_value()
            await area.fill(re.sub(r"\{[^}]*\}", "فردا", written) + "\nرسید پست پیوست است.")
            (tmp_path / "رسید.txt").write_text("receipt")
            await page.locator("input[type=file]").set_input_files(str(tmp_path / "رسید.txt"))
            await expect(page.locator("[data-files] .file")).to_have_count(1)
            await page.locator(".tools button.main").click()
            await expect(page.locator('.entry[data-by="desk"]')).to_be_visible()

            # It leaves by SMTP with the right headers.
            sent = await until(lambda: relay.mails[0] if relay.mails else None)
            mail = parsed(sent.content)
            assert mail["In-Reply-To"] == "<story-1@customers.example>"
            assert mail["Auto-Submitted"] is None
            assert "[#1]" in str(mail["Subject"])
            assert re.match(r"<p\.[a-z0-9]+@", str(mail["Message-ID"]))
            assert [part.get_filename() for part in mail.iter_attachments()] == ["رسید.txt"]
            assert 'dir="rtl"' in mail.get_body(("html",)).get_content()

            # The clock is stopped, and its record names the entry.
            clock = (await app.database.read(_clocks))[0]
            assert (clock.kind, clock.state, clock.how) == ("first_response", "stopped", "suggestion")
            await expect(page.locator(".ticket .clock").first).to_be_visible()

            # The customer's reply arrives on the same ticket, live.
            reply_to = re.search(r"[\w.+-]+@[\w.-]+", str(mail["Reply-To"]))[0]
            dovecot.put(
                box, letter(reply_to, "ممنون، فردا منتظرم. ساعت چند؟", 2, str(mail["Message-ID"]), "Re: سفارشم")
            )
            await until(lambda: app.database.read(_count, table=entries, kind="message", least=3))
            assert await app.database.read(_count, table=tickets, kind=None, least=2) is False
            await expect(page.get_by_text("ساعت چند؟").last).to_be_visible()

            # A note, then a reply that resolves the ticket.
            await page.reload()
            await page.locator("textarea[name=text]").fill("ساعت ده صبح می‌رسد.")
            await page.locator("button[name=then][value=resolve]").click()
            survey = await until(lambda: next((m for m in relay.mails if b"/s/" in m.content), None))
            asked = parsed(survey.content)
            assert asked["Auto-Submitted"] is not None
            assert survey.sender in ("", "<>")
            links = re.findall(r"http://[^\s\"<>]+/s/[^\s\"<>]+", asked.get_body(("plain",)).get_content())
            assert len(links) == 3

            # A scanner fetches every link: nothing is recorded. A person taps the sad face and gives reasons.
            scanner = await context.request.get(links[2])
            assert scanner.ok
            assert (await app.database.read(_survey)).score is None
            visitor = await (await browser.new_context(locale="fa-IR")).new_page()
            visitor.set_default_timeout(PATIENCE * 1000)
            await visitor.goto(next(link for link in links if "sad" in link))
            await visitor.mouse.move(100, 100)
            await visitor.mouse.move(200, 220)
            await until(lambda: app.database.read(_scored))
            await visitor.locator("input[name=reason]").first.check(force=True)
            await visitor.locator("textarea[name=words]").fill("پیک دیر آمد.")
            await visitor.locator("form button").last.click()
            await visitor.wait_for_url("**done**")

            # Recorded once, and shown on the timeline.
            kept = await app.database.read(_survey)
            assert (kept.score, kept.words, len(kept.reasons)) == ("sad", "پیک دیر آمد.", 1)
            await page.goto("/inbox/tickets/1")
            await expect(page.locator(".felt")).to_contain_text("پیک دیر آمد.")
            assert problems == []
            folder = os.environ.get("PASOKH_SCREENSHOTS")
            if folder:
                await page.screenshot(path=f"{folder}/story.png")
                await visitor.screenshot(path=f"{folder}/story-survey.png")


def _clocks(tx):
    from helpdesk.sla.store.queries import clocks_of

    return clocks_of(tx, ticket_id=1)


def _count(tx, *, table, kind, least):
    statement = select(table.c.id)
    if kind:
        statement = statement.where(table.c.kind == kind)
    return len(tx.execute(statement).all()) >= least


def _survey(tx):
    return tx.execute(select(surveys)).one()


def _scored(tx):
    return tx.execute(select(surveys.c.score)).scalar() is not None
