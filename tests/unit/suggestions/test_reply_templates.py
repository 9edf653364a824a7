"""Reply templates: placeholders, sandbox, localised values, validation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.suggestions.articles.reply_templates import problem_of, render

CONTEXT = {
    "customer": {"name": "سارا", "items": [{"name": "کفش"}, {}]},
    "ticket": {"number": 1234},
    "many": list(range(999)),
}


def test_unknown_variables_stay_as_placeholders_and_are_reported() -> None:
    found = render("{{ order.tracking }} {{ customer.age }} {{ x.a['b'] }} {{ customer.age }}", CONTEXT)
    assert found.missing == ("order.tracking", "customer.age", "x.a.b")
    assert found.text == "{order.tracking} {customer.age} {x.a.b} {customer.age}"


def test_conditions_and_defaults_handle_unknown_variables() -> None:
    assert render('{% if vip %}a{% else %}b{% endif %} {{ nick or "دوست" }}', CONTEXT) == render("b دوست", {})


def test_variables_never_resolve_to_python_attributes() -> None:
    assert render("{{ customer.items|length }} {{ customer.keys }}", CONTEXT, "en").missing == ("customer.keys",)


def test_placeholders_within_a_loop_are_reported() -> None:
    found = render("{% for i in customer.items %}{{ i.name }};{% endfor %}", CONTEXT)
    assert found.text == "کفش;{customer.items.name};"


def test_persian_replies_have_persian_digits_and_isolated_latin_words() -> None:
    assert render("{{ ticket.number }}", CONTEXT, "fa").text == "۱۲۳۴"
    assert render("{{ a }}", {"a": "Reza"}, "fa").text == "\u2068Reza\u2069"
    assert render("{{ ticket.number }} {{ customer.name }}", CONTEXT, "en").text == "1234 \u2068سارا\u2069"


@pytest.mark.parametrize(
    "source",
    [
        "{{ 9**9**9 }}",
        "{{ 'a' * 99999999 }}",
        "{{ '%99999999d' % 3 }}",
        "{{ range(9) }}",
        "{{ ''.format(1) }}",
        "{{ x|center(99999999) }}",
        "{% macro a() %}{{ a() }}{% endmacro %}",
        "{% include 'x' %}",
        "{% for a in many %}{% for b in many %}{% endfor %}{% endfor %}",
        "{{ a",
        "{% if %}",
        "x" * 20_001,
    ],
)
def test_dangerous_or_broken_templates_are_refused(source: str) -> None:
    assert problem_of(source)
    assert render(source, CONTEXT).missing


@pytest.mark.parametrize("source", ["{{ 1/0 }}", "{{ nope + 1 }}", "{% for a in many %}{{ a }}{% endfor %}"])
def test_a_rendering_failure_blocks_the_reply_without_raising(source: str) -> None:
    assert render(source, CONTEXT).missing


def test_the_sandbox_exposes_no_python() -> None:
    found = render("{{ customer.__class__ }}{{ ''.__class__.__mro__ }}", CONTEXT)
    assert found.missing
    assert "class '" not in found.text


@given(st.text(alphabet="{}%# abci.|'\"()forndelset\n", max_size=60))
def test_rendering_never_raises(source: str) -> None:
    render(source, CONTEXT)
