"""What channels may look up in the desk: a conversation, a customer's own tickets, articles, ways to go on elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.contract import Question
from helpdesk.clock import Clock
from helpdesk.contacts import queries as contacts
from helpdesk.database.engine import Database
from helpdesk.journey.context import DeskContext
from helpdesk.journey.customers import links
from helpdesk.suggestions.articles.article_files import Article
from helpdesk.suggestions.articles.render_reply import shown
from helpdesk.tickets.lists import contact_tickets
from helpdesk.tickets.threading import ticket_candidates

MOST_TICKETS = 5
LIKELY = 0.5  # confidence from which an article is shown to a customer who asked nobody yet
LONGEST = 2000  # characters of a text that is looked up


@dataclass(slots=True)
class ChannelQueries:
    """Answers the questions of channels; see channels.contract.Question."""

    database: Database
    context: DeskContext
    clock: Clock

    async def answer(self, channel: str, question: Question, about: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """What is known about it, or nothing."""
        if question == "transcript":
            return await self.database.read(
                ticket_candidates.transcript,
                channel=channel,
                conversation=str(about["conversation"]),
                after=int(about.get("after", 0)),
            )
        if question == "reasons":
            return [{"key": reason.key, "words": reason.words} for reason in self.context.reasons]
        if question == "link" and not about["address"]:
            return [{}] if links.has_links(self.context.channels, but=channel) else []
        if question == "link":
            return await self.database.write(
                links.create_links, self.context, address=str(about["address"]), now=self.clock()
            )
        if question == "tickets":
            return await self._tickets(str(about["address"]))
        if question == "suggestions":
            return await asyncio.to_thread(self._suggestions, str(about["text"]), str(about["language"]))
        return ()

    def _suggestions(self, text: str, language: str) -> list[Mapping[str, Any]]:
        """Articles in this language that a customer may read as they stand, and that very likely answer the text."""
        articles: Mapping[str, Article] = getattr(self.context.suggest, "articles", {})
        if not getattr(self.context.suggest, "ready", True):
            return []
        week = getattr(self.context.targets.calendar("written")[1], "week", ())
        suggestions: list[Mapping[str, Any]] = []
        for article_id, confidence, _ in self.context.suggest(text[:LONGEST], language):
            article = articles.get(article_id)
            if article is None or confidence < LIKELY or article.language != language:
                continue
            words = shown(article, week)
            if words is not None:
                suggestions.append({"id": article_id, "title": article.title, "text": words, "confidence": confidence})
        return suggestions

    async def _tickets(self, address: str) -> list[Mapping[str, Any]]:
        who = await self.database.read(contacts.by_address, address=address)
        if who is None or who.claimed_at is not None:  # a mere claim opens nobody's tickets
            return []
        rows = await self.database.read(
            contact_tickets.tickets_of, contact_id=who.merged_into_id or who.contact_id, but=0, most=MOST_TICKETS
        )
        return [
            {"number": row.id, "subject": row.subject, "status": row.status, "changed_at": row.changed_at}
            for row in rows
            if row.cycle or row.active  # nothing was ever asked in the others
        ]
