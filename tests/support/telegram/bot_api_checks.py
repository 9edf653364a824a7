"""Validation of every Bot API request against aiogram's models and Telegram's limits."""

from __future__ import annotations

import html.parser
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, TelegramObject
from pydantic import BaseModel, ValidationError

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    kind.__api_method__: kind
    for name in aiogram.methods.__all__
    if isinstance(kind := getattr(aiogram.methods, name), type)
    and issubclass(kind, TelegramMethod)
    and kind is not TelegramMethod
}
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "s": "strikethrough", "code": "code",
    "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler",
}  # fmt: skip


class Refusal(Exception):
    """An error answer of Telegram, in its own words."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.description, self.code, self.parameters = description, code, parameters


@dataclass(frozen=True)
class File:
    """An uploaded file."""

    name: str
    content: bytes
    kind: str


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def decode(method: str, sent: Mapping[str, str]) -> dict[str, Any]:
    """Decode parameters by their types in the method. Raises AssertionError for an unknown parameter."""
    kind = METHODS.get(method)
    assert kind is not None, f"aiogram knows no method {method}"
    unknown = sent.keys() - kind.model_fields.keys()
    assert not unknown, f"{method} takes no {sorted(unknown)}"
    values = {}
    for name, raw in sent.items():
        annotation = kind.model_fields[name].annotation
        wants = {annotation, *get_args(annotation)}
        value: Any = raw
        if str not in wants or int in wants:
            try:
                value = json.loads(raw)
            except ValueError:
                assert str in wants, f"{method}: {name} is not JSON: {raw[:80]}"
        values[name] = value
    return values


def validate(method: str, values: Mapping[str, Any], files: Mapping[str, File]) -> None:
    """Raises AssertionError when aiogram's model of the method rejects the call or serialises it differently."""
    kind = METHODS[method]
    complete = dict(values)
    for name, file in files.items():
        if name in kind.model_fields:
            complete[name] = BufferedInputFile(file.content, file.name)
        else:
            assert f"attach://{name}" in json.dumps(values), f"{method}: the file {name} is attached to nothing"
    try:
        made = kind.model_validate(complete)
    except ValidationError as error:
        raise AssertionError(f"{method} is refused by aiogram: {error}") from None
    _nothing_unknown(made, method)


def _nothing_unknown(value: Any, where: str) -> None:
    if isinstance(value, BaseModel):
        extra = sorted(value.model_extra or {})
        assert not extra, f"{where}: unknown {extra}"
        for name in type(value).model_fields:
            _nothing_unknown(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for one in value:
            _nothing_unknown(one, where)


class _Html(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.entities = "", [], []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refusal(
                f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}'
            )
        self.open.append((tag, units(self.text), dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise Refusal(f"Bad Request: can't parse entities: Unmatched end tag at byte offset {self.getpos()[1]}")
        name, start, attrs = self.open.pop()
        entity = {"type": TAGS[name], "offset": start, "length": units(self.text) - start}
        self.entities.append({**entity, "url": attrs["href"]} if name == "a" else entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str, mode: str | None) -> tuple[str, list[dict[str, Any]]]:
    """(text, entities) as Telegram keeps them. Raises Refusal for broken HTML."""
    if mode != "HTML":
        return text, []
    reader = _Html()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise Refusal(
            f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{reader.open[-1][0]}\""
        )
    return reader.text, [one for one in reader.entities if one["length"]]


def limits(method: str, values: Mapping[str, Any]) -> None:
    """Raises Refusal, worded like Telegram, for what is too long or empty."""
    if method in ("sendMessage", "editMessageText"):
        text, _ = parsed(values["text"], values.get("parse_mode"))
        if not text.strip():
            raise Refusal("Bad Request: message text is empty")
        if units(text) > 4096:
            raise Refusal("Bad Request: message is too long")
    captions = [values, *(one for one in values.get("media", ()) if isinstance(one, dict))]
    for one in captions:
        text, _ = parsed(one.get("caption", ""), one.get("parse_mode"))
        if units(text) > 1024:
            raise Refusal("Bad Request: message caption is too long")
    for row in (values.get("reply_markup") or {}).get("inline_keyboard", ()):
        for key in row:
            if len(key.get("callback_data", "").encode()) > 64:
                raise Refusal("Bad Request: BUTTON_DATA_INVALID")
            if "url" in key and not key["url"].startswith(("https://", "http://", "tg://")):
                raise Refusal("Bad Request: inline keyboard button URL is invalid")
    if method == "sendMediaGroup" and not 2 <= len(values["media"]) <= 10:
        raise Refusal("Bad Request: group send failed")


def known_type(value: dict[str, Any], kind: type[TelegramObject]) -> None:
    """Raises AssertionError when aiogram can't read an object."""
    kind.model_validate(value)
