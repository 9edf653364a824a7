"""What sets the desk up: locks, make targets, the project's own words."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib import metadata

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source_files import ROOT, product_sources

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")


def locked(name: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [each for each in listed.stdout.splitlines() if (ROOT / each).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes_and_no_address(lock):
    text = lock.read_text()
    blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,-]+\])?==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_the_front_end_lock_has_integrity_and_no_address():
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "resolved" not in text
    assert all("integrity" in values for path, values in packages.items() if path and not values.get("link"))


def test_what_runs_and_what_is_tested_are_the_same_versions():
    run, test = locked("run.txt"), locked("test.txt")
    assert run.items() <= test.items()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_whatever_another_python_needs_too(python):
    short = ".".join(python.split(".")[:2])
    environment = {**default_environment(), "python_full_version": python, "python_version": short, "extra": ""}
    everything = locked("test.txt")
    for name in everything:
        try:
            needed = metadata.distribution(name).requires or []
        except metadata.PackageNotFoundError:
            continue
        for line in needed:
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate(environment):
                assert canonicalize_name(wanted.name) in everything, f"{name} wants {line}"


def imported() -> set[str]:
    """Distributions the code imports, by their canonical names."""
    modules = {name.split(".")[0] for source in product_sources() for name in source.imports()}
    modules |= {
        name.split(".")[0]
        for source in product_sources()
        for name in re.findall(r'import_module\("(\w+)"\)', source.text)
    }
    owners = metadata.packages_distributions()
    return {canonicalize_name(owner) for module in modules for owner in owners.get(module, ())}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["postgres"], *extras["dkim"]]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def test_what_the_code_imports_is_what_the_project_asks_for():
    assert "pybabel" in (ROOT / "Makefile").read_text()  # babel: its command compiles the catalogues
    by_url = {"asyncpg"} if "postgresql+asyncpg" in (ROOT / "helpdesk/database/engine.py").read_text() else set()
    assert imported() - declared() == set()
    assert declared() - imported() - by_url <= {"babel", "sniffio"}  # the second: httpx asks it what it runs on


def test_make_help_names_the_four_doors():
    told = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"help", "run", "check", "test"} <= {line.split()[0] for line in told.splitlines() if line.strip()}


def test_ci_calls_make_test_and_nothing_else():
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[-1] == "exec make test"
    assert len(lines) == 3


def test_the_licence_is_the_whole_gpl_3():
    text = (ROOT / "LICENSE").read_text()
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert len(text.splitlines()) > 600


def test_the_project_speaks_of_itself_alone():
    strange = re.compile(
        r"/work/|claude|anthropic|openai|copilot|pypi\.org|npmjs\.(org|com)|deb\.debian\.org|pythonhosted",
        re.IGNORECASE,
    )
    own = {"tests/architecture/test_project_setup.py"}
    for path in tracked():
        if path in own or path.endswith((".png", ".woff2", ".webp", ".eml", "package-lock.json")):
            continue
        text = (ROOT / path).read_bytes().decode("utf-8", "replace")
        found = strange.search(text)
        assert found is None, f"{path}: {found}"


def test_no_secret_is_in_the_repository():
    keys = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b\d{8,10}:AA[\w-]{33}\b|\bxox[bp]-\w+|\bAKIA[0-9A-Z]{16}\b")
    for path in tracked():
        if path.endswith((".py", ".toml", ".md", ".json", ".sh", ".html", ".ts", "Makefile")):
            text = (ROOT / path).read_bytes().decode("utf-8", "replace")
            assert not keys.search(text), path
