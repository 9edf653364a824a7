"""FAQ articles: one Markdown file each, front matter above, the reply template below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from helpdesk.errors import Invalid
from helpdesk.suggestions.articles.reply_templates import problem_of

LANGUAGES = ("fa", "en")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Article:
    """`name` is unique within its language; `body` is the template of the reply.

    `public`: a short answer shown to customers directly, also a template; empty: none.
    """

    name: str
    title: str
    language: str
    body: str
    tags: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    public: str = ""

    @property
    def id(self) -> str:
        """Language and name, as the file lies in its folder: `fa/refund`."""
        return f"{self.language}/{self.name}"

    def texts(self) -> list[str]:
        """The texts that messages are matched against."""
        return [self.title, *self.examples]


def load(folder: Path) -> list[Article]:
    """Every article below `folder`, by id. Raises `Invalid` naming the file and what is wrong in it."""
    if not folder.is_dir():
        raise Invalid(f"{folder}: there is no such folder of articles", str(folder))
    articles: dict[str, Article] = {}
    for path in sorted(folder.glob("*/*.md")):
        article = read(path)
        if article.id in articles:
            raise Invalid(f"{path}: another article has the id {article.name!r} too", "id")
        articles[article.id] = article
    return list(articles.values())


def read(path: Path) -> Article:
    """One article from its file. Raises `Invalid`."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.parent.name, path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: {error}", str(path)) from error
    except Invalid as error:
        raise Invalid(f"{path}: {error}", error.field) from error


def parse(text: str, language: str = "", stem: str = "") -> Article:
    """One article from its text; language and id default to the folder's and the file's name. Raises `Invalid`."""
    try:
        head, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 2
        raise Invalid(f"the front matter can't be read near line {line}; put text with a colon in quotes") from error
    identity, spoken = head.get("id", stem), head.get("language", language)
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise Invalid(f"id: {identity!r} is no id; use small Latin letters, digits and hyphens", "id")
    if spoken not in LANGUAGES:
        raise Invalid(f"language: {spoken!r} is none of {', '.join(LANGUAGES)}", "language")
    title = head.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Invalid("title: missing", "title")
    if not body.strip():
        raise Invalid("the reply below the front matter is empty", "body")
    if problem := problem_of(body):
        raise Invalid(f"the reply: {problem}", "body")
    public = head.get("public") or ""
    if not isinstance(public, str):
        raise Invalid("public: text is needed", "public")
    if problem := problem_of(public):
        raise Invalid(f"public: {problem}", "public")
    return Article(
        identity, title.strip(), spoken, body.strip(), _texts(head, "tags"), _texts(head, "examples"), public.strip()
    )


def _texts(head: dict[str, Any], name: str) -> tuple[str, ...]:
    values: Any = head.get(name) or []
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise Invalid(f"{name}: a list is needed, one a line with a hyphen", name)
    for number, value in enumerate(values, 1):
        if not isinstance(value, str) or not value.strip():
            raise Invalid(f"{name}, number {number}: {value!r} is no text; put it in quotes", name)
    return tuple(value.strip() for value in values)
