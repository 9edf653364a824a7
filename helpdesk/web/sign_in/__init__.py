"""Signing in and out, one's own account, one's own preferences."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web.sign_in import account, preferences, sign_in_pages


def routes() -> list[web.AbstractRouteDef]:
    """Everything of this folder."""
    return [
        web.get("/sign-in", sign_in_pages.form),
        web.post("/sign-in", sign_in_pages.enter),
        web.get("/sign-in/link/{token}", sign_in_pages.link),
        web.post("/sign-in/link/{token}", sign_in_pages.spend_link),
        web.post("/sign-out", sign_in_pages.leave),
        web.get("/account", account.page),
        web.post("/account/name", account.choose_name),
        web.post("/account/extension", account.choose_extension),
        web.get("/account/password", account.password_form),
        web.post("/account/password", account.choose_password),
        web.post("/account/sessions/{session_id:\\d+}/revoke", account.revoke),
        web.post("/preferences", preferences.save_preferences),
    ]
