"""Misspelt settings are all reported at once, each with the nearest known name."""

from __future__ import annotations

import pytest

from helpdesk import settings
from helpdesk.cli.check import outcomes
from helpdesk.errors import Invalid
from helpdesk.settings.enabled_channels import channels_of

WRONG = """
[web]
prot = 1
[sirvey]
enabled = true
[channels.email]
enabled = true
mailboxs = []
[[channels.email.mailboxes]]
name = "support"
address = "support@desk.example"
[channels.email.mailboxes.imap]
host = "imap.desk.example"
foldr = "INBOX"
[channels.phone]
enabld = true
[channels.telegarm]
enabled = true
"""


async def test_check_reports_every_misspelt_setting_with_a_suggestion(tmp_path):
    file = tmp_path / "helpdesk.toml"
    file.write_text(WRONG)
    problems = " ".join([problem or "" async for _, problem in outcomes(file)])
    for wrong, meant in (
        ("web.prot", "port"), ("sirvey", "survey"), ("channels.email.mailboxs", "mailboxes"),
        ("channels.email.mailboxes.0.imap.foldr", "folder"), ("channels.phone.enabld", "enabled"),
        ("channels.telegarm", "telegram"),
    ):  # fmt: skip
        assert f"The setting {wrong} in {file} " in problems, wrong
        assert f'did you mean "{meant}"?' in problems, meant


def test_a_name_without_a_near_match_is_only_reported(tmp_path):
    file = tmp_path / "helpdesk.toml"
    file.write_text("[web]\nxyzzy = 1\n")
    with pytest.raises(Invalid) as refusal:
        settings.load(file, {})
    assert str(refusal.value).endswith("there is no such setting.")


@pytest.mark.parametrize("switch", ["false", "no", "0"])
def test_a_channel_can_be_disabled_by_the_environment(tmp_path, switch):
    file = tmp_path / "helpdesk.toml"
    file.write_text("[channels.phone]\nenabled = true\n")
    assert list(channels_of(settings.load(file, {}), "here")) == ["phone"]
    assert not channels_of(settings.load(file, {"PASOKH_CHANNELS__PHONE__ENABLED": switch}), "here")
