"""Screens of the guest file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from binzhi.guests.models import Guest, GuestDocument, Organisation, Reveal
from binzhi.guests.sections import GuestSection, register_guest_section
from binzhi.guests.services import DocumentInput, GuestDetails, add_document, create_guest
from binzhi.kernel.actor import Actor
from binzhi.people.setup import create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW
from tests.people.conftest import sign_in, staff_of

PART = {"HTTP_HX_REQUEST": "true"}
CARD = "11010519491231002X"


@pytest.fixture
def desk(hotel: HotelRef) -> Client:
    create_departments(hotel_id=hotel.pk)
    staff_of(hotel, "lin.xiao")
    return sign_in("lin.xiao")[0]


@pytest.fixture
def boss(hotel: HotelRef, desk: Client) -> Client:
    staff_of(hotel, "shen.liqun", "general-manager")
    return sign_in("shen.liqun")[0]


@pytest.fixture
def chen(hotel: HotelRef, clerk: Actor) -> int:
    details = GuestDetails(name="陈国梁", phone="13912348806", email="chen@example.com", note="勿称陈总")
    guest_id = create_guest(hotel_id=hotel.pk, details=details, actor=clerk, now=NOW)
    add_document(
        hotel_id=hotel.pk, guest_id=guest_id, document=DocumentInput("resident_id", CARD), actor=clerk, now=NOW
    )
    return guest_id


def url(hotel: HotelRef, rest: str = "") -> str:
    return f"/h/{hotel.code}/guests{rest}"


def test_list_finds_and_masks(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(url(hotel), {"q": "cgl"}).content.decode()
    assert f'href="{url(hotel)}/{chen}"' in page
    assert "Chén Guóliáng" in page
    assert "139****8806" in page
    for secret in ("13912348806", CARD, "chen@example.com"):
        assert secret not in page


def test_list_part_for_htmx_is_only_the_table(hotel: HotelRef, desk: Client, chen: int) -> None:
    part = desk.get(url(hotel), {"q": "陈"}, **PART).content.decode()  # type: ignore[arg-type]
    assert (part.lstrip().startswith('<section class="bz-card" id="found"'), "<html" in part) == (True, False)


@pytest.mark.parametrize("guests", [1, 30])
def test_list_costs_the_same_statements_with_one_and_thirty_rows(
    hotel: HotelRef, desk: Client, add: Callable[..., int], guests: int, django_assert_num_queries: Any
) -> None:
    for number in range(guests):
        add(f"王{number}", phone="13912348806")
    desk.get(url(hotel))
    # One of them asks, once a minute, by what those in the house are found.
    with django_assert_num_queries(5):
        page = desk.get(url(hotel), {"q": "王"}).content.decode()
    assert page.count("data-follow") == guests


@pytest.mark.parametrize("q", ["\0", "%00", "𠮷", "\u202e", "x" * 3000, "<script>", "'\"--", "٣"])
def test_list_any_text_is_answered(hotel: HotelRef, desk: Client, chen: int, q: str) -> None:
    answer = desk.get(url(hotel), {"q": q})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("</head>")[1]


def test_suggest_gives_options_with_what_tells_guests_apart(hotel: HotelRef, desk: Client, chen: int) -> None:
    part = desk.get(url(hotel, "/suggest"), {"q": "8806", "new": "1"}).content.decode()
    assert part.count('role="option"') == 2
    assert f'data-value="{chen}" data-text="陈国梁"' in part
    assert "139****8806" in part
    assert desk.get(url(hotel, "/suggest"), {"q": ""}).content.decode().strip() == ""


def test_detail_shows_the_person_masked(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(url(hotel, f"/{chen}")).content.decode()
    for shown in (
        "陈国梁",
        "Chén Guóliáng",
        "139****8806",
        "c***@example.com",
        "110***********002X",
        "1949-12-**",
        "勿称陈总",
    ):
        assert shown in page, shown
    for secret in ("13912348806", CARD, "chen@example.com", "1949-12-31"):
        assert secret not in page, secret


def test_detail_shows_what_higher_contexts_registered(
    hotel: HotelRef, desk: Client, chen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("binzhi.guests.sections._providers", [])
    register_guest_section(
        lambda request, card: GuestSection("guests/_organisations.html", {"organisations": []}), order=2
    )
    register_guest_section(lambda request, card: None, order=1)
    page = desk.get(url(hotel, f"/{chen}")).content.decode()
    assert page.count('id="found"') == 1


@pytest.mark.parametrize("path", ["/999999999", "/999999999/edit"])
def test_guest_that_is_not_there_is_404(hotel: HotelRef, desk: Client, path: str) -> None:
    assert desk.get(url(hotel, path)).status_code == 404


def test_new_opens_a_file(hotel: HotelRef, desk: Client) -> None:
    answer = desk.post(url(hotel, "/new"), {"name": "𠮷田 さくら", "phone": "139 1234 8806", "nationality": "JPN"})
    guest = Guest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(hotel, f"/{guest.pk}"))
    assert (guest.name, guest.nationality, guest.phone_masked) == ("𠮷田 さくら", "JPN", "139****8806")


def test_new_sent_twice_opens_one_file(hotel: HotelRef, desk: Client) -> None:
    typed = {"name": "王五", "idempotency_key": "k1"}
    places = {desk.post(url(hotel, "/new"), typed)["Location"] for _ in range(2)}
    assert (len(places), Guest.objects.count()) == (1, 1)
    assert desk.post(url(hotel, "/new"), {**typed, "name": "王六"}).status_code == 422
    assert Guest.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", {"name": ""}), ("name", {"name": "a\0b"}), ("name", {"name": "陈" * 300}), ("phone", {"phone": "12"}),
        ("email", {"email": "x"}), ("birth_date", {"birth_date": "2026-02-30"}), ("birth_date", {"birth_date": "2090-01-01"}),
        ("nationality", {"nationality": "ZZZ"}), ("sex", {"sex": "x"}), ("note", {"note": "x" * 501}),
        ("organisation_id", {"organisation_id": "99999999"}), ("organisation_id", {"organisation_id": "9" * 30}),
    ],
)  # fmt: skip
def test_new_what_cannot_be_taken_is_answered_at_its_field_and_kept(
    hotel: HotelRef, desk: Client, field: str, typed: dict[str, str]
) -> None:
    answer = desk.post(url(hotel, "/new"), {"name": "王五", "member_no": "KEPT1", **typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "KEPT1" in page
    place = {"organisation_id": "organisation_text", "sex": "sex(_0)?"}.get(field, field)
    assert re.search(f'id="id_{place}-error"', page), page
    assert Guest.objects.count() == 0


def test_edit_keeps_phone_and_mail_that_are_not_typed(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(url(hotel, f"/{chen}/edit")).content.decode()
    for secret in ("13912348806", "chen@example.com"):
        assert secret not in page
    answer = desk.post(url(hotel, f"/{chen}/edit"), {"name": "陈国樑", "version": "1"})
    assert answer.status_code == 302
    guest = Guest.objects.get()
    assert (guest.name, guest.phone_masked, guest.email) == ("陈国樑", "139****8806", "chen@example.com")
    desk.post(
        url(hotel, f"/{chen}/edit"), {"name": "陈国樑", "version": "2", "remove_phone": "on", "remove_email": "on"}
    )
    guest = Guest.objects.get()
    assert (guest.phone_masked, guest.email, guest.version) == ("", "", 3)


def test_edit_second_clerk_sees_both_values_and_then_decides(hotel: HotelRef, desk: Client, chen: int) -> None:
    form = {"name": "陈国梁", "version": "1"}
    desk.post(url(hotel, f"/{chen}/edit"), {**form, "note": "第一"})
    answer = desk.post(url(hotel, f"/{chen}/edit"), {**form, "note": "第二"})
    page = answer.content.decode()
    assert (answer.status_code, "第一" in page, "第二" in page) == (412, True, True)
    assert Guest.objects.get().note == "第一"
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    desk.post(url(hotel, f"/{chen}/edit"), {**form, "note": "第二", "version": version[1]})
    assert Guest.objects.get().note == "第二"


def test_edit_level_is_offered_to_the_general_manager_only(
    hotel: HotelRef, desk: Client, boss: Client, chen: int
) -> None:
    assert 'name="vip_level"' not in desk.get(url(hotel, f"/{chen}/edit")).content.decode()
    desk.post(url(hotel, f"/{chen}/edit"), {"name": "陈国梁", "version": "1", "vip_level": "vvip"})
    assert Guest.objects.get().vip_level == ""
    assert 'name="vip_level"' in boss.get(url(hotel, f"/{chen}/edit")).content.decode()
    boss.post(url(hotel, f"/{chen}/edit"), {"name": "陈国梁", "version": "2", "vip_level": "vvip"})
    assert Guest.objects.get().vip_level == "vvip"


def test_add_document_of_another_file_links_to_it(
    hotel: HotelRef, desk: Client, chen: int, add: Callable[..., int]
) -> None:
    twin = add("陳國樑")
    answer = desk.post(url(hotel, f"/{twin}/documents"), {"kind": "resident_id", "number": CARD})
    page = answer.content.decode()
    assert (answer.status_code, f'href="{url(hotel)}/{chen}"' in page) == (409, True)
    assert GuestDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "resident_id", "number": "110105194912310021"}, "number"), ({"kind": "resident_id", "number": ""}, "number"),
        ({"kind": "x", "number": "1"}, "kind"), ({"kind": "passport", "number": "L898902C3"}, "country"),
        ({"kind": "passport", "number": "L898902C3", "country": "USA", "expires_on": "2020-01-01"}, "expires_on"),
        ({"kind": "passport", "number": "L8\0", "country": "USA"}, "number"),
    ],
)  # fmt: skip
def test_add_document_refused_is_answered_at_its_field(
    hotel: HotelRef, desk: Client, add: Callable[..., int], typed: dict[str, str], field: str
) -> None:
    answer = desk.post(url(hotel, f"/{add('王五')}/documents"), typed)
    assert (answer.status_code, f'id="id_{field}-error"' in answer.content.decode()) == (422, True)
    assert GuestDocument.objects.count() == 0


def test_reveal_asks_why_shows_for_half_a_minute_and_records(hotel: HotelRef, desk: Client, chen: int) -> None:
    place = url(hotel, f"/{chen}/reveal")
    asked = desk.get(place, {"what": "phone"}, **PART).content.decode()  # type: ignore[arg-type]
    assert ('name="reason"' in asked, "139 1234 8806" in asked) == (True, False)
    shown = desk.post(place, {"what": "phone", "reason": "guest"}, **PART)  # type: ignore[arg-type]
    page = shown.content.decode()
    assert ("139 1234 8806" in page, 'hx-trigger="load delay:30s"' in page) == (True, True)
    assert "no-store" in shown["Cache-Control"]
    assert list(Reveal.objects.values_list("guest_id", "what", "reason")) == [(chen, "phone", "guest")]
    plain = desk.post(place, {"what": "email", "reason": "other", "words": "回信"})
    assert ("chen@example.com" in plain.content.decode(), plain["Refresh"]) == (True, f"30; url={url(hotel)}/{chen}")
    assert Reveal.objects.order_by("pk").last().reason == "other: 回信"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"what": "phone"}, 422), ({"what": "phone", "reason": "bored"}, 422), ({"what": "phone", "reason": "other"}, 422),
        ({"what": "everything", "reason": "guest"}, 422), ({"what": "document:1' or 1=1", "reason": "guest"}, 422),
        ({"what": "document:999999", "reason": "guest"}, 404), ({"reason": "guest"}, 422),
    ],
)  # fmt: skip
def test_reveal_refused_shows_and_records_nothing(
    hotel: HotelRef, desk: Client, chen: int, typed: dict[str, str], status: int
) -> None:
    answer = desk.post(url(hotel, f"/{chen}/reveal"), typed, **PART)  # type: ignore[arg-type]
    assert (answer.status_code, "139 1234 8806" in answer.content.decode()) == (status, False)
    assert Reveal.objects.count() == 0


def test_reveal_without_the_key_says_what_to_do(hotel: HotelRef, desk: Client, chen: int, settings: Any) -> None:
    settings.BINZHI_DATA_KEYS = {9: b"k" * 32}
    answer = desk.post(url(hotel, f"/{chen}/reveal"), {"what": "phone", "reason": "guest"}, **PART)  # type: ignore[arg-type]
    assert (answer.status_code, "bz-errors" in answer.content.decode()) == (503, True)
    assert desk.get(url(hotel, f"/{chen}")).status_code == 200


def test_organisations_list_search_and_new(hotel: HotelRef, desk: Client, boss: Client) -> None:
    place = f"/h/{hotel.code}/organisations"
    typed = {"name": "澜海集团", "kind": "company", "credit_limit": "5000"}
    assert desk.post(f"{place}/new", typed).status_code == 403
    assert Organisation.objects.count() == 0
    assert boss.post(f"{place}/new", typed)["Location"] == place
    assert boss.post(f"{place}/new", {**typed, "credit_limit": "-1"}).status_code == 422
    assert boss.post(f"{place}/new", {**typed, "code": "LHJT"}).status_code == 409
    made = Organisation.objects.get()
    for query in ("", "?q=lhjt", "?q=%E6%BE%9C"):
        assert "澜海集团" in desk.get(place + query).content.decode(), query
    part = desk.get(f"{place}/suggest", {"q": "lanhai"}).content.decode()
    assert f'data-value="{made.pk}" data-text="澜海集团"' in part


def test_search_box_finds_guests(hotel: HotelRef, desk: Client, chen: int) -> None:
    page = desk.get(f"/h/{hotel.code}/search", {"q": "chen guo"}, **PART).content.decode()  # type: ignore[arg-type]
    assert f'href="{url(hotel)}/{chen}"' in page
    assert "13912348806" not in page
