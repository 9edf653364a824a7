"""Icons of the timeline's events."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.tickets.events import customer_events as customer
from helpdesk.tickets.events import message_events as message
from helpdesk.tickets.events import ticket_events as ticket
from helpdesk.tickets.events.event import Event
from helpdesk.tickets.vocabulary import ENDED

ICONS: Mapping[type[Event], str] = {
    ticket.Assigned: "user",
    ticket.StatusChanged: "redo",
    ticket.PriorityChanged: "alert",
    ticket.Tagged: "tag",
    ticket.Reopened: "redo",
    ticket.Merged: "merge",
    ticket.MergedInto: "merge",
    ticket.Unmerged: "undo",
    ticket.UnmergedFrom: "undo",
    ticket.TeamUnknown: "alert",
    ticket.WrittenByPerson: "human",
    ticket.DeadlineNear: "clock",
    ticket.DeadlineMissed: "alert",
    ticket.DeadlineLater: "clock",
    ticket.AnsweredInTime: "check",
    message.ReplyUndone: "undo",
    message.SentAgain: "redo",
    message.MessageEdited: "pen",
    message.MessageDeleted: "close",
    message.ReactionSet: "chat",
    message.FilesLost: "alert",
    message.UnreadMailed: "mail",
    message.CallRequested: "phone",
    message.CallbackClosed: "check",
    message.FollowUpCreated: "phone",
    message.CalledBack: "phone",
    message.SurveyNotSent: "mail",
    message.TapsTakenBack: "undo",
    customer.CustomerRequest: "human",
    customer.TranscriptRefused: "mail",
    customer.ContactsJoined: "merge",
    customer.ContactsParted: "undo",
    customer.AddressLearned: "at",
    customer.JoinOffered: "user",
    customer.LinkFollowed: "key",
    customer.ChatMoved: "redo",
    customer.UnseenMessageEdited: "pen",
    customer.CustomerRenamed: "pen",
    customer.CustomerBlocked: "shield",
    customer.CustomerUnblocked: "check",
}
OTHERS: Mapping[str, str] = {  # of deliveries, surveys and what channels tell in notes, by their codes
    "failed": "alert", "sent": "check", "uncertain": "alert", "delayed": "clock", "read": "eye", "survey": "sad",
    "reaction": "chat", "blocked": "shield", "unblocked": "check", "bot_removed": "shield", "unsupported": "alert",
    "command": "slash", "start": "human", "migrate_to_chat_id": "redo", "migrate_from_chat_id": "redo",
    "button": "check", "deleted_business_messages": "close", "event": "chat", "owner": "user", "call": "phone",
}  # fmt: skip


def icon_of(event: Event | None, code: str) -> str:
    """The icon of an event; where it is none, of an entry by its code."""
    if isinstance(event, ticket.StatusChanged) and event.to in ENDED:
        return "done"
    if event is not None:
        return ICONS[type(event)]
    return OTHERS.get(code, "chat")
