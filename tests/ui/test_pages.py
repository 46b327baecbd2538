"""The page frame, the tags and the page of components render, in French and in English, with all or nothing known."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

import encours.ui
from encours.ui import specimens
from encours.ui.icons import PATHS

UI = Path(encours.ui.__file__).parent
SAMPLES = Path(__file__).parent / "samples"


def draw(source, request=None, **context):
    return engines["django"].from_string(source).render({"request": request, **context}, None)


def page(name, **context):
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=True)
    return render_to_string(name, {**specimens.context(), **context}, request)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "name", ["ui/components.html", "ui/base.html", "ui/bare.html", "404.html", "500.html"]
)
def test_pages_render(name, language):
    with override(language):
        html = page(name)
    assert f'<html lang="{language}"' in html
    assert "style=" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*src=)", html)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.html")))
def test_sample_pages_render(name):
    source = (SAMPLES / name).read_text()
    html = draw(source, RequestFactory().get("/"), **specimens.context())
    assert "</html>" in html


def test_an_error_page_needs_no_context():
    assert "encours" in render_to_string("500.html")


def test_the_frame_shows_what_it_is_given():
    desk = {
        "organization": SimpleNamespace(name="Ateliers Lumière"),
        "simulation": True,
        "switch": [{"name": "Autre société", "url": "/switch/2", "current": False}],
        "menu": [{"label": "Sign out", "url": "/out", "icon": "sign-out", "post": True}],
    }
    links = [{"label": "Today", "url": "/", "icon": "sun", "count": 1234, "current": True, "go": "t"}]
    html = page("ui/base.html", desk=desk, nav=[{"label": "", "links": links}])
    assert "Ateliers Lumière" in html
    assert 'aria-current="page" data-go="t"' in html
    assert "1\u202f234" in html
    assert "/switch/2" in html
    assert 'class="banner"' in html


def test_every_stylesheet_and_script_is_loaded_and_small():
    loaded = set(re.findall(r"ui/[\w/]+\.(?:css|js)", page("ui/base.html")))
    written = {
        f"ui/{path.relative_to(UI / 'static' / 'ui')}"
        for path in (UI / "static").rglob("*.*")
        if path.suffix in {".css", ".js"}
    }
    assert loaded == written
    for name in written:
        lines = len(Path(finders.find(name)).read_text().splitlines())
        assert lines < (250 if name.endswith(".css") else 150), name


@pytest.mark.parametrize("debug", [True, False])
def test_forms_with_errors_are_swapped_in_whatever_the_mode(debug, settings):
    settings.DEBUG = debug
    scripts = render_to_string("ui/scripts.html")
    assert "htmx-4.min.js" in scripts
    # This one adds 4xx to the answers that htmx does not swap.
    assert "django-htmx.js" not in scripts
    (kept_off,) = re.findall(r'"noSwap": \[(.*?)\]', scripts)
    assert "422" not in kept_off
    assert "409" not in kept_off
    assert "4xx" not in kept_off


def test_the_theme_comes_from_a_cookie_and_nothing_else():
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = "dark"
    assert draw("{% theme %}", request) == "dark"
    request.COOKIES["theme"] = '"><script>'
    assert draw("{% theme %}", request) == "auto"


def test_small_words():
    with override("en"):
        assert 'class="tag late">43 days late' in draw("{% age_tag 43 %}")
        assert 'class="tag soon">due today' in draw("{% age_tag 0 %}")
        assert 'class="tag neutral">no due date' in draw("{% age_tag None %}")
        assert 'data-grade="D" title="Grade D"' in draw('{% grade "D" %}')
        assert "Not graded" in draw("{% grade None %}")
        assert draw("{{ None|money }}{{ None|day }}{{ None|age }}") == ""
        assert draw('{{ "claire.martin@example.com"|initials }}') == "CM"
        assert "&lt;b&gt;" in draw('{% tag "ok" word %}', word="<b>")


def test_every_icon_draws():
    for name in PATHS:
        assert "<path d=" in draw("{% icon name %}", name=name)
    assert 'aria-label="Close"' in draw('{% icon "x" "Close" %}')


def test_a_column_head_sorts_both_ways_and_keeps_the_filters():
    source = '{% column "Due" sort="due_on" %}'
    plain = draw(source, RequestFactory().get("/?q=a%26b&page=3"))
    assert "?q=a%26b&amp;sort=due_on" in plain
    assert 'aria-sort="none"' in plain
    sorted_up = draw(source, RequestFactory().get("/?sort=due_on"))
    assert "?sort=-due_on" in sorted_up
    assert 'aria-sort="ascending"' in sorted_up
    amounts_first_large = draw('{% column "Sum" sort="sum" kind="num" %}', RequestFactory().get("/"))
    assert "?sort=-sum" in amounts_first_large


def test_a_field_says_what_is_wrong():
    class Siren(forms.Form):
        siren = forms.CharField(help_text="Nine digits", min_length=9)

    html = draw("{% field form.siren %}", form=Siren({"siren": "12"}))
    assert 'aria-invalid="true"' in html
    assert 'class="error"' in html
    assert 'id="id_siren_helptext"' in html


def test_an_empty_list_says_so():
    html = draw('{% empty title="Nothing to do" icon="sun" %}<p>Rest.</p>{% endempty %}')
    assert "<h3>Nothing to do</h3><p>Rest.</p>" in html
