"""The rules of the house that a machine can check. import-linter checks the layers."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator

from tests.architecture.source_files import ROOT, Source, house, sources

MOST_LINES = 300
EDGES = ("helpdesk/web/", "helpdesk/workers/", "helpdesk/journey/", "helpdesk/cli/")
SQL = {"select", "insert", "update", "delete", "text", "exists", "union", "union_all", "Table", "and_", "or_"}
PURE = {
    "babel",
    "holidays",
    "persiantools",
    "pydantic",
}  # what a rule may use beside the standard library and the text layer
WORLDLY = {
    "asyncio",
    "socket",
    "sqlite3",
    "subprocess",
    "time",
    "urllib.request",
    "http",
    "ssl",
    "os",
    "random",
}
CLOCKS = {"helpdesk/clock.py", "channels/clock.py"}


def written() -> list[Source]:
    """Sources people write; migrations are generated."""
    return [each for each in house() if "/versions/" not in each.path]


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (each for each in ast.walk(source.tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_there_is_a_house_to_check():
    assert len(house()) > 100
    assert any(each.path.endswith("/rules.py") for each in house())


def test_a_file_fits_on_a_few_screens():
    files = [*written(), *sources("tests"), *sources("bench")]
    assert [f"{each.path} has {each.lines} lines" for each in files if each.lines > MOST_LINES] == []


def test_most_files_are_short():
    assert statistics.median(each.lines for each in written()) < 120


def test_what_others_may_use_says_what_it_does():
    silent = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in written()
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []
    assert [each.path for each in written() if each.lines > 2 and ast.get_docstring(each.tree) is None] == []


def test_every_function_is_typed():
    assert [f"{each.path}:{node.lineno}" for each in house() for node in functions(each) if node.returns is None] == []


def test_only_the_clock_reads_the_clock():
    naked = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
    found = [
        f"{source.path}:{line} {name}"
        for source in house()
        if source.path not in CLOCKS
        for name, line in source.calls()
        if naked.search(name)
    ]
    assert found == []


def test_nothing_is_read_from_the_environment_at_import():
    reads = re.compile(r"\bos\.(environ|getenv)\b")
    found = []
    for source in house():
        inside = {
            line for node in functions(source) for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        for number, line in enumerate(source.text.splitlines(), 1):
            if number not in inside and reads.search(line):
                found.append(f"{source.path}:{number}")
    assert found == []


def test_no_module_keeps_a_global_it_changes():
    found = [each.path for each in house() for node in ast.walk(each.tree) if isinstance(node, ast.Global)]
    assert found == []


def test_only_the_edge_commits():
    ends = re.compile(r"\.(commit|rollback|begin_nested|begin)$")
    found = [
        f"{source.path}:{line} {name}"
        for source in sources("helpdesk")
        if not source.path.startswith("helpdesk/database/")
        for name, line in source.calls()
        if ends.search(name)
    ]
    assert found == []


def test_there_is_no_sql_in_web_workers_journey_and_command_line():
    found = []
    for source in house():
        if source.path.startswith(EDGES):
            used = {name.removeprefix("sqlalchemy.") for name in source.imports() if name.startswith("sqlalchemy.")}
            found += [f"{source.path} imports {name}" for name in sorted(used & SQL)]
            found += [
                f"{source.path}:{line} {name}"
                for name, line in source.calls()
                if name.endswith(("exec_driver_sql", "tx.execute", "tx.scalar", "tx.scalars"))
            ]
    assert found == []


def test_rules_are_pure_and_so_is_all_they_rest_on():
    by_module = {each.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): each for each in house()}
    waiting = [each for each in house() if each.path.endswith("/rules.py")]
    seen: set[str] = set()
    found = []
    while waiting:
        source = waiting.pop()
        if source.path in seen:
            continue
        seen.add(source.path)
        for name in source.imports():
            top = name.split(".")[0]
            if top in ("helpdesk", "channels"):
                waiting.extend([by_module[name]] if name in by_module else [])
            elif name in WORLDLY or top in WORLDLY or not (top in sys.stdlib_module_names or top in PURE):
                found.append(f"{source.path} imports {name}")
        found += [f"{source.path}:{line} {name}" for name, line in source.calls() if name in ("open", "input", "print")]
    assert found == []


def test_a_channel_knows_neither_the_desk_nor_another_channel():
    found = []
    for source in sources("channels"):
        own = source.path.split("/")[1]
        for name in source.imports():
            parts = name.split(".")
            common = {"contract", "clock", "registry", "toolkit", own} | ({"messages"} if own == "contract.py" else set())
            strange = parts[0] == "channels" and len(parts) > 1 and parts[1] not in common
            if parts[0] == "helpdesk" or strange:
                found.append(f"{source.path} imports {name}")
    assert found == []


def test_the_desk_knows_no_channel_by_name():
    known = ("channels.contract", "channels.registry", "channels.toolkit")
    found = [
        f"{source.path} imports {name}"
        for source in sources("helpdesk")
        for name in source.imports()
        if name.startswith("channels.") and not name.startswith(known)
    ]
    assert found == []


def test_the_audit_log_only_grows():
    texts = [source.text for source in sources("helpdesk")]
    assert any("insert(audit_log)" in each for each in texts)
    assert not any(f"{verb}(audit_log" in each for each in texts for verb in ("update", "delete"))


def test_templates_articles_and_settings_hold_no_program():
    assert [str(path) for folder in ("templates", "faq", "config") for path in (ROOT / folder).rglob("*.py")] == []
