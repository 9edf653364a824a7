"""Settings: file, environment, secrets, defaults, and validation errors."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest

from channels import registry
from helpdesk import settings
from helpdesk.errors import Invalid
from helpdesk.surveys import reasons

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "config" / "helpdesk.toml"


def test_the_shipped_config_file_states_every_default():
    written = tomllib.loads(FILE.read_text())
    meant = settings.Settings().model_dump(mode="json", exclude={"secret_key", "channels", "metrics"})
    assert {name: values for name, values in written.items() if name not in ("channels", "metrics")} == meant


def test_every_setting_in_the_file_has_a_comment():
    for line in FILE.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            section = line.split("=")[0].strip() in (
                "host",
                "port",
                "enabled",
                "protocol",
                "connections",
                "poll_seconds",
            )
            by_section = line.strip() in (
                "email = 10",
                "per_contact_a_day = 4",
                "per_ticket_a_day = 2",
                'level = "info"',
            )
            assert "#" in line or section or by_section, line


@pytest.mark.parametrize("name", sorted(registry.find()))
def test_every_channel_section_in_the_file_is_valid(name):
    kind = registry.find()[name]
    section = settings.load(FILE, {}).channels[name]
    tables = set(
        re.findall(rf"^# \[\[channels\.{name}\.(\w+)\]\]", FILE.read_text(), re.MULTILINE)
    )  # shown as an example
    assert set(kind.Settings.model_fields) <= set(section) | tables
    assert kind.Settings.model_validate(section).enabled is False


def test_the_environment_overrides_the_file(tmp_path):
    secret = tmp_path / "url"
    secret.write_text("postgresql://desk:pw@db/desk\n")
    made = settings.load(
        FILE,
        {
            "PASOKH_WEB__PORT": "9000",
            "PASOKH_WEB__TRUSTED_PROXIES": '["10.0.0.0/8"]',
            "PASOKH_DATABASE__URL_FILE": str(secret),
            "PASOKH_SURVEY__DELAY_MINUTES_BY_CHANNEL__EMAIL": "3",
            "PASOKH_SECRET_KEY": "k" * 40,
            "PASOKH_EMAIL_SUPPORT_PASSWORD": "read by the channel itself",
            "HOME": "/root",
        },
    )
    assert made.web.port == 9000
    assert made.web.trusted_proxies == ("10.0.0.0/8",)
    assert made.database.url == "postgresql://desk:pw@db/desk"
    assert (made.survey.delay("email"), made.survey.delay("telegram")) == (3, 0)
    assert settings.secret_key(made) == b"k" * 40
    assert "kkkk" not in repr(made)


def test_the_environment_overrides_list_items_of_a_channel(tmp_path):
    file = tmp_path / "helpdesk.toml"
    file.write_text('[[channels.email.mailboxes]]\nname = "a"\n')
    made = settings.load(file, {"PASOKH_CHANNELS__EMAIL__MAILBOXES__0__ADDRESS": "a@desk.example"})
    assert made.channels["email"]["mailboxes"] == [{"name": "a", "address": "a@desk.example"}]
    with pytest.raises(Invalid, match="MAILBOXES__1__ADDRESS in the environment names no setting"):
        settings.load(file, {"PASOKH_CHANNELS__EMAIL__MAILBOXES__1__ADDRESS": "x"})


@pytest.mark.parametrize(
    ("text", "setting", "reason"),
    [
        ("[web]\nport = 99999", "web.port", "65535"),
        ("[web]\nprot = 1", "web.prot", "no such setting"),
        ('[web]\ntrusted_proxies = ["x"]', "web.trusted_proxies", "IPv4"),
        ("[wbe]\nport = 1", "wbe", "no such setting"),
        ('[desk]\ntime_zone = "Mars/Olympus"', "desk.time_zone", "Asia/Tehran"),
        ('[desk]\npublic_url = "desk.example"', "desk.public_url", "https://"),
        ('[desk]\npublic_url = "https://shop.example/desk"', "desk.public_url", "host name of its own"),
        ('[desk]\nlanguage = "de"', "desk.language", "'fa' or 'en'"),
        ('[database]\nurl = "mysql://x"', "database.url", "sqlite:///"),
        ("[tickets]\nreopening_days = -1", "tickets.reopening_days", "greater than or equal to 0"),
        ("[intake]\nretry_seconds = [0]", "intake.retry_seconds.0", "greater than 0"),
    ],
)
def test_an_invalid_setting_is_reported_with_its_name_and_file(tmp_path, text, setting, reason):
    file = tmp_path / "helpdesk.toml"
    file.write_text(text)
    with pytest.raises(Invalid) as refusal:
        settings.load(file, {})
    words = str(refusal.value)
    assert words.startswith(f"The setting {setting} in {file} can't be used: ")
    assert reason in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PASOKH_WEB__PORT": "many"}, r"web\.port from the environment \(PASOKH_WEB__PORT\)"),
        ({"PASOKH_WEB_PORT": "80"}, r"web_port from the environment \(PASOKH_WEB_PORT\) .*no such setting"),
        ({"PASOKH_SECRET_KEY": "short"}, "at least 32 characters"),
        ({"PASOKH_SECRET_KEY_FILE": "/nowhere/key"}, "PASOKH_SECRET_KEY_FILE names a file that can't be read"),
        ({"PASOKH_WEB__PORT__DEEP": "1"}, "names no setting"),
    ],
)
def test_an_invalid_variable_is_reported(environment, words):
    with pytest.raises(Invalid, match=words):
        settings.load(FILE, environment)


def test_a_secret_never_appears_in_an_error(tmp_path):
    with pytest.raises(Invalid) as refusal:
        settings.load(FILE, {"PASOKH_SECRET_KEY": "hunter2", "PASOKH_DATABASE__URL": "mysql://desk:hunter2@db"})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"[web", b"\xff\xfe", b'secret_key = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"'])
def test_an_unreadable_settings_file_is_reported(tmp_path, content):
    file = tmp_path / "helpdesk.toml"
    file.write_bytes(content)
    with pytest.raises(Invalid, match=r"helpdesk\.toml"):
        settings.load(file, {})
    with pytest.raises(Invalid, match="There is no file"):
        settings.load(tmp_path / "nothing.toml", {})


def test_the_secret_key_is_generated_once_with_mode_0600(tmp_path):
    made = settings.load(FILE, {"PASOKH_DATA__FOLDER": str(tmp_path / "data")})
    first = settings.secret_key(made)
    assert settings.secret_key(made) == first
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["secret"]
    (tmp_path / "data" / "secret").write_text("")
    with pytest.raises(Invalid, match="holds no usable key"):
        settings.secret_key(made)


def test_survey_reasons_have_both_languages_and_a_bad_file_is_reported(tmp_path):
    known = reasons.load(ROOT / "config" / "reasons.toml")
    assert known[0].key == "slow"
    assert all(set(each.words) == {"fa", "en"} for each in known)
    file = tmp_path / "reasons.toml"
    for text in ('[[reasons]]\nkey = "x"\nfa = "x"\n', '[[reasons]]\nkey = "x"\nfa = "x"\nen = "x"\n' * 2, "[["):
        file.write_text(text)
        with pytest.raises(Invalid, match=r"reasons\.toml"):
            reasons.load(file)
