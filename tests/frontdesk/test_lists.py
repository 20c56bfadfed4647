"""Arrivals, in house, departures: what is on them, in what order, in how many statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from binzhi.billing import payments
from binzhi.frontdesk.queries.arrivals import Arrival, arrival_counts, arrivals
from binzhi.frontdesk.queries.board import BoardFilter, Page
from binzhi.frontdesk.queries.in_house import (
    Stay,
    departure_counts,
    departures,
    in_house,
    in_house_counts,
    night_of,
)
from binzhi.frontdesk.requests import DepositInput
from binzhi.frontdesk.services import check_out
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import close_day
from tests.frontdesk.conftest import arrive, row_of, set_housekeeping, statements, stay_in

# 14:00, 18:30 and 13:00 of the next day on the hotel's clocks.
EVENING = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
NEXT_NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def arriving(hotel: TestHotel, *, now: datetime = NOW, day: Any = TODAY, **asked: Any) -> Page[Arrival]:
    return arrivals(hotel=hotel.refreshed(), day=day, now=now, filters=BoardFilter(**asked))


def staying(hotel: TestHotel, *, now: datetime = NOW, **asked: Any) -> Page[Stay]:
    return in_house(hotel=hotel.refreshed(), now=now, filters=BoardFilter(**asked))


def leaving(hotel: TestHotel, *, now: datetime = NOW, **asked: Any) -> Page[Stay]:
    ref = hotel.refreshed()
    return departures(hotel=ref, day=ref.business_date, now=now, filters=BoardFilter(**asked))


def ids(page: Page[Any]) -> list[int]:
    return [row.id for row in page.rows]


def guest(hotel: TestHotel, name: str, **more: Any) -> int:
    return files.create(group_id=hotel.ref.group_id, details=GuestDetails(name=name, **more), now=NOW)


def test_arrivals_late_ones_first_by_how_late(house: TestHotel) -> None:
    on_time = arrive(house, expected_at=time(19), guarantee="card")
    half_hour = arrive(house, expected_at=time(18), guarantee="card")
    two_hours = arrive(house, expected_at=time(16, 30), guarantee="card")
    past_hold = arrive(house)
    page = arriving(house, now=EVENING)
    assert ids(page) == [two_hours, past_hold, half_hour, on_time]
    assert [row.late_minutes for row in page.rows] == [120, 30, 30, 0]


def test_arrivals_guaranteed_without_an_hour_are_never_late_on_their_day(house: TestHotel) -> None:
    arrive(house, guarantee="company")
    assert arriving(house, now=EVENING).rows[0].late_minutes == 0


def test_arrivals_of_yesterday_who_never_came_stay_on_the_list(house: TestHotel) -> None:
    stay = arrive(house, guarantee="company", nights=3)
    db.execute("UPDATE property_hotel SET business_date = business_date + 1 WHERE id = %s", [house.pk])
    page = arrivals(hotel=house.refreshed(), day=TODAY + timedelta(days=1), now=NEXT_NOON, filters=BoardFilter())
    assert ids(page) == [stay]
    assert page.rows[0].late_minutes > 12 * 60


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"due"}),
        ({"status": "all"}, {"due", "in", "ready", "dirty"}),
        ({"status": "arrived"}, {"in"}),
        ({"room": "none"}, {"due"}),
        ({"room": "waiting"}, {"dirty"}),
        ({"room": "ready"}, {"ready"}),
        ({"room_type": "king"}, set()),
        ({"floor": "1F"}, {"ready", "dirty"}),
        ({"q": "wxm"}, set()),
        ({"q": "王小"}, {"due", "ready", "dirty"}),
        ({"q": "103"}, {"dirty"}),
        ({"q": "%"}, set()),
        ({"q": "_"}, set()),
        ({"q": "' OR 1=1 --"}, set()),
        ({"sort": "room; DROP TABLE property_room"}, {"due", "ready", "dirty"}),
    ],
)
def test_arrivals_filters(house: TestHotel, asked: Mapping[str, str], expected: set[str]) -> None:
    stays = {"due": arrive(house), "in": stay_in(house, "101"), "ready": arrive(house, room="102")}
    stays["dirty"] = arrive(house, room="103")
    set_housekeeping(house, "103", "dirty")
    if not asked:
        expected = {"due", "ready", "dirty"}
    assert set(ids(arriving(house, **asked))) == {stays[name] for name in expected}


def test_arrivals_are_found_by_pinyin_initials_and_reservation_number(house: TestHotel) -> None:
    stay = arrive(house, guest_id=guest(house, "单雄信"))
    number = db.fetch_value(
        "SELECT number FROM reservations_reservation WHERE id = %s", [row_of(stay)["reservation_id"]]
    )
    for text in ("shanx", "sxx", "单雄", number[:6]):
        assert ids(arriving(house, q=text)) == [stay]


def test_arrivals_show_surname_and_title_only(house: TestHotel) -> None:
    arrive(house, guest_id=guest(house, "欧阳娜娜", sex="female", vip_level="vvip"))
    row = arriving(house).rows[0]
    with translation.override("zh-hans"):
        assert (row.short_name, row.vip) == ("欧阳女士", 3)


def test_arrival_counts_tell_each_filter_whatever_is_filtered(house: TestHotel) -> None:
    arrive(house)
    stay_in(house, "101")
    arrive(house, room="102")
    arrive(house, room="103")
    set_housekeeping(house, "103", "dirty")
    counts = arrival_counts(hotel=house.ref, day=TODAY, now=EVENING)
    assert dict(counts) == {
        "due": 3, "arrived": 1, "cancelled": 0, "no_show": 0, "all": 4, "none": 1, "waiting": 1, "late": 3, "vip": 0,
    }  # fmt: skip


def test_arrivals_pages_and_totals(house: TestHotel) -> None:
    for _ in range(5):
        arrive(house)
    page = arriving(house, page=2, per_page=2, sort="number")
    assert (len(page.rows), page.total, page.paginator.num_pages, page.number) == (2, 5, 3, 2)
    assert dict(page.totals) == {"all_adults": 10, "all_minors": 0}


def test_arrivals_sort_both_ways(house: TestHotel) -> None:
    first, second = arrive(house, room="101"), arrive(house, room="102")
    assert ids(arriving(house, sort="room")) == [first, second]
    assert ids(arriving(house, sort="-room")) == [second, first]


def test_in_house_shows_night_price_and_balance(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=3)
    close_day(house)
    (row,) = staying(house).rows
    assert (row.id, row.room, row.price, row.balance) == (stay, "101", Decimal("400.00"), Decimal("400.00"))
    assert night_of(arrival=row.arrival, departure=row.departure, business_date=TODAY + timedelta(days=1)) == (2, 3)


@pytest.mark.parametrize(
    ("status", "rooms"),
    [
        ("", ["101", "102"]),
        ("due_out", ["101"]),
        ("staying", ["102"]),
        ("arrived", []),
        ("owing", ["101", "102"]),
        ("dnd", ["102"]),
    ],
)
def test_in_house_filters(house: TestHotel, status: str, rooms: list[str]) -> None:
    stay_in(house, "101", nights=1)
    stay_in(house, "102", nights=3)
    close_day(house)
    db.execute("UPDATE property_room SET do_not_disturb = true WHERE id = %s", [house.rooms["102"]])
    assert [row.room for row in staying(house, status=status).rows] == rooms


def test_in_house_counts_and_totals(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=1)
    stay_in(house, "102")
    payments.take_deposit(
        hotel_id=house.pk, folio_id=row_of(stay)["folio_id"], deposit=DepositInput(means="cash", amount=Decimal(300)),
        currency="CNY", user_id=None, now=NOW,
    )  # fmt: skip
    assert dict(in_house_counts(hotel=house.ref, now=NOW)) == {
        "all": 2, "due_out": 0, "arrived": 2, "staying": 2, "owing": 0, "dnd": 0, "vip": 0,
    }  # fmt: skip
    assert dict(staying(house).totals) == {
        "all_adults": 4, "all_minors": 0, "all_balance": Decimal(0), "all_deposit": Decimal(300),
    }  # fmt: skip


def test_departures_late_after_check_out_time(house: TestHotel) -> None:
    stay_in(house, "102", nights=1)
    stay_in(house, "101", nights=1)
    close_day(house)
    before_noon = NEXT_NOON - timedelta(hours=2)
    assert [(row.room, row.late_minutes) for row in leaving(house, now=before_noon).rows] == [("101", 0), ("102", 0)]
    assert [(row.room, row.late_minutes) for row in leaving(house, now=NEXT_NOON).rows] == [("101", 60), ("102", 60)]


def test_departures_keep_who_left_under_their_own_state(house: TestHotel) -> None:
    gone, still = stay_in(house, "101", nights=0), stay_in(house, "102", nights=0)
    from binzhi.frontdesk.requests import PaymentInput

    check_out(
        hotel_id=house.pk, room_reservation_id=gone, payments=[PaymentInput(means="cash", amount=Decimal(400))],
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert (ids(leaving(house)), ids(leaving(house, status="left"))) == ([still], [gone])
    assert ids(leaving(house, status="all")) == [still, gone]
    counts = departure_counts(hotel=house.ref, day=TODAY, now=NOW)
    assert dict(counts) == {"all": 2, "due": 1, "left": 1, "owing": 0, "late": 0, "vip": 0}


@pytest.mark.parametrize("rows", [1, 30])
def test_lists_take_one_statement_and_one_for_the_counts(db: None, rows: int) -> None:
    house = make_hotel(types={"std": 70}, documents_required=False, with_billing=True)
    for number in range(rows):
        stay_in(house, f"{101 + number}", nights=0)
        arrive(house)
    for listed, counted in (
        (lambda: arriving(house), lambda: arrival_counts(hotel=house.ref, day=TODAY, now=NOW)),
        (lambda: staying(house), lambda: in_house_counts(hotel=house.ref, now=NOW)),
        (lambda: leaving(house), lambda: departure_counts(hotel=house.ref, day=TODAY, now=NOW)),
    ):
        house.refreshed()
        with statements() as sent:
            assert len(listed().rows) == rows
        # One for the hotel, which `refreshed` reads.
        assert len(sent) == 2
        with statements() as sent:
            counted()
        assert len(sent) == 1


def test_lists_show_no_row_of_another_hotel(house: TestHotel) -> None:
    other = make_hotel(documents_required=False, with_billing=True)
    arrive(other)
    stay_in(other, "101", nights=0)
    assert (arriving(house).total, staying(house).total, leaving(house).total) == (0, 0, 0)
