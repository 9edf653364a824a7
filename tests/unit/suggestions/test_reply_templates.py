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


def test_what_is_unknown_stays_visible_and_is_named_in_full() -> None:
    found = render("{{ order.tracking }} {{ customer.age }} {{ x.a['b'] }} {{ customer.age }}", CONTEXT)
    assert found.missing == ("order.tracking", "customer.age", "x.a.b")
    assert found.text == "{order.tracking} {customer.age} {x.a.b} {customer.age}"


def test_a_condition_may_ask_for_the_unknown_and_a_default_fills_it() -> None:
    assert render('{% if vip %}a{% else %}b{% endif %} {{ nick or "دوست" }}', CONTEXT) == render("b دوست", {})


def test_names_of_the_context_are_words_never_python_attributes() -> None:
    assert render("{{ customer.items|length }} {{ customer.keys }}", CONTEXT, "en").missing == ("customer.keys",)


def test_a_loop_tells_the_holes_within() -> None:
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
def test_what_could_hurt_or_is_broken_is_refused_in_words(source: str) -> None:
    assert problem_of(source)
    assert render(source, CONTEXT).missing


@pytest.mark.parametrize("source", ["{{ 1/0 }}", "{{ nope + 1 }}", "{% for a in many %}{{ a }}{% endfor %}"])
def test_what_fails_while_filling_in_blocks_the_reply_and_raises_nothing(source: str) -> None:
    assert render(source, CONTEXT).missing


def test_the_sandbox_gives_no_way_to_python() -> None:
    found = render("{{ customer.__class__ }}{{ ''.__class__.__mro__ }}", CONTEXT)
    assert found.missing
    assert "class '" not in found.text


@given(st.text(alphabet="{}%# abci.|'\"()forndelset\n", max_size=60))
def test_no_template_raises(source: str) -> None:
    render(source, CONTEXT)
