"""The inbox: the list, the ticket, and what agents do in it."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web.inbox import (
    blocking,
    calling,
    customer,
    drafts,
    files,
    merging,
    originals,
    read,
    source,
    stream,
    verbs,
    write,
)


def routes() -> list[web.AbstractRouteDef]:
    """Everything of this folder."""
    one = r"/inbox/tickets/{number:\d+}"
    posts = {
        "reply": write.reply, "note": write.note, "assign": write.assign, "take": write.take, "status": write.status,
        "resolve": write.resolve, "undo": write.undo, "resend": write.resend, "followed-up": write.called_back,
        "edit": verbs.edit, "withdraw": verbs.withdraw, "react": verbs.react,
        "draft": drafts.draft, "upload": drafts.upload, "here": drafts.here, "merge": merging.merge, "unmerge": merging.unmerge,
        "block": blocking.block, "unblock": blocking.unblock,
        "customer/join": customer.join, "customer/part": customer.part, "customer/refuse": customer.refuse, "customer/link": customer.lead,
        "ring": calling.ring, "call-back-done": calling.done,
    }  # fmt: skip
    return [
        web.get("/", read.home),
        web.get("/inbox", read.inbox),
        web.get("/inbox/rows", read.rows),
        web.get("/inbox/live", read.live),
        web.get("/live", stream.stream),
        web.get(one, read.ticket),
        web.get(f"{one}/merge", merging.page),
        web.get(f"{one}/edit", verbs.form),
        web.get(f"{one}/customer", customer.page),
        web.get(f"{one}/customer/join", customer.ask),
        *(web.post(f"{one}/{name}", handler) for name, handler in posts.items()),
        web.get(r"/inbox/files/{file:\d+}", files.download),
        web.get(r"/inbox/files/{file:\d+}/show", files.inline),
        web.get(r"/inbox/entries/{entry:\d+}/original", originals.original),
        web.get(r"/inbox/entries/{entry:\d+}/html", originals.letter),
        web.get(r"/inbox/entries/{entry:\d+}/source", source.source),
    ]
