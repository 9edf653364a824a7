"""The visitor store: which conversation a token or user belongs to, and what they said of themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from channels.contract import Desk, Moved
from channels.webchat.visitors.identity import Identity, new_token, token_hash, user_hash


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser. `key` is the hash of its token; `user` is set once the website vouched for them."""

    key: str
    conversation: str
    user: str = ""
    email: str = ""
    vouched: str = ""  # the address the website vouched for
    name: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)
    stored: bool = False
    before: str = ""  # the key it had until it signed in just now

    @property
    def verified(self) -> bool:
        """Whether the website vouched for who this is."""
        return bool(self.user)


async def find_visitor(desk: Desk, site: str, key: str) -> Visitor:
    """The visitor of a token, as known or new. Nothing is stored before they say something."""
    kept = await desk.recall(site, f"visitor:{key}")
    if kept is None:
        return Visitor(key, conversation=key)
    fields: dict[str, Any] = json.loads(kept)
    return Visitor(key, stored=True, **fields)


def is_newcomer(visitor: Visitor, before: Visitor | None) -> bool:
    """Whether a connection that was somebody becomes somebody whom nobody knows: as good as another connection."""
    return before is not None and before.key != visitor.key and not visitor.stored


async def store_visitor(desk: Desk, site: str, visitor: Visitor) -> Visitor:
    """Keep a visitor."""
    fields = {
        "conversation": visitor.conversation, "user": visitor.user, "email": visitor.email, "name": visitor.name,
        "vouched": visitor.vouched, "profile": dict(visitor.profile),
    }  # fmt: skip
    await desk.remember(site, f"visitor:{visitor.key}", json.dumps(fields, ensure_ascii=False))
    return replace(visitor, stored=True)


async def identify(desk: Desk, site: str, visitor: Visitor, identity: Identity) -> Visitor:
    """The visitor is a user: the conversation they began goes with them, or they come back to the one they have.

    A browser that belonged to another user begins anew: one person's conversation is never shown to the next.
    """
    known = f"user:{user_hash(identity.user)}"
    theirs = await desk.recall(site, known)
    mine = visitor.conversation if not visitor.user else None
    conversation = theirs or mine or user_hash(f"{site}\n{identity.user}\n{visitor.key}")
    identified = replace(
        visitor, conversation=conversation, user=identity.user, email=identity.email or visitor.email,
        vouched=identity.email or visitor.vouched, name=identity.name or visitor.name,
    )  # fmt: skip
    if visitor.user and visitor.user != identity.user:
        identified = replace(identified, email=identity.email, vouched=identity.email, name=identity.name, profile={})
    if theirs is None:
        try:
            await desk.remember(site, known, conversation, was=None)
        except Moved:  # another device of theirs was quicker, in another process: there is one conversation
            return await identify(desk, site, visitor, identity)
    if not visitor.stored or replace(visitor, stored=True) != replace(identified, stored=True):
        identified = await store_visitor(desk, site, identified)
    return identified


async def sign_in(
    desk: Desk, site: str, visitor: Visitor, identity: Identity, fresh: str | None
) -> tuple[Visitor, str | None]:
    """`identify`, and the token to tell the browser of. Whoever put the old one there gets nowhere with it.

    `fresh`: a token that was made for this connection and is nobody else's.
    """
    if fresh is not None or visitor.user == identity.user:
        return await identify(desk, site, visitor, identity), fresh
    old, token = visitor.key, new_token()
    identified = await identify(desk, site, replace(visitor, key=token_hash(token), stored=False), identity)
    await store_visitor(desk, site, Visitor(old, conversation=user_hash(f"{site}\n{token}")))  # nobody's, and empty
    return replace(identified, before=old), token


def with_profile(visitor: Visitor, details: Mapping[str, str]) -> Visitor:
    """What a form was filled in with; it never replaces what the website vouched for."""
    clean = {key: value.strip() for key, value in details.items() if value.strip()}
    if not clean:
        return visitor
    name = visitor.name if visitor.user and visitor.name else clean.get("name", visitor.name)
    email = visitor.email if visitor.user and visitor.email else clean.get("email", visitor.email)
    return replace(visitor, name=name, email=email, profile={**visitor.profile, **clean})
