"""Satisfaction surveys: invitations with three stickers, answers, follow-ups."""
