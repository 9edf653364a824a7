"""Automatic messages: one way to write and queue whatever the desk says by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from helpdesk.journey.context import DeskContext
from helpdesk.journey.outgoing import dispatch
from helpdesk.journey.outgoing.destinations import Destination, default_destination
from helpdesk.journey.outgoing.outbound import OutgoingMessage
from helpdesk.tickets.rows import Json, NewEntry, TicketRow
from helpdesk.tickets.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyInvitation:
    """What makes an automatic message an invitation: the survey's token and its three faces."""

    token: str
    faces: list[dict[str, str]]


def send_automatic(
    tx: Connection,
    context: DeskContext,
    *,
    ticket: TicketRow,
    text: str,
    now: datetime,
    due_at: datetime | None = None,
    shown: str | None = None,
    to: tuple[str, str] | None = None,
    destination: Destination | None = None,
    subject: str | None = None,
    data: Json | None = None,
    invitation: SurveyInvitation | None = None,
    timeline: Timeline | None = None,
) -> int:
    """Write an automatic message on the timeline and queue it; returns the entry's id.

    `shown` is what the timeline says where that is not the text that leaves. Ask `auto_reply_refusal` first.
    """
    way = destination or default_destination(ticket)
    is_survey = invitation is not None
    entry = NewEntry(
        ticket_id=ticket.id, at=now, kind="survey" if is_survey else "message",
        author="survey" if is_survey else "automation", public=True, outgoing=True, channel=way.channel,
        account=way.account, address=way.address, text=text if shown is None else shown, automatic=not is_survey,
        delivery="queued", data=data,
    )  # fmt: skip
    message = OutgoingMessage(
        text=text, sender_name=context.name, automatic=True, kind="survey" if is_survey else "message", to=to,
        subject=subject, survey=invitation.token if invitation else None, faces=invitation.faces if invitation else (),
    )  # fmt: skip
    return dispatch.send_entry(
        tx, context, ticket=ticket, entry=entry, message=message, now=now, due_at=due_at or now, way=way,
        timeline=timeline,
    )  # fmt: skip
