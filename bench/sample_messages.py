"""Chat messages, updates of a bot and events of a switchboard, all different, made from a seed; as `bench.sample_mails` makes mails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bench.sample_mails import WORDS_EN, WORDS_FA, mails

WHEN = 1_772_431_200  # seconds since 1970 of the first one
EVENTS = ("ringing", "queued", "answered", "ended")  # of one call


@dataclass(frozen=True, slots=True)
class Raw:
    """One thing as its channel keeps it."""

    account: str
    external_id: str
    raw: bytes
    order_key: str | None = None  # None: the channel says it


def of_mail(count: int, seed: int) -> Iterator[Raw]:
    """Mails."""
    for name, raw in mails(count, seed):
        yield Raw("support", name, raw)


def of_telegram(count: int, seed: int) -> Iterator[Raw]:
    """Updates of private chats: texts above all, some with a sticker, a place or a quoted message."""
    dice, people = random.Random(seed), _People(seed)
    for number in range(count):
        who, persian = people.next(number)
        message = {
            "message_id": number + 1, "date": WHEN + number, "chat": {"id": who, "type": "private", "first_name": "Sara"},
            "from": {"id": who, "is_bot": False, "first_name": "Sara", "language_code": "fa" if persian else "en"},
            **_content(dice, number, persian),
        }  # fmt: skip
        update = 10_000_000 * seed + number
        yield Raw("shop", str(update), json.dumps({"update_id": update, "message": message}).encode())


def of_webchat(count: int, seed: int) -> Iterator[Raw]:
    """Lines of visitors."""
    dice, people = random.Random(seed), _People(seed)
    for number in range(count):
        who, persian = people.next(number)
        name, conversation = f"visitor {who}", f"{seed:x}{who:031x}"
        cid = f"{dice.getrandbits(48):012x}"
        kept = {
            "v": 1, "site": "shop", "conversation": conversation, "at": "2026-03-02T06:00:00+00:00", "name": name,
            "email": "", "user": "", "profile": {"name": name}, "address": "203.0.113.7",
            "page": {"url": f"https://shop.example/{number}", "title": words(dice, persian, 3), "referrer": ""},
            "frame": {"t": "msg", "cid": cid, "text": words(dice, persian, dice.randrange(4, 40))},
        }  # fmt: skip
        yield Raw("shop", f"{conversation}:{cid}", json.dumps(kept, ensure_ascii=False).encode())


def of_phone(count: int, seed: int) -> Iterator[Raw]:
    """Events of calls, four to each; every other call is missed."""
    people = _People(seed)
    for number in range(count):
        call, step = divmod(number, len(EVENTS))
        who, _ = people.next(call) if step == 0 else people.last
        name, at = f"bench-{seed}-{call}", WHEN + call * 60 + step * 9
        answered = call % 2 == 0
        event = {"call_id": name, "event": EVENTS[step], "direction": "inbound", "from": f"0912{who:07d}", "at": at}
        if step == 1:
            event["queue"] = "support"
        elif step == 2 and not answered:
            event["event"] = "ringing"
        elif step == 2:
            event |= {"agent": "101", "queue_wait_s": 18}
        elif step == 3:
            event |= {"disposition": "answered" if answered else "missed", "ended_at": at, "talk_s": 9 * answered}
        body = json.dumps(event)
        kept = {"provider": "generic", "headers": {"content-type": "application/json"}, "body": body,
                "received_at": "2026-03-02T06:00:00Z"}  # fmt: skip
        yield Raw("pbx", f"{name}:{step}", json.dumps(kept).encode(), name)


KINDS: Mapping[str, tuple[str, Callable[[int, int], Iterator[Raw]]]] = {
    "mail": ("email", of_mail),
    "telegram": ("telegram", of_telegram),
    "webchat": ("webchat", of_webchat),
    "phone": ("phone", of_phone),
}  # kind -> (channel, maker)


def words(dice: random.Random, persian: bool, count: int) -> str:
    """So many words of one language."""
    return " ".join(dice.choices(WORDS_FA if persian else WORDS_EN, k=count))


class _People:
    """Somebody new two times of three, else one of the last three hundred."""

    def __init__(self, seed: int) -> None:
        self.dice, self.known, self.base = random.Random(seed + 7), list[tuple[int, bool]](), 1_000_000 * seed
        self.last: tuple[int, bool] = (0, True)

    def next(self, number: int) -> tuple[int, bool]:
        """(whom, speaks Persian)."""
        if number % 3 == 2 and self.known:
            self.last = self.dice.choice(self.known[-300:])
        else:
            self.last = (self.base + number, self.dice.random() < 0.6)
            self.known.append(self.last)
        return self.last


def _content(dice: random.Random, number: int, persian: bool) -> dict[str, object]:
    kind = number % 20
    text = words(dice, persian, dice.randrange(4, 60))
    if kind == 7:
        return {"location": {"latitude": 35.7 + dice.random() / 100, "longitude": 51.4}}
    if kind == 13:
        return {"text": text, "quote": {"text": words(dice, persian, 5), "position": 0, "is_manual": True}}
    if kind == 17:
        return {"text": text, "entities": [{"type": "bold", "offset": 0, "length": 4}]}
    return {"text": text}
