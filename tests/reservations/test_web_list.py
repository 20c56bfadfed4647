"""The list of reservations: what it finds, what it counts, what it costs."""

from __future__ import annotations

import csv
import io
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.guests.models import Organisation
from binzhi.kernel.search import name_keys
from binzhi.reservations.access import Permission
from binzhi.reservations.requests import ReservationRef
from binzhi.reservations.services import cancel_reservation, create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel
from tests.reservations.desk import signed_in

# Session, user, posts; totals, rows, room types, channels.
STATEMENTS = 7


@pytest.fixture
def client(hotel: TestHotel) -> Client:
    return signed_in(hotel, [Permission.VIEW])


def book(hotel: TestHotel, **more: object) -> ReservationRef:
    return create_reservation(hotel_id=hotel.pk, booking=booking(**more), actor=SYSTEM, now=NOW)  # type: ignore[arg-type]


def known_guest(hotel: TestHotel, name: str, phone: str = "") -> int:
    return files.create(group_id=hotel.ref.group_id, details=GuestDetails(name=name, phone=phone), now=NOW)


def html_of(client: Client, hotel: TestHotel, **query: object) -> str:
    answer = client.get(f"/h/{hotel.ref.code}/reservations", query)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(html: str, *refs: ReservationRef) -> list[bool]:
    return [f"/reservations/{ref.number}" in html for ref in refs]


@pytest.mark.parametrize("rooms", [1, 30])
def test_list_statements_do_not_grow_with_rows(db: None, rooms: int) -> None:
    hotel = make_hotel(types={"std": 40})
    client = signed_in(hotel, [Permission.VIEW])
    for _ in range(rooms):
        book(hotel, expected_at=time(15))
    with CaptureQueriesContext(connection) as captured:
        html = html_of(client, hotel)
    assert len(captured) == STATEMENTS
    assert html.count("data-follow") == rooms


def test_list_without_filters_shows_what_is_still_expected(hotel: TestHotel, client: Client) -> None:
    kept, gone = book(hotel), book(hotel)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=gone.id, reason="guest", actor=SYSTEM, now=NOW)
    assert numbers(html_of(client, hotel), kept, gone) == [True, False]
    assert numbers(html_of(client, hotel, status="all"), kept, gone) == [True, True]
    assert numbers(html_of(client, hotel, status="cancelled"), kept, gone) == [False, True]
    assert numbers(html_of(client, hotel, ended=TODAY), kept, gone) == [False, True]


@pytest.mark.parametrize(
    "text", ["贺振东", "贺", "hezhendong", "hzd", "3391", "13805713391", "启衡", "qihengzhizao", "qhzz", "CT-778"]
)
def test_list_finds_by_name_pinyin_phone_company_and_channel_number(
    hotel: TestHotel, client: Client, text: str
) -> None:
    keys = name_keys("启衡制造")
    company = Organisation.objects.create(
        group_id=hotel.ref.group_id, name="启衡制造", code="QH", pinyin=keys.pinyin, initials=keys.initials
    )
    guest = known_guest(hotel, "贺振东", "13805713391")
    wanted = book(
        hotel, guest_id=guest, booker_name="贺振东", booker_phone="13805713391", organisation_id=company.pk,
        channel="ota", channel_number="CT-778",
    )  # fmt: skip
    other = book(hotel, booker_name="王小明", booker_phone="13900001111")
    assert numbers(html_of(client, hotel, q=text), wanted, other) == [True, False]
    assert numbers(html_of(client, hotel, q=wanted.number), wanted, other) == [True, False]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table", "𠮷" * 90, "\u202eabc"])
def test_list_strange_text_finds_nothing_and_does_not_break(hotel: TestHotel, client: Client, text: str) -> None:
    made = book(hotel)
    html = html_of(client, hotel, q=text)
    assert numbers(html, made) == [False]
    assert "No reservation fits" in html


def test_list_filters_by_arrival_type_channel_night_and_walk_in(hotel: TestHotel, client: Client) -> None:
    today = book(hotel, nights=2, channel="ota")
    later = book(hotel, arrival=TODAY + timedelta(days=5), nights=1, room_type="king")
    walked = book(hotel, walk_in=True)
    every = (today, later, walked)
    assert numbers(html_of(client, hotel, **{"from": TODAY + timedelta(days=1)}), *every) == [False, True, False]
    assert numbers(html_of(client, hotel, to=TODAY), *every) == [True, False, True]
    assert numbers(html_of(client, hotel, type="king"), *every) == [False, True, False]
    assert numbers(html_of(client, hotel, channel="ota"), *every) == [True, False, False]
    assert numbers(html_of(client, hotel, walk_in=1), *every) == [False, False, True]
    assert numbers(html_of(client, hotel, night=TODAY + timedelta(days=5)), *every) == [False, True, False]
    assert numbers(html_of(client, hotel, night=TODAY + timedelta(days=6)), *every) == [False, False, False]


def test_list_totals_are_of_the_whole_result_and_of_the_night_asked_for(hotel: TestHotel, client: Client) -> None:
    book(hotel, rooms=3, nights=2)
    html = html_of(client, hotel)
    assert "1 reservation · 3 rooms · 6 guests" in html
    assert "¥2,400.00" in html
    assert "¥1,200.00" in html_of(client, hotel, night=TODAY)


def test_list_pages_and_sorts_without_losing_a_row(db: None) -> None:
    hotel = make_hotel(types={"std": 40})
    client = signed_in(hotel, [Permission.VIEW])
    made = [book(hotel, arrival=TODAY + timedelta(days=n % 9), nights=1) for n in range(33)]
    first, second = html_of(client, hotel, sort="-number"), html_of(client, hotel, sort="-number", page=2)
    assert (first.count("data-follow"), second.count("data-follow")) == (30, 3)
    assert all(a != b for a, b in zip(numbers(first, *made), numbers(second, *made), strict=True))
    assert html_of(client, hotel, page=99).count("data-follow") == 3
    assert html_of(client, hotel, sort="-- nonsense", page="x").count("data-follow") == 30


def test_list_export_is_the_whole_result_masked_and_harmless(hotel: TestHotel, client: Client) -> None:
    book(hotel, booker_name="=HYPERLINK(1)", booker_phone="13805713391", nights=2)
    book(hotel, booker_name="王小明")
    answer = client.get(f"/h/{hotel.ref.code}/reservations", {"format": "csv", "sort": "number"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{hotel.ref.code}-reservations-{TODAY}.csv"' in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    header, first, second = csv.reader(io.StringIO(text))
    row = dict(zip(header, first, strict=True))
    assert row["Guest"] == "'=*"
    assert (row["State"], row["Nights"], Decimal(row["Value"])) == ("Reserved", "2", Decimal(800))
    assert row["Phone"] == "138****3391"
    assert "13805713391" not in text
    assert second[2] == "王*"


def test_list_empty_house_says_what_to_do(hotel: TestHotel, client: Client) -> None:
    html = html_of(client, hotel)
    assert "No reservation is expected" in html
    assert f"/h/{hotel.ref.code}/reservations/new" in html


def test_list_shows_no_other_hotel(hotel: TestHotel, client: Client) -> None:
    other = make_hotel()
    made = book(other)
    assert numbers(html_of(client, hotel, status="all", q=made.number), made) == [False]
    assert client.get(f"/h/{other.ref.code}/reservations").status_code == 404


def test_list_asks_for_the_right_to_see_reservations(hotel: TestHotel) -> None:
    address = f"/h/{hotel.ref.code}/reservations"
    assert Client().get(address)["Location"] == f"/accounts/login/?next={address}"
    assert signed_in(hotel, ["frontdesk.view_desk"]).get(address).status_code == 403
