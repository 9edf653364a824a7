"""Health check `/healthz` for load balancers and Prometheus metrics `/metrics`."""

from __future__ import annotations

import asyncio
import hmac

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection

from helpdesk import __version__
from helpdesk.agents import queries
from helpdesk.intake import queries as intake
from helpdesk.outbox import queries as outbox
from helpdesk.sla.store import queries as sla
from helpdesk.web.app_keys import DATABASE, FEEDS, REGISTRY, REPORTS, SETTINGS

PATIENCE = 2.0  # seconds
STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Seen:
    """Request metrics by route, not by path, so that no token ends up in a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "pasokh_http_answers", "Answered requests", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram("pasokh_http_seconds", "Time to answer", ("route",), registry=registry, buckets=STEPS)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Record an answered request."""
        known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        self._answers.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


SEEN = web.AppKey("seen", Seen)


async def healthz(request: web.Request) -> web.Response:
    """200 when the database answers in time, else 503."""
    try:
        async with asyncio.timeout(PATIENCE):
            await request.app[DATABASE].read(queries.session, token_hash="")
    except Exception as error:
        return web.json_response({"ok": False, "database": type(error).__name__}, status=503)
    return web.json_response({"ok": True, "version": __version__})


class Desk:
    """Gauges of waiting work, refreshed when metrics are scraped."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauges = {
            name: Gauge(f"pasokh_{name}", words, labels, registry=registry)
            for name, words, labels in (
                ("intake", "Messages taken in and not on a timeline yet, by state", ("state",)),
                ("outbox", "Messages that have not left, by state", ("state",)),
                ("clocks", "Clocks that run, and those of them that ran out", ("state",)),
                ("channel_connected", "1 while an account of a channel is connected", ("channel", "account")),
                ("listeners", "Browsers that are told what happens", ()),
            )
        }

    async def refresh(self, app: web.Application) -> None:
        """Refresh the gauges from the database and the channels."""
        waiting, leaving, clocks = await app[DATABASE].read(_figures)
        for name, figures in (("intake", waiting), ("outbox", leaving), ("clocks", clocks)):
            for state, count in figures.items():
                self._gauges[name].labels(state).set(count)
        for (channel, account), report in app[REPORTS].items():
            self._gauges["channel_connected"].labels(channel, account).set(report.connected)
        self._gauges["listeners"].set(app[FEEDS].count)


def _figures(tx: Connection) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    return intake.figures(tx), outbox.figures(tx), sla.figures(tx)


DESK = web.AppKey("desk_figures", Desk)


async def metrics(request: web.Request) -> web.Response:
    """The metrics, for requests with the configured token; without one they are off."""
    token = request.app[SETTINGS].metrics.token.get_secret_value()
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise web.HTTPNotFound
    if DESK in request.app:
        await request.app[DESK].refresh(request.app)
    return web.Response(body=generate_latest(request.app[REGISTRY]), headers={"Content-Type": CONTENT_TYPE_LATEST})


def routes() -> list[web.AbstractRouteDef]:
    """Both routes."""
    return [web.get("/healthz", healthz), web.get("/metrics", metrics)]
