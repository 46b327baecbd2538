"""The variable language of letters: what it says, and that nothing else gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.wording import (
    VARIABLE_NAMES,
    VARIABLES,
    UnknownVariableError,
    WordingError,
    check,
    render,
    render_html,
    variables_in,
)

VALUES = {
    "customer_name": "Papeterie Saint-Éloi",
    "has_interest": True,
    "interest_amount": "318,42 €",
    "iban": "",
}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("Nothing to fill { } in.", "Nothing to fill { } in."),
        ("Dear {{ customer_name }},", "Dear Papeterie Saint-Éloi,"),
        ("{{customer_name}}{{ customer_name }}", "Papeterie Saint-ÉloiPapeterie Saint-Éloi"),
        ("{{ iban }}", ""),
        ("A{{# if has_interest }} {{ interest_amount }}{{/ if }} B", "A 318,42 € B"),
        ("A{{#if iban}} to {{ iban }}{{/if}}.", "A."),
        ("{{#if has_interest}}1{{#if iban}}2{{/if}}3{{/if}}", "13"),
        ("{{#if iban}}1{{#if has_interest}}2{{/if}}3{{/if}}4", "4"),
    ],
)
def test_letters_are_written(text: str, written: str) -> None:
    assert render(text, VALUES) == written


def test_a_hidden_passage_needs_no_values() -> None:
    hidden = "{{#if has_interest}}{{ interest_rate }}{{#if has_bank}}x{{/if}}{{/if}}."
    assert render(hidden, {"has_interest": False}) == "."


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("{{ customer_name", "braces_not_paired", 1),
        ("one\ntwo }} three", "braces_not_paired", 2),
        ("{{ customer_name }}\n{{ }}", "not_a_variable", 2),
        ("{{ customer_name.password }}", "not_a_variable", 1),
        ("{{ customer_name|upper }}", "not_a_variable", 1),
        ("{{ customer_name() }}", "not_a_variable", 1),
        ("{{ 1 + 1 }}", "not_a_variable", 1),
        ("{{# each invoice_list }}", "not_a_variable", 1),
        ("{{ __class__ }}", "unknown_variable", 1),
        ("a\n{{/ if }}", "nothing_to_close", 2),
        ("a\n\n{{# if has_interest }} b", "condition_not_closed", 3),
        ("a\n{{ bic }}", "value_missing", 2),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(WordingError) as refused:
        render(text, VALUES)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_an_unknown_variable_suggests_the_nearest() -> None:
    with pytest.raises(UnknownVariableError, match=r"line 2: unknown_variable \(custmer_name\)") as refused:
        check("Hello\n{{ custmer_name }}")
    assert refused.value.suggestion == "customer_name"
    with pytest.raises(UnknownVariableError) as lost:
        check("{{ xxxxxxxx }}")
    assert lost.value.suggestion is None


def test_a_sound_text_passes_the_check() -> None:
    check("{{ customer_name }}{{# if has_interest }}{{ interest_amount }}{{/ if }}")


def test_a_tag_over_two_lines_keeps_the_count() -> None:
    with pytest.raises(UnknownVariableError) as refused:
        render("{{\ncustomer_name\n}}\n{{ nobody }}", VALUES)
    assert refused.value.line == 4


def test_only_allowed_variables_may_be_used() -> None:
    assert render("{{ note }}", {"note": "hello"}, {"note"}) == "hello"
    with pytest.raises(UnknownVariableError):
        render("{{ customer_name }}", VALUES, {"note"})


def test_django_tags_are_plain_text() -> None:
    assert render("{% include 'secret' %} {# a #}", {}) == "{% include 'secret' %} {# a #}"


def test_html_escapes_the_text_and_the_values() -> None:
    text = "<script>\r\nDear {{ customer_name }},\n\n\nBye & thanks\n"
    assert render_html(text, {"customer_name": "<b>&"}) == (
        "<p>&lt;script&gt;<br>\nDear &lt;b&gt;&amp;,</p>\n<p>Bye &amp; thanks</p>"
    )
    assert render_html("", {}) == ""


def test_every_variable_has_its_sentence_once() -> None:
    assert len(VARIABLE_NAMES) == len(VARIABLES)
    assert all(variable.description for variable in VARIABLES)
    assert variables_in("{{ today }}, {{#if has_bank}}{{ iban }}{{/if}} {{ today }}") == [
        "today",
        "has_bank",
        "iban",
    ]


@given(st.text())
def test_a_value_is_never_read_as_a_text(value: str) -> None:
    assert render("[{{ customer_name }}]", {"customer_name": value}) == f"[{value}]"


@given(st.text(alphabet="{}#/if <>&ab\n"))
def test_any_text_is_written_or_refused_and_html_never_lets_markup_in(text: str) -> None:
    try:
        written = render_html(text, {"a": "<i>", "b": ""}, {"a", "b"})
    except WordingError:
        return
    bare = written.replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert "<" not in bare
    assert ">" not in bare
