"""Sign-in, sign-out, the own account and preferences, with their routes."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web.sign_in import account, preferences, sign_in_pages


def routes() -> list[web.AbstractRouteDef]:
    """The routes of sign-in and the own account."""
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
