"""`run.py faq`: FAQ suggestions for questions from files, without a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from helpdesk.cli.common.json_lines import answers

app = typer.Typer(help="The FAQ engine: ask which article answers what.", no_args_is_help=True)

WORDS = Path(__file__).resolve().parents[3] / "faq" / "words.txt"
Pair = tuple[str, str | None]


def faq_match(
    articles: Iterable[bytes], queries: Iterable[bytes], feedback: Iterable[bytes] = (), words: Path = WORDS
) -> Iterator[dict[str, Any]]:
    """One answer per query. Bad lines of articles or feedback are skipped and reported on standard error."""
    from helpdesk.suggestions.commands import MatchSession  # slow to import
    from helpdesk.suggestions.matching.tokenizer import Lexicon

    asked = MatchSession(_pairs("articles", articles), Lexicon.load(words) if words.exists() else None)
    asked.learn(_pairs("feedback", feedback))
    return answers(queries, asked.answer)


def _pairs(name: str, lines: Iterable[bytes]) -> Iterator[Pair]:
    from helpdesk.suggestions.commands import labelled

    for result in answers(lines, lambda raw: {"pair": labelled(raw)}):
        if "error" in result:
            print(f"{name}, line {result['line']}: {result['error']}", file=sys.stderr)
        else:
            yield result["pair"]


@app.callback()
def faq() -> None:
    """Inspect FAQ suggestions."""


@app.command("match")
def match_command(
    articles: Annotated[Path, typer.Option(exists=True, dir_okay=False, help='{"text", "label"} a line.')],
    queries: Annotated[Path, typer.Option(exists=True, dir_okay=False, help='{"text"} a line.')],
    out: Annotated[Path, typer.Option(dir_okay=False, help="Where the answers go, one a line.")],
    feedback: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Answered messages.")] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Spread out for people.")] = False,
) -> None:
    """Suggestions with confidence per question, the bot's answer, and the time taken."""
    status = 0
    learned = feedback.read_bytes().splitlines() if feedback else []
    with articles.open("rb") as known, queries.open("rb") as asked, out.open("w", encoding="utf-8") as file:
        for answer in faq_match(known, asked, learned):
            status = status or int("error" in answer)
            file.write(json.dumps(answer, ensure_ascii=False, indent=2 if pretty else None) + "\n")
    raise typer.Exit(status)
