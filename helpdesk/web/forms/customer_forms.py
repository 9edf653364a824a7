"""Form models of the customer page: joining and separating customers, links to another channel."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from helpdesk.web.forms.field_types import RecordId, Text, Token
from helpdesk.web.forms.form_parser import Form

LONGEST_NAME = 200


class JoinForm(Form):
    """The other customer, who is the same person."""

    other: RecordId = Field(alias="with")


class NameForm(Form):
    """Another name for the customer."""

    name: Annotated[Text, Field(max_length=LONGEST_NAME)] = ""


class PartForm(Form):
    """The join to be undone."""

    join: RecordId


class RefuseOfferForm(Form):
    """The offer to join that is never to be made again."""

    offer: RecordId


class LinkForm(Form):
    """The address whose holder gets a link to another channel."""

    address: Token = ""
