"""Telegram bots: every kind of message in, answers and surveys out."""
