"""Extra beds and children by their age: asked, booked, changed; what the rate does not say is refused or the old way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import DomainError
from binzhi.reservations.extras.queries import explained, extras_of
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.models import ChildBand, RoomReservation
from binzhi.reservations.queries import offers
from binzhi.reservations.requests import NewReservation, RoomChange, RoomRequest
from binzhi.reservations.services import change_room, create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, fingerprint

STAY = StayDates(TODAY, TODAY + timedelta(days=2))
BANDS = (
    BandInput(from_age=0, until_age=5, kind="free"),
    BandInput(from_age=6, until_age=11, kind="share", amount=Decimal("58.80")),
    BandInput(from_age=12, until_age=15, kind="bed", amount=Decimal(160)),
)


def common(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}


def furnish(hotel: TestHotel, *, plan: str = "bar", bed: Decimal | None = Decimal(200), **of: Any) -> None:
    set_extras(rate_plan=plan, bed_price=bed, **{"bands": BANDS} | of, **common(hotel))


def quoted(hotel: TestHotel, plan: str = "bar", **of: Any) -> Any:
    found = offers(hotel=hotel.refreshed(), dates=STAY, today=TODAY, **{"adults": 1, "children": 0} | of)
    return next(o for o in found if (o.room_type, o.rate_plan) == ("king", plan))


def request(**of: Any) -> RoomRequest:
    asked = {"room_type": "king", "rate_plan": "bar", "arrival": STAY.arrival, "departure": STAY.departure, "adults": 1}
    return RoomRequest(**asked | of)


def book(hotel: TestHotel, *rooms: RoomRequest) -> Any:
    return create_reservation(booking=NewReservation(booker_name="陈国梁", rooms=rooms), **common(hotel))


@pytest.mark.parametrize(
    ("ages", "beds", "more"),
    [
        ((), 0, "0"), ((3,), 0, "0"), ((5,), 1, "200"), ((6,), 0, "58.80"), ((11,), 0, "58.80"), ((12,), 0, "160"),
        ((), 1, "200"),
    ],
)  # fmt: skip
def test_extras_come_on_top_of_each_night_as_quoted(hotel: TestHotel, ages: Any, beds: int, more: str) -> None:
    furnish(hotel)
    plain = quoted(hotel).total
    offer = quoted(hotel, child_ages=ages, children=len(ages), extra_beds=beds)
    assert offer.total == plain + 2 * Decimal(more)
    assert offer.extra == Decimal(more)
    made = book(hotel, request(child_ages=ages, children=len(ages), extra_beds=beds, expected_total=offer.total))
    kept = RoomReservation.objects.get(pk=made.room_ids[0])
    assert (made.total, tuple(kept.child_ages), kept.extra_beds) == (offer.total, ages, beds)


def test_an_age_without_a_price_is_a_plain_child(hotel: TestHotel) -> None:
    furnish(hotel)
    assert quoted(hotel, child_ages=(17,), children=1).total == quoted(hotel, children=1).total


def test_a_derived_rate_has_its_parents_extras_unless_it_says_its_own(hotel: TestHotel) -> None:
    furnish(hotel)
    asked: dict[str, Any] = {"child_ages": (7,), "children": 1, "extra_beds": 1}
    assert quoted(hotel, "bb", **asked).extra == Decimal("258.80")
    furnish(
        hotel, plan="bb", bed=Decimal(90), bands=[BandInput(from_age=0, until_age=17, kind="bed", amount=Decimal(10))]
    )
    assert (quoted(hotel, "bb", **asked).extra, quoted(hotel, **asked).extra) == (Decimal(100), Decimal("258.80"))


def test_more_beds_than_there_are_is_refused_and_nothing_is_booked(hotel: TestHotel) -> None:
    furnish(hotel)
    assert quoted(hotel, extra_beds=2).refusal == "no_extra_bed"
    furnish(hotel, bed=None)
    assert quoted(hotel, extra_beds=1).refusal == "no_extra_bed"
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        book(hotel, request(extra_beds=1))
    assert (refusal.value.code, refusal.value.field) == ("no_extra_bed", "extra_beds")
    assert fingerprint(hotel) == before


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"child_ages": (3, 4), "children": 1}, "child_ages"),
        ({"child_ages": (18,), "children": 1}, "child_ages"),
        ({"child_ages": (-1,), "children": 1}, "child_ages"),
        ({"extra_beds": 4}, "extra_beds"),
        ({"extra_beds": -1}, "extra_beds"),
    ],
)
def test_extras_that_cannot_be_are_refused_at_their_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    for attempt in (lambda: quoted(hotel, **of), lambda: book(hotel, request(**of))):
        with pytest.raises(DomainError) as refusal:
            attempt()
        assert refusal.value.field == field
    assert not RoomReservation.objects.filter(hotel_id=hotel.pk).exists()


def test_change_keeps_ages_and_beds_that_it_does_not_name(hotel: TestHotel) -> None:
    furnish(hotel)
    stay = book(hotel, request(children=1, child_ages=(7,), extra_beds=1)).room_ids[0]
    plain = quoted(hotel).total / 2
    longer = RoomChange(
        arrival=STAY.arrival, departure=STAY.departure + timedelta(days=1), room_type="king", rate_plan="bar",
        adults=1, children=1,
    )  # fmt: skip
    change_room(room_reservation_id=stay, change=longer, **common(hotel))
    prices = db.fetch_values(
        "SELECT price FROM reservations_staynight WHERE room_reservation_id = %s ORDER BY night", [stay]
    )
    assert list(prices) == [plain + Decimal("258.80")] * 3
    fewer = RoomChange(
        arrival=STAY.arrival, departure=STAY.departure, room_type="king", rate_plan="bar", adults=1, extra_beds=0
    )
    change_room(room_reservation_id=stay, change=fewer, **common(hotel))
    kept = RoomReservation.objects.get(pk=stay)
    assert (kept.child_ages, kept.extra_beds) == ([], 0)
    assert sum(db.fetch_values("SELECT price FROM reservations_staynight WHERE room_reservation_id = %s", [stay])) == (
        2 * plain
    )


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"bands": [BandInput(from_age=0, until_age=5, kind="free"), BandInput(from_age=5, until_age=9, kind="bed")]},
         "bands.1.from_age"),
        ({"bands": [BandInput(from_age=6, until_age=5, kind="free")]}, "bands.0.until_age"),
        ({"bands": [BandInput(from_age=0, until_age=18, kind="free")]}, "bands.0.until_age"),
        ({"bands": [BandInput(from_age=0, until_age=5, kind="free", amount=Decimal(1))]}, "bands.0.amount"),
        ({"bands": [BandInput(from_age=0, until_age=5, kind="cot")]}, "bands.0.kind"),
        ({"bands": [BandInput(from_age=0, until_age=5, kind="bed", amount=Decimal("-1"))]}, "bands.0.amount"),
        ({"bed": Decimal("-0.01")}, "bed_price"),
        ({"most_beds": 4}, "most_beds"),
    ],
)  # fmt: skip
def test_set_extras_what_cannot_be_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    furnish(hotel)
    before = extras_of(hotel.pk)
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        furnish(hotel, **of)
    assert refusal.value.field == field
    assert extras_of(hotel.pk) == before


def test_no_two_bands_hold_the_same_age_in_the_database(hotel: TestHotel) -> None:
    furnish(hotel)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChildBand.objects.create(
            hotel_id=hotel.pk, rate_plan_id=hotel.plans["bar"], from_age=5, until_age=7, kind="bed", amount=1
        )


def test_explained_names_each_child_and_the_beds(hotel: TestHotel) -> None:
    furnish(hotel)
    lines = explained(hotel_id=hotel.pk, rate_plan="bb", child_ages=(3, 13, 17), extra_beds=1)
    assert [(line.age, line.beds, line.kind, line.amount) for line in lines] == [
        (3, 0, "free", Decimal(0)), (13, 0, "bed", Decimal(160)), (17, 0, "", None), (None, 1, "bed", Decimal(200)),
    ]  # fmt: skip
