"""Frames from a visitor's client: every one validated, with limits. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
)

LARGEST = 16 * 1024  # bytes of one frame
LONGEST = 6000  # characters of one message


def _no_null(text: str) -> str:
    return text.replace("\0", "")


Clean = AfterValidator(_no_null)  # databases refuse the null character
Cid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Seq = Annotated[int, Field(ge=0, le=2**53)]
Short = Annotated[str, StringConstraints(max_length=300), Clean]


class BadFrame(ValueError):
    """This is no frame of the protocol; the words say which part is not."""


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Page(_Frame):
    """Where the visitor is on the website."""

    url: Annotated[str, StringConstraints(max_length=2000), Clean] = ""
    title: Short = ""
    referrer: Annotated[str, StringConstraints(max_length=2000), Clean] = ""


class Claim(_Frame):
    """A user as the website vouches for them; see visitors/identity.py."""

    version: int = 1
    user: Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]
    email: Annotated[str, StringConstraints(max_length=254), Clean] = ""
    name: Annotated[str, StringConstraints(max_length=100), Clean] = ""
    expiry: Seq
    signature: Annotated[str, StringConstraints(max_length=128), Clean]


class Hello(_Frame):
    """The first frame of every connection; again to change identity or page language."""

    t: Literal["hello"]
    v: int = 1
    site: Annotated[str, StringConstraints(max_length=32), Clean]
    token: Annotated[str, StringConstraints(max_length=64), Clean] | None = None
    identity: Claim | None = None
    have: Seq = 0
    lang: Literal["fa", "en"] = "fa"
    page: Page = Page()


class Msg(_Frame):
    """The visitor wrote. `person`: they asked for a human. `profile`: what the form before the chat asked."""

    t: Literal["msg"]
    cid: Cid
    text: Annotated[str, StringConstraints(max_length=LONGEST), Clean]
    person: bool = False
    offline: bool = False
    profile: dict[Annotated[str, StringConstraints(max_length=32), Clean], Short] = Field({}, max_length=12)
    page: Page | None = None

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("an empty message")
        return value


class Typing(_Frame):
    """The visitor writes, or stopped."""

    t: Literal["typing"]
    on: bool


class Read(_Frame):
    """The visitor has seen everything up to `seq`."""

    t: Literal["read"]
    seq: Seq


class Survey(_Frame):
    """A face was tapped, or why."""

    t: Literal["survey"]
    cid: Cid
    survey: Annotated[str, StringConstraints(max_length=128), Clean]
    score: Literal["happy", "neutral", "sad"] | None = None
    reasons: list[Annotated[str, StringConstraints(max_length=64), Clean]] = Field([], max_length=12)
    words: Annotated[str, StringConstraints(max_length=2000), Clean] = ""


class Suggest(_Frame):
    """What stands in the composer before the first message: is there an article that answers it?"""

    t: Literal["suggest"]
    n: Seq
    text: Annotated[str, StringConstraints(max_length=LONGEST), Clean]


class Helped(_Frame):
    """That article was the answer."""

    t: Literal["helped"]
    id: Annotated[str, StringConstraints(max_length=200), Clean]


class Wish(_Frame):
    """Something is asked of the desk itself: a person instead of a robot, or an end."""

    t: Literal["wish"]
    cid: Cid
    wish: Literal["person", "end"]


class Transcript(_Frame):
    """The conversation by mail."""

    t: Literal["transcript"]
    cid: Cid
    email: Annotated[str, StringConstraints(max_length=254, strip_whitespace=True), Clean]


class Link(_Frame):
    """A way to go on elsewhere."""

    t: Literal["link"]
    cid: Cid


class Ping(_Frame):
    """Is anybody there? Answered by an ack with the same number. May tell a new page."""

    t: Literal["ping"]
    n: Seq = 0
    page: Page | None = None


Asking = Suggest | Helped | Wish | Transcript | Link  # of the desk itself, see chat/requests.py
Frame = Hello | Msg | Typing | Read | Survey | Ping | Asking
_FRAME: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="t")])


def parse(raw: str | bytes) -> Frame:
    """A frame from its JSON. Raises BadFrame."""
    if len(raw) > LARGEST:
        raise BadFrame("larger than 16 KiB")
    try:
        return _FRAME.validate_json(raw)
    except ValidationError as error:
        raise BadFrame(_words(error)) from None


def check(value: Any) -> Frame:
    """A frame from what JSON it stood in. Raises BadFrame."""
    try:
        return _FRAME.validate_python(value)
    except ValidationError as error:
        raise BadFrame(_words(error)) from None


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(item) for item in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
