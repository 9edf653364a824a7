"""Inviting a colleague, from the invitation to their first page, with and without script."""

from __future__ import annotations

import pytest

from tests.support.pages.browser import PATIENCE, OpenDesk

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("script", [True, False])
async def test_an_invited_colleague_follows_the_link_to_the_inbox(desk: OpenDesk, script: bool):
    boss = await desk.sits_down(await desk.story.person("Boss", "administrator"), java_script_enabled=script)
    await boss.goto(f"{desk.address}/inbox")
    await boss.click(".rail a[href='/people']")
    await boss.fill("#invite [name=name]", "sara")
    await boss.fill("#invite [name=email]", "sara@desk.example")
    await boss.check("#invite [value=supervisor]")
    await boss.click("#invite button")
    link = await boss.input_value(".told-once input")
    newcomer = await (await desk.visitor(java_script_enabled=script)).new_page()
    newcomer.set_default_timeout(PATIENCE)
    await newcomer.goto(f"{desk.address}{link[link.index('/sign-in') :]}")
    await newcomer.click("main button")
    await newcomer.fill("[name=name]", "Sara Moradi")
    for field in ("password", "again"):
        await newcomer.fill(f"[name={field}]", "seven small turtles")
    await newcomer.click("form.card button")
    await newcomer.wait_for_url("**/inbox**")
    assert "Sara Moradi" in await newcomer.inner_text(".rail .me")
    await boss.goto(f"{desk.address}/people")
    assert "Sara Moradi" in await boss.inner_text(".people")
