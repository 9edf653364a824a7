"""The customer page: addresses, search for duplicates, joining and separating customers, a link to another channel."""

from __future__ import annotations

from aiohttp import web

from helpdesk.contacts import actions as contacts
from helpdesk.errors import Conflict, Invalid
from helpdesk.journey.customers import join as joining
from helpdesk.journey.customers import links
from helpdesk.journey.customers import rename as renaming
from helpdesk.web import app_keys
from helpdesk.web.forms.customer_forms import JoinForm, LinkForm, NameForm, PartForm, RefuseOfferForm
from helpdesk.web.forms.field_types import whole_number
from helpdesk.web.forms.form_parser import INCOMPLETE, parse_form
from helpdesk.web.inbox.build import customer_panel as build
from helpdesk.web.inbox.build.reader import Reader
from helpdesk.web.inbox.pages import render
from helpdesk.web.pages.navigation import page_frame
from helpdesk.web.rendering import error_pages
from helpdesk.web.rendering.page_renderer import PAGES


async def page(request: web.Request) -> web.StreamResponse:
    """The customer page."""
    return await _page(request)


async def _page(
    request: web.Request, *, error: str = "", made: object = (), status: int = 200
) -> web.StreamResponse:  # fmt: skip
    reader, question = render.reader_of(request), request.query.get("q", "").strip()[:100]
    data = await _read(request, question=question)
    return request.app[PAGES].render(
        request, "inbox/customer.html", status=status, number=data.ticket.id,
        person=build.customer(data.contact, data.addresses, data.tickets, reader), made=made, error=error,
        offers=build.offers(data.offers, reader.language), joins=build.joins(data, reader), question=question,
        found=[build.customer(*item, reader) for item in data.search_results], ways=_ways(data, reader), **await page_frame(request, ""),
    )  # fmt: skip


async def ask(request: web.Request) -> web.StreamResponse:
    """The confirmation page of a join."""
    reader, other = render.reader_of(request), whole_number(request.query.get("with", ""))
    data = await _read(request, other=other)
    ((row, addresses, tickets),) = data.search_results
    if row.id == data.contact.id:
        raise web.HTTPSeeOther(_place(request))
    pair = [
        build.customer(data.contact, data.addresses, data.tickets, reader),
        build.customer(row, addresses, tickets, reader),
    ]
    pair.sort(key=lambda item: item.id)  # the customer known longer is kept
    why = next((offer for offer in build.offers(data.offers, reader.language) if offer.contact == row.id), None)
    return request.app[PAGES].render(
        request,
        "inbox/join.html",
        number=data.ticket.id,
        other=row.id,
        pair=pair,
        why=why,
        **await page_frame(request, ""),
    )


async def join(request: web.Request) -> web.StreamResponse:
    """Join the two customers."""
    app, form = request.app, await parse_form(request, JoinForm)
    data = await _read(request)
    try:
        await app[app_keys.DATABASE].write(
            joining.join_customers, first_id=data.contact.id, second_id=form.other,
            person_id=app_keys.signed_in(request).id, now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except Conflict as error:  # somebody else was faster
        return await _page(request, error=error_pages.sentence_for(request, error), status=409)
    raise web.HTTPSeeOther(_place(request))


async def part(request: web.Request) -> web.StreamResponse:
    """Undo a join."""
    app, form = request.app, await parse_form(request, PartForm)
    try:
        await app[app_keys.DATABASE].write(
            joining.part_customers,
            join_id=form.join,
            person_id=app_keys.signed_in(request).id,
            now=app[app_keys.CLOCK](),
        )
    except Conflict as error:
        return await _page(request, error=error_pages.sentence_for(request, error), status=409)
    raise web.HTTPSeeOther(_place(request))


async def rename(request: web.Request) -> web.StreamResponse:
    """Give the customer another name."""
    app, form = request.app, await parse_form(request, NameForm)
    try:
        await app[app_keys.DATABASE].write(
            renaming.rename_customer, ticket_id=render.ticket_number(request), name=form.name,
            person_id=app_keys.signed_in(request).id, now=app[app_keys.CLOCK](),
        )  # fmt: skip
    except Invalid as error:
        return await _page(request, error=error_pages.sentence_for(request, error), status=422)
    raise web.HTTPSeeOther(_place(request))


async def refuse(request: web.Request) -> web.StreamResponse:
    """Refuse an offer to join for good."""
    app, form = request.app, await parse_form(request, RefuseOfferForm)
    await app[app_keys.DATABASE].write(
        contacts.refuse_join, offer_id=form.offer, person_id=app_keys.signed_in(request).id,
        now=app[app_keys.CLOCK](),
    )  # fmt: skip
    raise web.HTTPSeeOther(_place(request))


async def lead(request: web.Request) -> web.StreamResponse:
    """Create a link to another channel, shown once, to be sent to the customer."""
    app, form = request.app, await parse_form(request, LinkForm)
    data = await _read(request)
    if form.address not in {address.address for address in data.addresses}:
        raise Invalid(INCOMPLETE, "address")
    made = await app[app_keys.DATABASE].write(
        links.create_links, app[app_keys.CONTEXT], address=form.address, now=app[app_keys.CLOCK](), person_id=app_keys.signed_in(request).id,
        ticket_id=data.ticket.id,
    )  # fmt: skip
    language = app[PAGES].language_of(request)
    shown = [
        {
            **item,
            "label": item["label"].get(language, item["channel"]),
            "icon": render.reader_of(request).channel(item["channel"]).icon,
        }
        for item in made
    ]
    return await _page(request, made=shown)


async def _read(request: web.Request, *, question: str = "", other: int | None = None) -> build.CustomerData:
    number = render.ticket_number(request)
    return await request.app[app_keys.DATABASE].read(build.read, ticket_id=number, question=question, other=other)


def _ways(data: build.CustomerData, reader: Reader) -> list[tuple[str, str, str]]:
    """Addresses that can be linked to another channel: (address, icon, text)."""
    return [
        (address.address, reader.channel(address.channel).icon, build.address(address, reader).value)
        for address in data.addresses
        if address.claimed_at is None and links.has_links(reader.channels, but=address.channel)
    ]


def _place(request: web.Request) -> str:
    return f"/inbox/tickets/{whole_number(request.match_info['number'])}/customer"
