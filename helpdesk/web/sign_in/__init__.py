"""Signing in and out, one's own account, one's own preferences."""

from __future__ import annotations

from aiohttp import web

from helpdesk.web.sign_in import account, door, preferences


def routes() -> list[web.AbstractRouteDef]:
    """Everything of this folder."""
    return [
        web.get("/sign-in", door.form),
        web.post("/sign-in", door.enter),
        web.get("/sign-in/link/{token}", door.link),
        web.post("/sign-in/link/{token}", door.spend_link),
        web.post("/sign-out", door.leave),
        web.get("/account", account.page),
        web.post("/account/name", account.choose_name),
        web.post("/account/extension", account.choose_extension),
        web.get("/account/password", account.password_form),
        web.post("/account/password", account.choose_password),
        web.post("/account/sessions/{session_id:\\d+}/revoke", account.revoke),
        web.post("/preferences", preferences.keep),
    ]
