"""Email settings and where their secrets come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from channels.email import credentials
from channels.email.imap.imap_cursor import Cursor, first, internal_date, load, renumbered
from channels.email.settings import EmailSettings, Imap, Login, Mailbox, password

BOX: dict[str, Any] = {"name": "support", "address": "Support@Desk.Example", "aliases": ["help@desk.example"]}


def test_a_password_comes_from_the_environment_or_from_a_file_it_names(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from file\n")
    assert password({"PASOKH_EMAIL_NEW_SALES_PASSWORD": "direct"}, "new-sales") == "direct"
    assert password({"PASOKH_EMAIL_SUPPORT_PASSWORD_FILE": str(file)}, "support") == "from file"
    both = {"PASOKH_EMAIL_SUPPORT_PASSWORD": "imap", "PASOKH_EMAIL_SUPPORT_SMTP_PASSWORD": "smtp"}
    assert (password(both, "support"), password(both, "support", smtp=True)) == ("imap", "smtp")
    assert password({}, "support") is None
    with pytest.raises(credentials.NoSecret, match="can't be read"):
        credentials.secret({"PASOKH_EMAIL_SUPPORT_PASSWORD_FILE": str(tmp_path / "none")}, Mailbox(**BOX))


async def test_a_token_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.05)
    with pytest.raises(credentials.NoSecret, match="did not answer"):
        await credentials.access_token(Login(host="h", port=1, token_command=["sleep", "60"]))


def test_an_address_belongs_to_a_mailbox_in_any_case_and_with_anything_behind_a_plus() -> None:
    settings = EmailSettings(mailboxes=[Mailbox(**BOX), Mailbox(name="list", address="list+fa@desk.example")])
    for address in ("support@desk.example", "SUPPORT+x.y@desk.example", "help@DESK.example"):
        owner = settings.owner(address)
        assert owner is not None
        assert owner.name == "support"
    exact = settings.owner("list+fa@desk.example")
    assert exact is not None
    assert exact.name == "list"
    for address in ("", "support", "support@desk.example.org", "list@desk.example"):
        assert settings.owner(address) is None
    with pytest.raises(KeyError):
        settings.mailbox("sales")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mailboxes": [BOX, {**BOX, "name": "other"}]},
        {"mailboxes": [BOX, {**BOX, "address": "b@x.example", "aliases": []}]},
        {"mailboxes": [{**BOX, "name": "Support Team"}]},
        {"mailboxes": [{**BOX, "address": "nobody"}]},
        {"mailboxes": [{**BOX, "imap": {"host": "h", "after": "move:"}}]},
        {"mailboxes": [{**BOX, "imap": {"host": "h", "first": "since:yesterday"}}]},
        {"mailboxes": [{**BOX, "imap": {"host": "h", "first": "some"}}]},
        {"mailboxes": [{**BOX, "smtp": {"host": "h", "tls": "maybe"}}]},
        {"mailboxes": [{**BOX, "imap": {"host": "h", "passwort": "x"}}]},
        {"deliver": "pigeon"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EmailSettings.model_validate(wrong)


def test_a_mailbox_is_safe_by_default() -> None:
    imap = Imap(host="h")
    assert (imap.tls, imap.port, imap.after, imap.first) == (True, 993, "keep", "none")


def test_a_cursor_survives_being_remembered_and_nonsense_is_no_cursor() -> None:
    cursor = Cursor(7, 5, 3, "2026-01-01", "2026-02-02")
    assert load(cursor.dump()) == cursor
    assert [load(value) for value in (None, "", "{}", "[]", '{"uidvalidity": 1, "more": 2}')] == [None] * 5


def test_new_numbers_make_us_look_back_from_the_newest_mail_taken() -> None:
    again = renumbered(Cursor(1, 90, newest="2026-03-10"), 2, 41, 14)
    assert (again.last, again.left_until, again.left_before) == (0, 40, "2026-02-24")
    assert again.criteria() == ["UID", "1:40", "SINCE", "24-Feb-2026"]
    assert renumbered(first(1, 1, "none"), 2, 41, 14) == Cursor(2), "nothing was ever there: all of it is new"


@pytest.mark.parametrize("value", ["", "yesterday", "32-Jan-2026 00:00:00 +0000", "01-Foo-2026 00:00:00 +0000"])
def test_an_invalid_date_is_none(value: str) -> None:
    assert internal_date(value) is None


def test_a_date_with_a_zone_and_a_leap_second_is_read_as_utc() -> None:
    moment = internal_date(" 1-Mar-2026 03:29:60 +0330")
    assert moment is not None
    assert moment.isoformat() == "2026-02-28T23:59:59+00:00"
