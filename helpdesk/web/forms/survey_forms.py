"""Form model of the satisfaction survey."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from helpdesk.journey.lifecycle.survey import MOST_WORDS
from helpdesk.surveys.rules import SCORES
from helpdesk.web.forms.field_types import Text, Tick, Token
from helpdesk.web.forms.form_parser import Form

MOST_REASONS = 12
LONGEST_REASON = 64


class SurveyForm(Form):
    """A score, with reasons for a sad one. `tap`: posted by script, `loaded`: because the page was; `happy`, `neutral`, `sad`: buttons of the small page."""

    face: Token = ""
    happy: Tick = False
    neutral: Tick = False
    sad: Tick = False
    tap: Tick = False
    loaded: Tick = False
    reason: Annotated[
        list[Annotated[str, StringConstraints(max_length=LONGEST_REASON)]],
        Field(max_length=MOST_REASONS, default_factory=list),
    ]
    words: Annotated[Text, Field(max_length=MOST_WORDS)] = ""

    @property
    def score(self) -> str:
        """The chosen score; empty: none."""
        return self.face or next((score for score in SCORES if getattr(self, score)), "")
