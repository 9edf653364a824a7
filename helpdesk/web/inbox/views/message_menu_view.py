"""View models of the message menu and the composer's destinations. All are hashable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageActions:
    """Verbs of one message of the ticket `number`. `by_person`: it passes for a robot's and may be judged a person's. `ours`: the emoji we put there; `pending` and `refused`: edit or withdraw, under way or not done."""

    number: int
    answer: bool = False
    edit: bool = False
    withdraw: bool = False
    react: tuple[str, ...] = ()
    by_person: bool = False
    ours: str = ""
    pending: str = ""
    words: str = ""
    refused: str = ""
    reason: str = ""

    @property
    def any(self) -> bool:
        """Whether there is a menu at all."""
        return self.answer or self.edit or self.withdraw or bool(self.react)


@dataclass(frozen=True, slots=True)
class DestinationView:
    """A destination in the composer. `counted`: in text message parts; `subject`, `files`: it has them; `closed`, `reason`: as in journey's Destination."""

    address: str
    place: str
    label: str
    icon: str
    chosen: bool = False
    usual: bool = False
    verified: bool = True
    subject: bool = False
    counted: bool = False
    files: bool = True
    closed: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplyingTo:
    """The message that is answered: who wrote it, and how it begins."""

    id: int
    who: str
    words: str
