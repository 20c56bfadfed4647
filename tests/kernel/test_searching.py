"""What is searched for travels in the body; the address carries it sealed, and every link of the page too."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from binzhi.kernel.templatetags.ui import query_with
from binzhi.kernel.ui.searching import SearchMiddleware, opened_words, sealed_words

PART = {"HTTP_HX_REQUEST": "true"}


def ask(request: HttpRequest) -> tuple[HttpResponse, list[HttpRequest]]:
    seen: list[HttpRequest] = []

    def view(given: HttpRequest) -> HttpResponse:
        seen.append(given)
        return HttpResponse("ok")

    return SearchMiddleware(view)(request), seen


def post(data: dict[str, Any], address: str = "/list?find", **headers: str) -> HttpRequest:
    return RequestFactory().post(address, data, **headers)  # type: ignore[arg-type]


def test_posted_words_come_back_in_a_sealed_address() -> None:
    answer, seen = ask(post({"q": "陈国梁", "type": ["std", "king"], "empty": "", "csrfmiddlewaretoken": "x"}))
    assert (answer.status_code, seen) == (302, [])
    address = answer.headers["Location"]
    assert address.startswith("/list?q=~")
    assert address.endswith("&type=std&type=king")
    _answer, seen = ask(RequestFactory().get(address))
    assert (seen[0].GET["q"], seen[0].GET.getlist("type")) == ("陈国梁", ["std", "king"])


def test_search_with_an_empty_box_is_the_bare_list() -> None:
    assert ask(post({"q": ""}))[0].headers["Location"] == "/list"


def test_part_is_answered_at_once_as_the_get_it_is() -> None:
    answer, seen = ask(post({"q": "13912348806"}, "/list?show=all&find", **PART))
    request = seen[0]
    assert (answer.status_code, request.method, request.GET["q"], request.GET["show"]) == (
        200,
        "GET",
        "13912348806",
        "all",
    )
    assert "13912348806" not in request.get_full_path() + query_with(request, page=2)
    assert (
        opened_words(query_with(request, page=2).partition("q=")[2].partition("&")[0].replace("%7E", "~"))
        == "13912348806"
    )


def test_links_of_a_page_keep_the_same_seal() -> None:
    """A live list is asked for again and again: were each link sealed anew, it would change every time."""
    _answer, seen = ask(RequestFactory().get("/list", {"q": sealed_words("陈")}))
    first = query_with(seen[0], page=2)
    assert first == query_with(seen[0], page=2)
    assert seen[0].GET.urlencode() in first
    assert "q" not in query_with(seen[0], q=None)


def test_words_typed_into_the_address_by_hand_are_not_carried_on() -> None:
    _answer, seen = ask(RequestFactory().get("/list", {"q": "chen"}))
    assert seen[0].GET["q"] == "chen"
    assert "chen" not in query_with(seen[0], page=2)


@pytest.mark.parametrize("broken", ["~", "~AAAA", "~%%%", "~" + "x" * 500, "~陈"])
def test_seal_that_does_not_open_searches_for_nothing(broken: str) -> None:
    _answer, seen = ask(RequestFactory().get("/list", {"q": broken}))
    assert seen[0].GET["q"] == ""


def test_a_post_that_is_no_search_goes_on_as_it_is() -> None:
    request = post({"q": "陈"}, "/list?finder=1")
    answer, seen = ask(request)
    assert (answer.status_code, seen[0].method, seen[0].POST["q"]) == (200, "POST", "陈")
    assert dict(seen[0].GET) == {"finder": ["1"]}


def test_long_words_are_cut_before_they_are_sealed() -> None:
    assert opened_words(sealed_words("长" * 5000)) == "长" * 200
