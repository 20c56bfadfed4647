from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests.models import Organisation
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.reservations import rates, setup
from binzhi.reservations.queries import Offer, offers
from binzhi.reservations.queries.offers import OFFERS
from binzhi.reservations.rates import RateChange
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, statements


def search(hotel: TestHotel, *, first: int = 0, nights: int = 2, **of: Any) -> dict[str, Offer]:
    start = TODAY + timedelta(days=first)
    of = {"adults": 2, "today": TODAY} | of
    found = offers(hotel=hotel.ref, dates=StayDates(start, start + timedelta(days=nights)), **of)
    return {f"{offer.room_type}/{offer.rate_plan}": offer for offer in found}


def test_offers_every_type_and_plan_with_nightly_prices_in_order(hotel: TestHotel) -> None:
    found = search(hotel)
    assert list(found) == ["std/bar", "std/bb", "king/bar", "king/bb"]
    offer = found["std/bb"]
    assert offer.nightly == ((TODAY, Decimal(440)), (TODAY + timedelta(days=1), Decimal(440)))
    assert (offer.total, offer.left, offer.refusal, offer.breakfasts) == (Decimal(880), 5, "", 2)


def test_offers_are_one_statement_whatever_the_nights(hotel: TestHotel) -> None:
    for count in (1, 14, 30):
        with statements() as sent:
            search(hotel, nights=count)
        assert len(sent) == 1


def test_offers_left_is_the_scarcest_night_and_sold_out_says_so(hotel: TestHotel) -> None:
    for first, rooms in ((1, 2), (2, 5)):
        create_reservation(
            hotel_id=hotel.pk,
            booking=booking(arrival=TODAY + timedelta(days=first), nights=1, rooms=rooms),
            actor=SYSTEM,
            now=NOW,
        )
    assert search(hotel)["std/bar"].left == 3
    gone = search(hotel, nights=3)["std/bar"]
    assert (gone.left, gone.refusal, gone.total) == (0, "sold_out", Decimal(1200))
    assert search(hotel, nights=3)["king/bar"].refusal == ""
    # Half open: the night of departure does not count.
    assert search(hotel, first=1, nights=1)["std/bar"].left == 3
    assert search(hotel, first=3, nights=1)["std/bar"].left == 5


def test_offers_for_several_rooms_need_so_many(hotel: TestHotel) -> None:
    assert search(hotel, rooms=3)["king/bar"].refusal == ""
    assert search(hotel, rooms=4)["king/bar"].refusal == "sold_out"


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE reservations_night SET closed = true WHERE hotel_id = %s", "closed"),
        ("UPDATE reservations_night SET out_of_order = 5 WHERE hotel_id = %s AND rooms = 5", "sold_out"),
        ("DELETE FROM reservations_night WHERE night = '2026-11-22' AND hotel_id = %s", "not_on_sale"),
        ("UPDATE reservations_ratenight SET closed = true WHERE hotel_id = %s", "plan_closed"),
        ("UPDATE reservations_ratenight SET closed_to_arrival = true WHERE hotel_id = %s", "closed_to_arrival"),
        ("UPDATE reservations_ratenight SET closed_to_departure = true WHERE hotel_id = %s", "closed_to_departure"),
        ("UPDATE reservations_ratenight SET min_nights = 3 WHERE hotel_id = %s", "min_nights"),
        ("UPDATE reservations_ratenight SET max_nights = 1 WHERE hotel_id = %s", "max_nights"),
        ("UPDATE reservations_ratenight SET price = NULL WHERE hotel_id = %s", "no_price"),
        ("DELETE FROM reservations_ratenight WHERE night = '2026-11-22' AND hotel_id = %s", "no_price"),
        ("UPDATE reservations_rateplan SET min_advance = 1 WHERE hotel_id = %s", "min_advance"),
        ("UPDATE reservations_rateplan SET valid_until = '2026-11-21' WHERE hotel_id = %s", "not_valid"),
        ("UPDATE property_roomtype SET included_adults = 1, max_adults = 1 WHERE hotel_id = %s", "too_many_guests"),
    ],
)
def test_offers_reason_is_the_one_booking_gives(hotel: TestHotel, sql: str, reason: str) -> None:
    db.execute(sql, [hotel.pk])
    assert search(hotel)["std/bar"].refusal == reason
    with pytest.raises(DomainError) as refusal:
        create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    assert refusal.value.code == reason


@pytest.mark.parametrize(("adults", "children"), [(1, 0), (2, 0), (2, 1), (1, 2)])
@pytest.mark.parametrize("plan", ["bar", "bb"])
def test_offers_price_is_the_one_booking_takes(hotel: TestHotel, plan: str, adults: int, children: int) -> None:
    rates.write(
        hotel_id=hotel.pk,
        rate_plan_id=hotel.plans["bar"],
        room_type_ids=[hotel.room_types["std"]],
        first=TODAY + timedelta(days=1),
        last=TODAY + timedelta(days=1),
        change=RateChange(price=Decimal("523.40"), single_price=Decimal("501.10")),
    )
    offer = search(hotel, adults=adults, children=children)[f"std/{plan}"]
    made = create_reservation(hotel_id=hotel.pk, booking=_booking(plan, adults, children), actor=SYSTEM, now=NOW)
    assert offer.total == made.total == sum(price for _night, price in offer.nightly)


def _booking(plan: str, adults: int, children: int) -> Any:
    plain = booking(rate_plan=plan, adults=adults)
    return replace(plain, rooms=(replace(plain.rooms[0], children=children),))


def test_offers_negotiated_plan_only_with_an_agreement(hotel: TestHotel) -> None:
    company = Organisation.objects.create(group_id=hotel.ref.group_id, name="湖畔科技", code="HP")
    other = Organisation.objects.create(group_id=hotel.ref.group_id, name="别家", code="OT")
    setup.create_agreement(hotel_id=hotel.pk, rate_plan_id=hotel.plans["corp"], organisation_id=company.pk)
    assert search(hotel, organisation_id=company.pk)["std/corp"].total == Decimal(680)
    assert "std/corp" not in search(hotel, organisation_id=other.pk)
    assert "std/corp" not in search(hotel)


def test_offers_day_use_is_priced_once_and_needs_no_night(hotel: TestHotel) -> None:
    create_reservation(hotel_id=hotel.pk, booking=booking(nights=1, rooms=5), actor=SYSTEM, now=NOW)
    offer = search(hotel, nights=0)["std/bar"]
    assert (offer.nightly, offer.refusal, offer.left) == (((TODAY, Decimal(400)),), "", 0)


@pytest.mark.parametrize(
    ("arrival", "departure", "of", "field"),
    [
        (TODAY - timedelta(days=1), TODAY, {}, "arrival"),
        (TODAY, TODAY - timedelta(days=1), {}, "departure"),
        (TODAY, TODAY + timedelta(days=31), {}, "departure"),
        (TODAY, date.max, {}, "departure"),
        (TODAY + timedelta(days=91), TODAY + timedelta(days=92), {}, "arrival"),
        (TODAY, TODAY, {"adults": 0}, "adults"),
        (TODAY, TODAY, {"children": -1}, "children"),
        (TODAY, TODAY, {"rooms": 0}, "rooms"),
    ],
)
def test_offers_impossible_question_is_refused_at_its_field(
    hotel: TestHotel, arrival: date, departure: date, of: dict[str, Any], field: str
) -> None:
    with statements() as sent, pytest.raises(InvalidInput) as refusal:
        offers(hotel=hotel.ref, dates=StayDates(arrival, departure), **({"adults": 2, "today": TODAY} | of))
    assert (refusal.value.field, sent) == (field, [])


def test_offers_do_not_see_another_hotels_types_or_rates(hotel: TestHotel) -> None:
    other = make_hotel(price=Decimal(9999))
    found = offers(hotel=hotel.ref, dates=StayDates(TODAY, TODAY + timedelta(days=1)), adults=2, today=TODAY)
    assert {offer.room_type_id for offer in found} == set(hotel.room_types.values())
    assert other.room_types["std"] not in {offer.room_type_id for offer in found}


@pytest.mark.django_db
def test_offers_are_read_by_keys_of_the_one_hotel() -> None:
    """However many hotels share the tables: nights and rates are entered at (night, hotel)."""
    hotels = [make_hotel(nights=20) for _n in range(4)]
    db.execute("ANALYZE reservations_night, reservations_ratenight")
    db.execute("SET LOCAL enable_seqscan = off")
    days = [TODAY + timedelta(days=n) for n in range(3)]
    plan = "\n".join(
        row["QUERY PLAN"]
        for row in db.fetch_all(
            "EXPLAIN (COSTS OFF) " + OFFERS,
            {
                "hotel": hotels[0].pk, "organisation": None, "guest": None, "promotion": None, "arrival": days[0], "departure": days[-1], "last": days[1],
                "ages": [], "beds": 0, "adults": 2, "children": 0, "nights": days[:2], "days": days,
            },
        )
    )  # fmt: skip
    for table in ("reservations_night", "reservations_ratenight"):
        scan = plan[plan.index(f"{table}_pkey") :]
        condition = scan[scan.index("Index Cond") :].splitlines()[0]
        assert "night = ANY" in condition
        assert "hotel_id = " in condition
