"""The shape of the code: folders, names, imports and functions as docs/architecture.md promises them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source_files import ROOT, Source, product_sources, sources

MOST_MODULES = 12
MOST_LINES_OF_A_FUNCTION = 40
ROLES = {  # file names that say the same thing in every slice or channel
    "__init__", "models", "rules", "queries", "actions", "commands", "settings", "channel", "normalise", "describe",
    "checkup", "render", "rate_limit", "errors", "phrases", "thanks", "requests", "survey", "sla", "mail", "phone",
    "telegram", "clock", "backup",
}  # fmt: skip
BANNED_NAMES = {"one", "found", "said", "whole", "told"}  # a noun says what it is; `met` is a target's own word
BANNED_FUNCTIONS = {"take", "look", "keep", "tell", "say", "come", "bring", "one", "found"}
LATE_IMPORTS = {  # where, perhaps which module, and why it is loaded later than its file
    "helpdesk/cli/": "a command loads what it needs when it runs, so that --help and a misspelt option answer at once",
    "helpdesk/database/engine.py": "one of two drivers, by the address of the database; asyncpg is optional",
    "helpdesk/database/migrate.py": "alembic takes half a second to load, and most starts have nothing to migrate",
    "helpdesk/database/sqlite.py": "SQLAlchemy's asyncio layer takes long to load, and most desks start without it",
    "helpdesk/sla/calendar/official_holidays.py": "a package of all countries, loaded in a process that ends again",
    "helpdesk/suggestions/suggester.py": "numpy is loaded in the thread that builds the engine",
    "channels/registry.py by name": "a folder is enough to be a channel",
    "channels/email/sending/dkim.py by name": "an extra that may not be installed",
    "channels/email/facts/flufl_bounce.py flufl.bounce": "only for bounces of servers that send no delivery report",
    "channels/email/mime/charsets.py charset_normalizer": "only for mails whose charset nothing else tells",
    "channels/email/mime/embedded_files.py tnefparse": "only for Outlook's winmail.dat",
    "channels/webchat/normalise.py phonenumbers": "only for forms that ask for a telephone number",
}
WINGS = ("receiving", "answering", "lifecycle", "outgoing", "customers", "context")  # of helpdesk/journey, top down


def written() -> list[Source]:
    return [source for source in product_sources() if "/versions/" not in source.path]


def module_of(source: Source) -> str:
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_a_folder_has_at_most_twelve_modules():
    folders: dict[str, int] = defaultdict(int)
    for source in [*written(), *sources("bench"), *sources("tests/support")]:
        folder, _, name = source.path.rpartition("/")
        folders[folder] += name != "__init__.py"
    assert {folder: count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_a_file_name_stands_once_or_names_a_role():
    places: dict[str, list[str]] = defaultdict(list)
    for source in written():
        places[Path(source.path).stem].append(source.path)
    assert {stem: paths for stem, paths in places.items() if len(paths) > 1 and stem not in ROLES} == {}


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_a_function_fits_on_one_screen():
    long = [
        f"{source.path}:{node.lineno} {node.name} has {length} lines"
        for source in [*written(), *sources("bench")]
        for node in functions(source)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_names_are_nouns_and_functions_say_what_they_do_to_what():
    bad = []
    for source in [*written(), *sources("bench")]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in BANNED_NAMES:
                bad.append(f"{source.path}:{node.lineno} {node.id}")
            elif isinstance(node, ast.arg) and node.arg in BANNED_NAMES:
                bad.append(f"{source.path}:{node.lineno} {node.arg}")
        bad += [
            f"{source.path}:{node.lineno} {node.name}()" for node in functions(source) if node.name in BANNED_FUNCTIONS
        ]
    assert bad == []


def imports_of(source: Source, modules: set[str], nodes: list[ast.stmt]) -> set[str]:
    """Modules of the project that these statements import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (whole & modules) or {node.module}
    return names & modules - {module_of(source)}


def graph() -> dict[str, set[str]]:
    """Every module with those it imports when it is loaded."""
    modules = {module_of(source) for source in written()}
    return {module_of(source): imports_of(source, modules, source.tree.body) for source in written()}


def test_no_import_goes_in_a_circle():
    edges, done, path = graph(), set[str](), list[str]()
    circles: list[str] = []

    def visit(module: str) -> None:
        if module in path:
            circles.append(" > ".join([*path[path.index(module) :], module]))
            return
        if module in done:
            return
        path.append(module)
        for target in sorted(edges[module]):
            visit(target)
        path.pop()
        done.add(module)

    for module in sorted(edges):
        visit(module)
    assert circles == []


def late_imports(source: Source) -> Iterator[str]:
    """Imports not made when a module is loaded: inside a function, for the type checker, or by name (path, module)."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import) and node not in source.tree.body:
            yield from (f"{source.path} {alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node not in source.tree.body:
            yield f"{source.path} {node.module}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__"):
            yield f"{source.path} by name"


def test_imports_stand_at_the_head_of_a_file_but_for_those_with_a_reason():
    late = [place for source in product_sources() for place in late_imports(source)]
    assert [place for place in late if not place.startswith(tuple(LATE_IMPORTS))] == []
    assert [entry for entry in LATE_IMPORTS if not any(place.startswith(entry) for place in late)] == []


def test_a_posted_body_is_read_by_the_form_parser_alone():
    """A handler asks for a form model; `read_fields` is for what stands before all handlers."""
    body = {"post", "json", "multipart", "read", "text", "content", "_post", "_read_bytes"}
    counted = {"total_bytes", "is_eof"}  # of the content: how much has come, not what
    by_hand = []
    for source in sources("helpdesk/web"):
        if source.path == "helpdesk/web/forms/form_parser.py":
            continue
        attributes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
        harmless = {node.value for node in attributes if node.attr in counted}
        by_hand += [
            f"{source.path}:{node.lineno} {ast.unparse(node)}"
            for node in attributes
            if node.attr in body and ast.unparse(node.value) == "request" and node not in harmless
        ]
        if source.path != "helpdesk/web/security.py":
            by_hand += [source.path for name in source.imports() if name.endswith("form_parser.read_fields")]
    assert by_hand == []


def test_the_wings_of_the_journey_import_downwards_alone():
    rank = {"receiving": 0, "answering": 1, "lifecycle": 2, "outgoing": 3, "customers": 3, "context": 4}
    climbs = []
    for source in sources("helpdesk/journey"):
        wing = source.path.removeprefix("helpdesk/journey/").split("/")[0].removesuffix(".py")
        for name in source.imports():
            if not name.startswith("helpdesk.journey."):
                continue
            target = name.split(".")[2]
            if target != wing and wing in rank and rank[target] <= rank[wing]:
                climbs.append(f"{source.path} imports {name}")
    assert climbs == []


def test_the_tree_of_the_architecture_page_is_the_real_one():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = re.search(r"```tree\n(.*?)```", text, re.DOTALL)
    assert block is not None
    drawn = set()
    for folder, inner in re.findall(r"^(\S+) \[([^]]*)\] \S", block[1], re.MULTILINE):
        drawn |= {folder, *(f"{folder}/{name}" for name in inner.split())}
    real = {
        "/".join(path.relative_to(ROOT).parts)
        for top in ("helpdesk", "channels")
        for path in (ROOT / top).rglob("__init__.py")
        if "migrations" not in path.parts and "node_modules" not in path.parts
        for path in [path.parent]
    }
    assert drawn == real
