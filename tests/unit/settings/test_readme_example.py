"""The mailbox of the README works as it is pasted: at the end of the settings file that comes with the desk."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from helpdesk import settings
from helpdesk.settings.enabled_channels import channels_of

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"^( *)```toml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def pasted(tmp_path) -> settings.Settings:
    """The settings file with what the README says."""
    text = (ROOT / "config" / "helpdesk.toml").read_text("utf-8")
    head, _, rest = text.partition("[channels.email]")
    text = f"{head}[channels.email]{rest.replace('enabled = false', 'enabled = true', 1)}"
    blocks = [textwrap.dedent(block) for _, block in BLOCK.findall((ROOT / "README.md").read_text("utf-8"))]
    assert blocks
    file = tmp_path / "helpdesk.toml"
    file.write_text("\n".join([text, *blocks]), "utf-8")
    return settings.load(file, {"PASOKH_EMAIL_SUPPORT_PASSWORD": "x"})


def test_the_mailbox_of_the_readme_works_when_pasted(tmp_path):
    made = pasted(tmp_path)
    (channel,) = channels_of(made, "the file").values()
    assert channel.accounts() == ["support"] or list(channel.accounts()) == ["support"]
    assert channel.settings.mailboxes[0].imap.host == "imap.example.com"
    assert channel.settings.deliver == "smtp"
    assert channel.settings.receiver.port == 8024


def test_the_chat_trusts_the_proxies_of_the_desk_and_its_own(tmp_path):
    file = tmp_path / "helpdesk.toml"
    file.write_text(
        '[web]\ntrusted_proxies = ["10.0.0.0/8"]\n[channels.webchat]\nenabled = true\ntrusted_proxies = ["10.1.0.0/16"]\n'
        f'folder = "{tmp_path}"\nsites = [{{ name = "shop", origins = ["https://shop.example"] }}]\n',
        "utf-8",
    )
    (channel,) = channels_of(settings.load(file, {}), "the file").values()
    assert list(channel.settings.trusted_proxies) == ["10.0.0.0/8", "10.1.0.0/16"]
