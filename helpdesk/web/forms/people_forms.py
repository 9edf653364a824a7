"""Form models of the people pages: invitation, new team, changes of a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from helpdesk.agents import rules
from helpdesk.web.forms.field_types import RecordId
from helpdesk.web.forms.form_parser import Form, checked
from helpdesk.web.forms.sign_in_forms import Extension, PersonName

MOST_TEAMS = 200
Role = Annotated[rules.Role, BeforeValidator(checked(rules.role))]


class InviteForm(Form):
    """Somebody new."""

    name: PersonName = Field("", validate_default=True)
    email: Annotated[str, Field(max_length=rules.LONGEST_EMAIL), AfterValidator(checked(rules.parse_email))] = Field(
        "", validate_default=True
    )
    role: Role = Field("", validate_default=True)


class TeamForm(Form):
    """A new team."""

    team: Annotated[str, Field(max_length=rules.LONGEST_TEAM)] = ""


class PersonForm(Form):
    """Everything an administrator changes about a person. `team`: the ids of their teams."""

    name: PersonName = Field("", validate_default=True)
    extension: Extension = ""
    role: Role = Field("", validate_default=True)
    team: Annotated[list[RecordId], Field(max_length=MOST_TEAMS, default_factory=list)]
