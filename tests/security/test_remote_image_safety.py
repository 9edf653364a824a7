"""The image proxy: signed addresses, public hosts only (no SSRF), no client data passed on, images only."""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from channels.toolkit import file_kinds, safe_fetch
from channels.toolkit.safe_fetch import Refused, Rules, checked, fetch, is_public
from helpdesk import app as root
from helpdesk.web.media import remote_images
from tests.support.desk.desk_story import story

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HERE = Rules(allows=lambda ip: ip == "127.0.0.1", ports=None, seconds=5)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:a00:1::1", "fec0::1", "100::1", "no address", "",
    ],
)  # fmt: skip
def test_private_and_mapped_addresses_are_not_public(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_allowed(ip):
    assert is_public(ip)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example/x", "file:///etc/passwd", "gopher://a.example", "data:image/png,x", "javascript:alert(1)", "",
        "http://", "https://user:word@a.example/x", "http://localhost/x", "http://x.localhost/", "http://printer.local/",
        "http://metadata.google.internal/", "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:7f00:1]/",
        "http://169.254.169.254/latest/meta-data", "http://a.example:22/", "http://a.example:8080/", "http://LOCALHOST./",
        "http://[fe80::1%25eth0]/", "http://a.example:99999/",
    ],
)  # fmt: skip
def test_a_forbidden_url_is_refused_before_any_request(address):
    with pytest.raises(Refused):
        checked(address, Rules())


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0"])
async def test_odd_spellings_of_localhost_are_refused(host):
    with pytest.raises(Refused):
        await fetch(f"http://{host}/x", Rules())


class World:
    """A remote web server that records requests and gives prepared answers."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        where = request.path.removeprefix("/")
        if where == "picture":
            return web.Response(body=PNG, content_type="image/png", headers={"Set-Cookie": "a=b"})
        if where == "again":
            raise web.HTTPFound("/picture")
        if where == "loop":
            raise web.HTTPFound("/loop")
        if where == "inwards":
            raise web.HTTPFound(f"http://[::1]:{self.port}/picture")
        if where == "named":
            raise web.HTTPFound(f"http://inside.example:{self.port}/picture")
        if where == "file":
            raise web.HTTPFound("file:///etc/passwd")
        if where == "large":
            return web.Response(body=PNG + b"x" * 6_000_000, content_type="image/png")
        if where == "page":
            return web.Response(text="<svg onload=alert(1)>", content_type="image/png")
        if where == "zipped":
            answer = web.Response(body=PNG, content_type="image/png")
            answer.enable_compression(web.ContentCoding.gzip)
            return answer
        raise web.HTTPNotFound


@pytest.fixture
async def world():
    made = World()

    @asynccontextmanager
    async def serving():
        app = web.Application()
        app.add_routes([web.get("/{path:.*}", made.answer)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.port = runner.addresses[0][1]
        try:
            yield made
        finally:
            await runner.cleanup()

    async with serving() as it:
        yield it


def at(world, path):
    return f"http://127.0.0.1:{world.port}/{path}"


async def test_a_picture_is_fetched_without_client_headers(world):
    assert await fetch(at(world, "picture"), HERE) == PNG
    assert await fetch(at(world, "again"), HERE) == PNG
    for asked in world.asked:
        assert not {"Cookie", "Referer", "Authorization", "X-Forwarded-For"} & asked.headers.keys()


@pytest.mark.parametrize("path", ["loop", "inwards", "file", "large", "missing"])
async def test_non_images_and_oversized_images_are_refused(world, path):
    with pytest.raises(Refused):
        await fetch(at(world, path), HERE)


async def test_redirects_are_checked_again(world, monkeypatch):
    resolved = []
    real = socket.getaddrinfo

    def lookup(host, port, *more, **named):
        resolved.append(host)
        if host == "inside.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]
        return real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(Refused):
        await fetch(at(world, "named"), HERE)
    assert "inside.example" in resolved
    assert len(world.asked) == 1


async def test_a_host_with_one_private_address_is_refused(monkeypatch):
    def lookup(host, port, *more, **named):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(Refused):
        await fetch("http://rebinding.example/x", Rules())


async def test_the_connection_uses_the_checked_address(world, monkeypatch):
    """DNS rebinding gains nothing: the name is resolved once."""
    asked = []

    def lookup(host, port, *more, **named):
        asked.append(host)
        ip = "127.0.0.1" if len(asked) == 1 else "10.0.0.7"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert await fetch(f"http://rebinding.example:{world.port}/picture", HERE) == PNG
    assert asked.count("rebinding.example") == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a...", "image/gif"), (b"RIFF....WEBPVP8 ", "image/webp"),
     (b"<svg xmlns=", None), (b"<html>", None), (b"", None), (b"%PDF-1.7", None), (b"RIFF....WAVE", None)],
)  # fmt: skip
def test_the_content_type_is_detected_from_content(content, kind):
    assert file_kinds.image_type(content) == kind


@pytest.fixture
async def client(database, tmp_path, aiohttp_client, world):
    desk = story(database, tmp_path)
    app = root.web_application(desk.app)
    app[remote_images.RULES] = HERE
    made = await aiohttp_client(app)
    made.desk = desk
    return made


async def shown(client, html):
    """The frame of a mail with remote pictures enabled."""
    from helpdesk.agents import sign_in
    from helpdesk.web import client_identity

    desk = client.desk
    number = await desk.writes("see", html=html)
    person = await desk.person()
    token = await desk.database.write(
        sign_in.enter, person_id=person, account="x", address="", device="",
        limits=client_identity.limits(desk.app.settings), now=desk.time(),
    )  # fmt: skip
    entry = (await desk.timeline(number))[0].id
    return await client.get(f"/inbox/entries/{entry}/html?pictures=1", cookies={"session": token})


def addresses(page):
    import html
    import re

    return [html.unescape(one) for one in re.findall(r'src="([^"]+)"', page)]


async def test_a_mail_picture_is_proxied_and_cached(client, world):
    frame = await shown(client, f'<p>x</p><img src="{at(world, "picture")}"><img src="{at(world, "page")}">')
    policy = frame.headers["Content-Security-Policy"]
    assert "img-src data: http://127.0.0.1" in policy
    assert "/pictures/" in policy
    assert " https:" not in policy.replace("https://", "")
    good, bad = addresses(await frame.text())
    for _ in range(2):
        answer = await client.get(good)
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert [one.path for one in world.asked] == ["/picture"]
    assert (await client.get(bad)).status == 404


async def test_unsigned_addresses_are_refused(client, world):
    frame = await shown(client, f'<img src="{at(world, "picture")}">')
    (good,) = addresses(await frame.text())
    path, _, query = good.partition("?")
    forged = [
        good.replace("picture&", "other&"), f"{path[:-1]}{'0' if path[-1] != '0' else '1'}?{query}",
        good.replace("until=", "until=9"), path, f"/pictures/{'0' * 64}?{query}", f"{path}?until=x&u=y",
    ]  # fmt: skip
    for address in forged:
        assert (await client.get(address)).status == 404
    client.desk.time.now += timedelta(hours=4)
    assert (await client.get(good)).status == 404
    assert world.asked == []


async def test_a_signed_private_address_is_refused(client, world):
    client.app[remote_images.RULES]  # as configured for the test
    sign = remote_images.signer(client.desk.context.secret, client.desk.time())
    assert (await client.get(sign(f"http://[::1]:{world.port}/picture"))).status == 404
    assert world.asked == []
    assert safe_fetch.Rules().ports == {80, 443}
