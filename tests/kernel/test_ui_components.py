"""Components as they come out of a template."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from binzhi.kernel.ui import drawings, finding, nav, rooms
from binzhi.kernel.ui.context import Shell
from binzhi.kernel.ui.fields import Choice, render_field
from binzhi.kernel.ui.htmx import wants_part


def render(source: str, path: str = "/list", **context: Any) -> str:
    request = RequestFactory().get(path)
    values = {"request": request, "ui": Shell(request), **context}
    return Template("{% load ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("path", "state", "link"),
    [
        ("/list?state=vc", None, "?state=vc&amp;sort=room"),
        ("/list?sort=room&page=3", "ascending", "?sort=-room"),
        ("/list?sort=-room", "descending", "?sort=room"),
    ],
)
def test_sort_turns_round_and_keeps_the_filters(path: str, state: str | None, link: str) -> None:
    html = render('{% sort "room" "Room" %}', path=path)
    assert f'href="{link}"' in html
    assert (f'aria-sort="{state}"' in html) is (state is not None)


def test_query_takes_a_value_out_and_keeps_the_rest() -> None:
    assert render("{% query page=2 q=None %}", path="/list?q=chen&type=std&type=king&page=1") == (
        "?type=std&amp;type=king&amp;page=2"
    )


def test_pager_elides_and_marks_the_page_on_show() -> None:
    page = Paginator(range(1000), 10).page(50)
    html = render("{% pager page %}", path="/list?sort=room", page=page)
    assert 'aria-current="page">50<' in html
    assert 'href="?sort=room&amp;page=51"' in html
    assert 'href="?sort=room&amp;page=70"' not in html


def test_money_is_in_the_currency_of_the_hotel() -> None:
    request = RequestFactory().get("/")
    request.hotel = SimpleNamespace(currency="JPY")  # type: ignore[attr-defined]
    assert Template("{% load ui %}{% money x %}").render(Context({"request": request, "x": 1200})) == "JP¥1,200"


def test_icon_with_a_label_is_spoken_and_without_is_silent() -> None:
    assert 'role="img" aria-label="a &lt;b&gt;"' in render('{% icon "bed" label=word %}', word="a <b>")
    assert 'aria-hidden="true"' in render('{% icon "bed" %}')


def test_ordinary_guest_has_no_badge() -> None:
    assert render("{% vip 0 %}{% vip none %}", none=None) == ""


class Sample(forms.Form):
    day = forms.DateField(widget=forms.DateInput)
    name = forms.CharField(max_length=5, help_text="short")
    means = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", Choice("A", note="n", icon="cash")), ("b", "B")])


def test_date_field_speaks_iso_in_every_language() -> None:
    with translation.override("zh-hans"):
        html = render_field(Sample(initial={"day": "2026-11-21"})["day"])
    assert 'type="date"' in html
    assert 'value="2026-11-21"' in html
    assert "周六" in html


def test_field_ties_hint_and_error_to_its_input() -> None:
    html = render_field(Sample({"name": "too long"})["name"])
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name-error"' in html
    assert 'id="id_name-hint"' in html


def test_typed_text_is_escaped() -> None:
    html = render_field(Sample({"name": '"><b>'})["name"])
    assert "<b>" not in html


def test_choices_are_a_group_with_a_legend() -> None:
    html = render_field(Sample({"means": "b"})["means"], pick=True)
    assert "<fieldset" in html
    assert html.count('type="radio"') == 2
    assert html.count(" checked") == 1
    assert 'id="id_means_0"' in html


def test_private_field_is_kept_out_of_drafts_and_may_name_its_own_autocomplete() -> None:
    assert 'autocomplete="off"' in render_field(Sample()["name"], private=True)
    html = render_field(Sample()["name"], private=True, autocomplete="one-time-code")
    assert 'autocomplete="one-time-code"' in html
    assert "data-private" in html


def test_errors_name_each_field_and_link_to_it() -> None:
    form = Sample({"day": "x", "name": "ok", "means": "a"})
    html = render("{% errors form %}", form=form)
    assert 'href="#id_day"' in html
    assert "id_name" not in html
    assert render("{% errors form %}", form=Sample()) == ""


def test_tile_says_in_words_what_it_shows() -> None:
    tile = rooms.RoomTile("0716", "od", "王先生", ["due_out", "late"], vip=3, url="/h/x/rooms/0716", selected=True)
    with translation.override("zh-hans"):
        html = rooms.room_tile(tile)
    assert 'class="bz-tile od late"' in html
    for word in ("0716", "住脏", "VVIP", "逾时", "预离", "王先生"):
        assert word in html
    assert 'aria-current="true"' in html


def test_legend_counts_every_state_and_links_only_what_has_an_address() -> None:
    html = rooms.room_legend({"vc": 21, "late": 1}, {"vc": "?state=vc"}, "vc")
    assert '<a class="bz-lg vc" href="?state=vc" aria-current="true">' in html
    assert "<b>21</b>" in html
    assert '<span class="bz-lg vd">' in html
    assert '<span class="bz-lg red">' in html


def test_state_bar_fills_its_width_with_all_rooms() -> None:
    html = rooms.state_bar({"vc": 1, "oc": 3}, label="rooms")
    assert 'class="vc" x="0.00%" y="0.5" width="24.60%"' in html
    assert 'class="oc" x="25.00%" y="0.5" width="74.60%"' in html
    assert "style" not in html


def test_bar_never_runs_out_of_its_frame() -> None:
    html = drawings.bar([(90, ""), (30, "late")])
    assert 'x="90.00%" y="0" width="10.00%"' in html


def test_spark_of_equal_values_is_a_line() -> None:
    assert "nan" not in drawings.spark([5, 5, 5])
    assert drawings.spark([5]) == ""


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
    ],
)
def test_part_is_given_only_when_asked_for(headers: dict[str, str], part: bool) -> None:
    assert wants_part(RequestFactory().get("/", headers=headers)) is part


def staffed(*rights: str) -> Any:
    request = RequestFactory().get("/h/lake/search")
    request.hotel = SimpleNamespace(pk=1, code="lake")  # type: ignore[attr-defined]
    request.actor = SimpleNamespace(may=lambda right, hotel: hotel == 1 and right in rights)  # type: ignore[attr-defined]
    return request


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two screens that exist, one that is not built."""
    monkeypatch.setattr(
        nav,
        "NAVIGATION",
        (
            nav.Department("前厅", "desk", (nav.Item("预抵", "arrive", "search", "desk.view", "F4"),)),
            nav.Department("日历", "calendar", (nav.Item("日历", "calendar", "nowhere:at_all", "desk.view"),)),
        ),
    )


@pytest.mark.usefixtures("screens")
def test_rail_shows_only_what_is_built_and_allowed() -> None:
    (section,) = nav.sections_for(staffed("desk.view"))
    assert [(link.url, link.key, link.current) for link in section.links] == [("/h/lake/search", "F4", True)]
    assert nav.sections_for(staffed()) == ()


@pytest.mark.usefixtures("screens")
@pytest.mark.parametrize("query", ["预抵", "yudi", "yd", "f4", ""])
def test_commands_are_found_by_word_pinyin_initials_and_key(query: str) -> None:
    (group,) = finding.find(staffed("desk.view"), query)
    assert [hit.title for hit in group.hits] == ["预抵"]


@pytest.mark.usefixtures("screens")
def test_command_without_the_right_is_not_found() -> None:
    assert finding.find(staffed(), "yd") == []


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/h/x/reservations/new", "/h/x/reservations/new"),
        ("/h/x/reservations/R1", "/h/x/reservations"),
        ("/h/x/reservations-old", ""),
        ("/accounts/login/", ""),
    ],
)
def test_only_the_nearest_screen_is_the_current_one(path: str, here: str) -> None:
    assert nav._nearest(path, ["/h/x/reservations", "/h/x/reservations/new"]) == here


def test_rights_that_the_rail_asks_for_exist() -> None:
    from importlib import import_module

    contexts = {item.permission.split(".")[0] for department in nav.NAVIGATION for item in department.items}
    known = {str(right) for name in contexts for right in import_module(f"binzhi.{name}.access").Permission}
    named = {item.permission for department in nav.NAVIGATION for item in department.items}
    assert named - known == set()
