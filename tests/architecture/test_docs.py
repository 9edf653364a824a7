"""What is written down is so: commands, paths and links exist, every channel says what it can do."""

from __future__ import annotations

import re

import pytest
import typer

from channels import registry
from helpdesk.cli import app
from tests.architecture.source_files import ROOT

PAGES = sorted(
    path
    for pattern in ("README.md", "docs/**/*.md", "channels/README.md", "channels/*/README.md", "config/*.toml")
    for path in ROOT.glob(pattern)
)
ROWS = ("receive", "send", "attachments", "threads", "edits", "retries", "survey")


def words() -> str:
    return "\n".join(path.read_text("utf-8") for path in PAGES)


def commands() -> set[str]:
    """Every command of run.py, `mail parse` and the like with their group."""
    found = set()
    for name, command in vars(typer.main.get_command(app))["commands"].items():
        found.add(name)
        found |= {f"{name} {each}" for each in vars(command).get("commands", ())}
    return found


def test_every_command_that_is_written_about_exists():
    known = commands()
    groups = {each.split()[0] for each in known if " " in each}
    for name, below in re.findall(r"run\.py (?!-)([a-z][a-z-]*)(?: ([a-z]+\b)(?![@.]))?", words()):
        wanted = f"{name} {below}" if name in groups else name
        assert wanted in known, f"run.py {wanted}"


def test_every_make_target_that_is_written_about_exists():
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"[`\n]make ([a-z-]+)", words())) <= made


def test_every_link_between_pages_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_architecture_fits_on_one_page_and_every_path_in_it_exists():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(text.splitlines()) <= 100
    for path in re.findall(r"`((?:helpdesk|channels|tests|docs|config)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_architecture_names_every_part_of_the_desk():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for path in (ROOT / "helpdesk").iterdir():
        if path.name.startswith("__"):
            continue
        assert re.search(rf"\b{re.escape(path.stem)}\b", text), path.name


def test_every_decision_has_a_number_and_says_what_was_needed_chosen_and_paid():
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [int(each.name[:4]) for each in records] == list(range(1, len(records) + 1))
    for each in records:
        text = each.read_text("utf-8")
        assert all(f"**{part}.**" in text for part in ("Needed", "Chosen", "Costs")), each.name
        assert len(text.splitlines()) <= 40


def test_the_glossary_has_a_persian_word_for_every_english_one():
    lines = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    assert len(rows) > 40
    for english, persian, meaning in rows:
        assert english.isascii()
        assert re.search("[آ-ی]", persian), english
        assert meaning
    words = {row[0] for row in rows}
    assert {
        "contact",
        "ticket",
        "entry",
        "author",
        "cycle",
        "intake",
        "outbox",
        "quarantine",
        "first human response",
    } <= words


@pytest.mark.parametrize("name", sorted(registry.find()))
def test_every_channel_says_in_a_table_what_it_can_do_and_why_not(name):
    text = (ROOT / "channels" / name / "README.md").read_text("utf-8")
    rows = {
        cells[0].lower(): cells[1:]
        for line in text.splitlines()
        if line.startswith("|") and len(cells := [cell.strip() for cell in line.strip("| ").split("|")]) >= 3
    }
    for row in ROWS:
        assert row in rows, f"channels/{name}/README.md says nothing of {row}"
        assert rows[row][0].lower() in ("yes", "no", "partly"), row
        assert rows[row][1], f"{row}: why?"


def test_the_readme_shows_the_desk():
    picture = ROOT / "docs" / "screenshot.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 1_000_000


def test_the_contributing_page_is_short_and_every_path_in_it_exists():
    text = (ROOT / "docs" / "contributing.md").read_text("utf-8")
    assert len(text.splitlines()) <= 60
    for path in re.findall(r"`((?:helpdesk|channels|tests|docs|config)/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", ["", *sorted(registry.find())])
def test_every_file_that_a_channels_readme_names_is_there(name):
    folder = ROOT / "channels" / name
    text = (folder / "README.md").read_text("utf-8")
    named = set(re.findall(r"`(?:channels/)?([\w/-]+\.(?:py|ts))`", text)) - {"run.py"}
    assert [file for file in sorted(named) if not any(folder.rglob(file))] == []
