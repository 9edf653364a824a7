"""Pasokh: a support helpdesk with one timeline for every channel."""

__version__ = "0.1.0"
