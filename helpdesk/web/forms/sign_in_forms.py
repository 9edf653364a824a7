"""Form models of sign-in, the own account and the own preferences."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from helpdesk.agents import rules
from helpdesk.web.forms.field_types import Token
from helpdesk.web.forms.form_parser import ErrorMessage, Form, checked
from helpdesk.web.rendering.page_renderer import LANGUAGES, THEMES

SHORTCUTS = ("on", "off")
Password = Annotated[SecretStr, Field(max_length=rules.LONGEST)]
PersonName = Annotated[str, Field(max_length=rules.LONGEST_NAME), AfterValidator(checked(rules.fold_name))]
Extension = Annotated[str, Field(max_length=40)]  # spaces and digits of any script; the rule counts the digits


class SignInForm(Form):
    """Address and password. `next`: the page to go on to."""

    email: Annotated[str, Field(max_length=rules.LONGEST_EMAIL)] = ""
    password: Password = SecretStr("")
    next: Token = ""


class PasswordForm(Form):
    """A new password, twice. `name`: posted only where the first administrator is asked for it."""

    current: Password = SecretStr("")
    password: Annotated[Password, ErrorMessage("This password is too long. Take at most 256 characters.")] = SecretStr(
        ""
    )
    again: Password = SecretStr("")
    name: PersonName | None = None


class NameForm(Form):
    """What one is called."""

    name: PersonName = Field("", validate_default=True)


class ExtensionForm(Form):
    """The extension of one's own telephone; empty: none."""

    extension: Extension = ""


def _known(choices: tuple[str, ...]) -> BeforeValidator:
    return BeforeValidator(lambda posted: posted if posted in choices else None)


class PreferencesForm(Form):
    """One button of the preferences; missing and unknown values change nothing."""

    language: Annotated[str | None, _known(LANGUAGES)] = None
    theme: Annotated[str | None, _known(THEMES)] = None
    shortcuts: Annotated[str | None, _known(SHORTCUTS)] = None
    next: Token = ""
