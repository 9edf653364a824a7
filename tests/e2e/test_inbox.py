"""The inbox in a browser: live updates, shortcuts, assignment, search, presence, phone layout."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from helpdesk.tickets import queries
from tests.support.pages.browser import AXE, PATIENCE, OpenDesk, asks, opens, violations

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
SECOND = 1000.0
expect.set_options(timeout=PATIENCE)


async def test_a_new_message_appears_live_in_every_open_inbox(desk: OpenDesk):
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await page.evaluate("window.notReloaded = true")
    await desk.story.writes("Where is my order?", name="Nora", subject="Order 4812")
    await expect(page.locator("#rows .name")).to_have_text("Nora", timeout=SECOND)
    await desk.story.writes("Still waiting", name="Kaveh", sender="kaveh@customers.example", subject="کاسه‌ها")
    await expect(page.locator("#rows .row")).to_have_count(2, timeout=SECOND)
    assert await page.evaluate("window.notReloaded")


async def test_the_list_does_not_move_under_the_pointer(desk: OpenDesk):
    first = await asks(desk, "One", subject="One")
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all&sort=newest")
    await page.hover(f"#t{first} .row")
    before = await page.locator(f"#t{first}").bounding_box()
    desk.story.time.passes(minutes=1)
    await desk.story.writes("Two", sender="b@customers.example", subject="Two")
    await expect(page.locator("#fresh")).to_be_visible()
    await expect(page.locator("#fresh .num")).to_have_text("1")
    assert await page.locator(f"#t{first}").bounding_box() == before
    await page.mouse.move(1200, 400)
    await expect(page.locator("#rows .subject").first).to_have_text("Two")


async def test_shortcuts_use_physical_keys_and_can_be_disabled(desk: OpenDesk):
    number = await asks(desk, "One", subject="One")
    page = await desk.sits_down(await desk.story.person(), language="fa")
    await page.goto("/inbox?view=all")
    persian_j = {"key": "ت", "code": "KeyJ", "bubbles": True}
    await page.evaluate("(how) => document.body.dispatchEvent(new KeyboardEvent('keydown', how))", persian_j)
    await expect(page.locator(f"#t{number} .row")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".ticket")
    await page.keyboard.press("n")
    await expect(page.locator("[data-composer]")).to_have_attribute("data-tab", "note")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.click(".me summary")
    await page.click("button[name=shortcuts][value=off]")
    await page.wait_for_load_state()
    await page.keyboard.press("Shift+Slash")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_tickets_are_taken_assigned_and_resolved(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    mina, sam = await desk.story.person("Mina"), await desk.story.person("Sam")
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.keyboard.press("t")
    await expect(page.locator("#give summary")).to_contain_text("Mina")
    await page.keyboard.press("a")
    await page.click(f"#give button[value='{sam}']")
    await expect(page.locator("#give summary")).to_contain_text("Sam")
    await page.keyboard.press("e")
    await expect(page.locator("#end .pop")).to_contain_text("Nobody has answered yet.")
    assert (await desk.story.ticket(number)).status != "resolved"
    await page.keyboard.press("Enter")
    await expect(page.locator("#head .chip").nth(1)).to_contain_text("Resolved")
    row = await desk.story.ticket(number)
    assert (row.assignee_id, row.status) == (sam, "resolved")


async def test_an_answered_ticket_is_resolved_without_confirmation(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    mina = await desk.story.person("Mina")
    await desk.story.answers(number, mina)
    page = await desk.sits_down(mina)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.keyboard.press("e")
    await expect(page.locator("#head .acts .chip").nth(1)).to_contain_text("Resolved")


async def test_presence_shows_who_else_is_writing(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    mina = await desk.sits_down(await desk.story.person("Mina"))
    sam = await desk.sits_down(await desk.story.person("Sam"))
    await mina.goto(f"/inbox/tickets/{number}?view=all")
    await sam.goto(f"/inbox/tickets/{number}?view=all")
    await sam.locator("textarea[name=text]").press_sequentially("I have it")
    await expect(mina.locator("#here")).to_contain_text("Sam")
    await expect(mina.locator(f"#t{number} .typing")).to_contain_text("Sam")


async def test_mail_html_is_sandboxed_and_loads_nothing(desk: OpenDesk):
    html = '<p>Dear <b>desk</b></p><script>top.broken = 1</script><img src="https://tracker.example/p.png" onerror="x()"><a href="javascript:x()">go</a>'
    number = await asks(desk, "Dear desk", subject="Order", html=html)
    page = await desk.sits_down(await desk.story.person())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.click(".formatted summary")
    letter = page.frame_locator(".formatted iframe")
    await expect(letter.locator("b")).to_have_text("desk")
    assert await letter.locator("script, img[src], a[href^=javascript]").count() == 0
    assert [url for url in asked if not url.startswith(desk.address)] == []
    assert await page.evaluate("window.broken") is None


async def test_the_clock_chip_opens_its_explanation(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", name="Nora", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.click("#why summary")
    await expect(page.locator("#why .pop")).to_contain_text("30 min")
    await expect(page.locator("#why .pop li").first).to_contain_text("09:30 to 10:00")
    assert await page.locator("#why .span rect").count() == 1


async def test_search_updates_while_typing_in_any_spelling(desk: OpenDesk):
    await desk.story.writes("کتاب‌های من کی می‌رسد؟", sender="a@customers.example", subject="ارسال")
    await desk.story.writes("Where is my order?", sender="b@customers.example", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto("/inbox?view=all")
    await expect(page.locator("#rows .row")).to_have_count(2)
    await page.keyboard.press("/")
    await page.keyboard.type("كتاب")
    await expect(page.locator("#rows .row")).to_have_count(1)
    await expect(page.locator("#rows .subject")).to_have_text("ارسال")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("xyzzy")
    await expect(page.locator("#nothing")).to_be_visible()


async def test_a_lost_connection_and_its_return_are_announced(desk: OpenDesk):
    page = await desk.sits_down(await desk.story.person())
    await page.route("**/live", lambda route: route.abort())
    await page.goto("/inbox?view=all")
    await expect(page.locator("#lost [data-lost]")).to_be_visible()
    await page.unroute("**/live")
    await expect(page.locator("#lost [data-back]")).to_be_visible()
    await expect(page.locator("#lost")).to_be_hidden()


async def test_a_phone_shows_one_pane_at_a_time(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person(), width=390, height=844)
    await page.goto("/inbox?view=all")
    await expect(page.locator(".list")).to_be_visible()
    await expect(page.locator("#pane")).to_be_hidden()
    await page.click(f"#t{number} .row")
    await expect(page.locator(".ticket")).to_be_visible()
    await expect(page.locator(".list")).to_be_hidden()
    await page.click("a[aria-label='Back to the list']")
    await expect(page.locator(".list")).to_be_visible()


async def test_the_page_title_counts_my_tickets(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person())
    await page.goto(f"/inbox/tickets/{number}?view=mine")
    await page.keyboard.press("t")
    await expect(page).to_have_title(re.compile(r"\(1\)"))


async def test_files_and_tickets_require_sign_in(desk: OpenDesk):
    number = await asks(desk, "Secret", subject="Order", files={"secret.txt": "secret"})
    visitor = await desk.visitor()
    for path in (f"/inbox/tickets/{number}", "/inbox/files/1", "/inbox/entries/1/original", "/live", "/inbox/live"):
        answer = await visitor.request.get(path, max_redirects=0)
        assert answer.status in (303, 401), path
        assert "Secret" not in await answer.text()


async def test_a_read_ticket_is_not_bold(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    person = await desk.story.person()
    page = await desk.sits_down(person)
    await page.goto("/inbox?view=all")
    await expect(page.locator(f"#t{number} .row")).to_have_class(re.compile("new"))
    await opens(page, number)
    await expect(page.locator(f"#t{number} .row")).not_to_have_class(re.compile("new"))
    newest = await desk.story.database.read(queries.newest_entry, ticket_id=number)
    assert await desk.story.database.read(queries.read_up_to, ticket_id=number, person_id=person) == newest


async def test_open_menus_are_accessible(desk: OpenDesk):
    number = await asks(desk, "Where is my order?", subject="Order")
    page = await desk.sits_down(await desk.story.person("Mina", "administrator"), bypass_csp=True)
    await page.goto(f"/inbox/tickets/{number}?view=all")
    await page.evaluate(AXE.read_text("utf-8"))
    for menu in ("#why", "#give", ".acts > :last-child .menu:not(#end)", "#end", ".me", ".list .menu"):
        await page.click(f"{menu} > summary")
        await expect(page.locator(f"{menu} > .pop")).to_be_visible()
        assert await violations(page) == [], menu
        await page.keyboard.press("Escape")
        await expect(page.locator(f"{menu} > .pop")).to_be_hidden()
    await page.keyboard.press("Shift+Slash")
    assert await violations(page) == []
