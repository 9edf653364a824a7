"""Colours of sanitised mail HTML: none stays on a background it can't be read on."""

from __future__ import annotations

import re

INK, PAPER = (35, 29, 22), (255, 255, 255)  # of the frame that shows a mail
LEAST_CONTRAST = 2.0
Colour = tuple[int, int, int]

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]{0,30}+)((?: [^\s=<>"]++="[^"]*+")*+)>')
_ATTRIBUTE = re.compile(r' ([^\s=<>"]++)="([^"]*+)"')
_VALUE = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^()]{1,60}\)|\b[a-z]{3,20}\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,4})?%?")
_VOID = frozenset({"area", "br", "col", "hr", "img", "wbr"})
_NAMES: dict[str, Colour] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "maroon": (128, 0, 0), "purple": (128, 0, 128), "teal": (0, 128, 128), "olive": (128, 128, 0),
    "lime": (0, 255, 0), "aqua": (0, 255, 255), "cyan": (0, 255, 255), "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255), "orange": (255, 165, 0), "ivory": (255, 255, 240), "snow": (255, 250, 250),
    "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211), "gainsboro": (220, 220, 220), "darkgray": (169, 169, 169), "dimgray": (105, 105, 105),
    "darkblue": (0, 0, 139), "darkred": (139, 0, 0), "darkgreen": (0, 100, 0), "gold": (255, 215, 0),
    "beige": (245, 245, 220), "windowtext": INK, "window": PAPER,
}  # fmt: skip


def plain_background(declaration: str) -> str:
    """`background: #000 url(…)` as its colour alone; any other declaration unchanged."""
    name, colon, value = declaration.partition(":")
    if not colon or name.strip().lower() != "background":
        return declaration
    colours = [word for word in _VALUE.findall(value[:500]) if colour(word) is not None]
    return f"background-color:{colours[0]}" if colours else ""


def colour(value: str) -> Colour | None:
    """A colour as CSS or HTML writes it; None: not one, or one that can be seen through."""
    value = value.strip().lower().removesuffix("!important").strip()
    if value in _NAMES:
        return _NAMES[value]
    if value.startswith("rgb"):
        numbers = _NUMBERS.findall(value[:80])
        if len(numbers) < 3 or (len(numbers) > 3 and float(numbers[3].rstrip("%")) == 0):
            return None
        red, green, blue = (_part(number) for number in numbers[:3])
        return red, green, blue
    digits = value.removeprefix("#")
    if not (value.startswith("#") or len(digits) == 6) or not all(digit in "0123456789abcdef" for digit in digits):
        return None
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits[:3])
    if len(digits) not in (6, 8) or digits[6:] == "00":
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _part(number: str) -> int:
    return min(255, round(float(number[:-1]) * 2.55 if number.endswith("%") else float(number)))


def contrast(ink: Colour, paper: Colour) -> float:
    """How well two colours are told apart: 1 (not at all) to 21."""
    dark, light = sorted((_light(ink), _light(paper)))
    return (light + 0.05) / (dark + 0.05)


def _light(colour_: Colour) -> float:
    red, green, blue = (part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour_)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible(html: str) -> str:
    """`html`, as the sanitiser wrote it, without colours that nobody can read where they stand."""
    stack: list[tuple[str, Colour, Colour]] = [("", INK, PAPER)]

    def mend(match: re.Match[str]) -> str:
        closing, tag, attributes = match.groups()
        if closing:
            if any(name == tag for name, _, _ in stack[-50:]):
                while len(stack) > 1 and stack.pop()[0] != tag:
                    pass
            return match[0]
        _, ink, paper = stack[-1]
        own_ink, own_paper = _own_colours(attributes) if attributes else (None, None)
        words = match[0]
        if (own_ink or own_paper) and contrast(own_ink or ink, own_paper or paper) < LEAST_CONTRAST:
            words = f"<{tag}{_ATTRIBUTE.sub(_without_colours, attributes)}>"
            own_ink = own_paper = None
        if tag not in _VOID:
            stack.append((tag, own_ink or ink, own_paper or paper))
        return words

    return _TAG.sub(mend, html)


def _own_colours(attributes: str) -> tuple[Colour | None, Colour | None]:
    """(text colour, background) that an element sets."""
    ink = paper = None
    styled: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(attributes):
        if name == "style":
            pairs = (part.partition(":") for part in value.split(";"))
            styled = {key.strip().lower(): content for key, _, content in pairs}
        elif name == "color":
            ink = colour(value)
        elif name == "bgcolor":
            paper = colour(value)
    return colour(styled.get("color", "")) or ink, colour(styled.get("background-color", "")) or paper


def _without_colours(match: re.Match[str]) -> str:
    name, value = match.groups()
    if name in ("color", "bgcolor"):
        return ""
    if name != "style":
        return match[0]
    kept = (
        part for part in value.split(";") if part.partition(":")[0].strip().lower() not in ("color", "background-color")
    )
    return f' style="{";".join(kept)}"'
