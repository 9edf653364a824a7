"""Prometheus metrics: `/metrics` reports what waits in the desk."""

from __future__ import annotations

from helpdesk.app import web_application
from tests.support.desk.desk_story import story


async def test_metrics_are_served_with_the_right_token(database, tmp_path, aiohttp_client):
    desk = story(database, tmp_path, settings={"metrics": {"token": "t" * 32}})
    await desk.writes("Hello")
    await desk.app.desk_for("memory").accept("main", "bad", b"not json", order_key="x")
    await desk.work()
    client = await aiohttp_client(web_application(desk.app))
    assert (await client.get("/metrics")).status == 404
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 32}"})
    body = await answer.text()
    assert 'pasokh_intake{state="quarantined"} 1.0' in body
    assert 'pasokh_clocks{state="running"} 2.0' in body
    assert 'pasokh_outbox{state="queued"} 0.0' in body
    assert "Hello" not in body
