"""The agents' inbox and its routes: ticket lists, the ticket page, everything agents do there."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web.inbox.commands import (
    block_commands,
    callback_commands,
    draft_commands,
    sent_message_commands,
    ticket_commands,
)
from helpdesk.web.inbox.pages import (
    customer_page,
    event_stream,
    file_downloads,
    inbox_pages,
    merge_page,
    message_source,
    original_message,
)


def routes() -> list[web.AbstractRouteDef]:
    """The routes of the inbox."""
    ticket_path = r"/inbox/tickets/{number:\d+}"
    posts = {
        "reply": ticket_commands.reply, "note": ticket_commands.note, "assign": ticket_commands.assign, "take": ticket_commands.take_ticket, "status": ticket_commands.status,
        "resolve": ticket_commands.resolve, "undo": ticket_commands.undo, "resend": ticket_commands.resend, "followed-up": ticket_commands.complete_follow_up,
        "edit": sent_message_commands.edit, "withdraw": sent_message_commands.withdraw, "by-person": sent_message_commands.judge_by_person, "react": sent_message_commands.react,
        "draft": draft_commands.save_draft, "upload": draft_commands.upload, "here": draft_commands.report_presence, "merge": merge_page.merge, "unmerge": merge_page.unmerge,
        "block": block_commands.block, "unblock": block_commands.unblock,
        "customer/join": customer_page.join, "customer/part": customer_page.part, "customer/refuse": customer_page.refuse, "customer/name": customer_page.rename, "customer/link": customer_page.lead,
        "ring": callback_commands.request_call, "call-back-done": callback_commands.close_callback,
    }  # fmt: skip
    return [
        web.get("/", inbox_pages.home),
        web.get("/inbox", inbox_pages.inbox),
        web.get("/inbox/rows", inbox_pages.rows),
        web.get("/inbox/live", inbox_pages.live),
        web.get("/live", event_stream.stream),
        web.get(ticket_path, inbox_pages.ticket),
        web.get(f"{ticket_path}/merge", merge_page.page),
        web.get(f"{ticket_path}/edit", sent_message_commands.form),
        web.get(f"{ticket_path}/customer", customer_page.page),
        web.get(f"{ticket_path}/customer/join", customer_page.ask),
        *(web.post(f"{ticket_path}/{name}", handler) for name, handler in posts.items()),
        web.get(r"/inbox/files/{file:\d+}", file_downloads.download),
        web.get(r"/inbox/files/{file:\d+}/show", file_downloads.inline),
        web.get(r"/inbox/entries/{entry:\d+}/original", original_message.original),
        web.get(r"/inbox/entries/{entry:\d+}/html", original_message.mail_html),
        web.get(r"/inbox/entries/{entry:\d+}/source", message_source.source),
        web.get(r"/inbox/entries/{entry:\d+}/text", message_source.full_text),
    ]
