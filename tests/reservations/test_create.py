from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.guests.models import Guest, Organisation
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.reservations import errors, rates, setup
from binzhi.reservations.access import Permission
from binzhi.reservations.booker import phone_place
from binzhi.reservations.models import Reservation, RoomReservation, StayNight
from binzhi.reservations.rates import RateChange
from binzhi.reservations.requests import NewReservation, ReservationRef
from binzhi.reservations.services import create_reservation
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    sold,
    statements,
)


def book(hotel: TestHotel, request: NewReservation) -> ReservationRef:
    return create_reservation(hotel_id=hotel.pk, booking=request, actor=SYSTEM, now=NOW)


def with_room(request: NewReservation, **changes: Any) -> NewReservation:
    return replace(request, rooms=tuple(replace(room, **changes) for room in request.rooms))


def refused(hotel: TestHotel, request: NewReservation) -> DomainError:
    """The refusal; nothing may be left of the attempt."""
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        book(hotel, request)
    assert fingerprint(hotel) == before
    return refusal.value


def test_create_reservation_two_nights_keeps_prices_and_takes_nights(hotel: TestHotel) -> None:
    made = book(hotel, booking(nights=2))
    assert made.total == Decimal(800)
    assert made.version == 1
    assert sold(hotel)[:3] == [1, 1, 0]
    assert list(StayNight.objects.order_by("night").values_list("night", "price")) == [
        (TODAY, Decimal("400.00")),
        (TODAY + timedelta(days=1), Decimal("400.00")),
    ]
    room = RoomReservation.objects.get(pk=made.room_ids[0])
    assert (room.status, room.position, room.adults, room.room_type_id) == ("reserved", 1, 2, hotel.room_types["std"])
    assert Reservation.objects.get(pk=made.id).booked_on == TODAY


def test_create_reservation_writes_one_audit_row_and_one_event_without_names(hotel: TestHotel) -> None:
    AuditEntry.objects.all()
    before = AuditEntry.objects.count()
    made = book(hotel, booking(booker_name="保密的名字", booker_phone="13912345678"))
    entry = AuditEntry.objects.order_by("-id")[0]
    assert AuditEntry.objects.count() == before + 1
    assert (entry.operation, entry.subject_id, entry.actor) == ("reservation.created", made.id, "tests")
    event = OutboxEvent.objects.order_by("-id")[0]
    assert (event.topic, event.subject_id) == ("reservation.created", made.id)
    assert event.payload == {"hotel_id": hotel.pk, "reservation_id": made.id}
    assert "保密" not in str(entry.after) + str(event.payload)
    assert "1391234" not in str(entry.after) + str(event.payload)


def test_create_reservation_several_rooms_of_mixed_types_share_one_number(hotel: TestHotel) -> None:
    request = booking()
    king = replace(request.rooms[0], room_type="king", departure=TODAY + timedelta(days=3), rate_plan="bb")
    made = book(hotel, replace(request, rooms=(request.rooms[0], king, request.rooms[0])))
    assert len(made.room_ids) == 3
    assert made.total == Decimal(800 + 3 * 440 + 800)
    assert (sold(hotel)[:3], sold(hotel, "king")[:4]) == ([2, 2, 0], [1, 1, 1, 0])
    positions = (
        RoomReservation.objects.filter(reservation_id=made.id).order_by("position").values_list("pk", "position")
    )
    assert list(positions) == list(zip(made.room_ids, (1, 2, 3), strict=True))


@pytest.mark.parametrize(
    ("adults", "children", "nightly"), [(1, 0, 380), (2, 0, 400), (2, 1, 450), (1, 1, 430), (0, 1, 430), (1, 2, 480)]
)
def test_create_reservation_price_follows_occupancy(hotel: TestHotel, adults: int, children: int, nightly: int) -> None:
    made = book(hotel, with_room(booking(nights=1), adults=adults, children=children))
    assert made.total == Decimal(nightly)


def test_create_reservation_extra_adult_is_charged_over_the_included(hotel: TestHotel) -> None:
    db.execute("UPDATE property_roomtype SET max_adults = 3 WHERE id = %s", [hotel.room_types["std"]])
    assert book(hotel, with_room(booking(nights=1), adults=3)).total == Decimal(500)


@pytest.mark.parametrize(
    ("percent", "amount", "round_to", "price"),
    [
        ("-15", "0", "1", "340.00"),
        ("10", "0", "5", "440.00"),
        ("0", "-3.20", "1", "397.00"),
        ("-12.5", "0", "0.01", "350.00"),
        ("-33.33", "0", "1", "267.00"),
        ("0", "2.50", "5", "405.00"),
        ("-100", "-5", "1", "0.00"),
        ("7", "0.5", "10", "430.00"),
    ],
)
def test_create_reservation_derived_plan_rounds_half_up_and_never_below_zero(
    hotel: TestHotel, percent: str, amount: str, round_to: str, price: str
) -> None:
    db.execute(
        "UPDATE reservations_rateplan SET percent = %s, amount = %s, round_to = %s WHERE id = %s",
        [Decimal(percent), Decimal(amount), Decimal(round_to), hotel.plans["bb"]],
    )
    assert book(hotel, with_room(booking(nights=1), rate_plan="bb")).total == Decimal(price)


def test_create_reservation_day_use_takes_no_night_and_keeps_one_price(hotel: TestHotel) -> None:
    made = book(hotel, booking(nights=0))
    assert made.total == Decimal(400)
    assert sum(sold(hotel)) == 0
    assert StayNight.objects.filter(room_reservation_id=made.room_ids[0]).count() == 1


def test_create_reservation_phone_is_sealed_and_masked(hotel: TestHotel) -> None:
    made = book(hotel, booking(booker_phone=" 139 1234 5678 "))
    kept = Reservation.objects.get(pk=made.id)
    assert kept.booker_phone_masked == "139****5678"
    assert kept.booker_phone_sealed is not None
    assert b"13912345678" not in bytes(kept.booker_phone_sealed)
    assert crypto.open_sealed(kept.booker_phone_sealed, place=phone_place(made.id)) == "+8613912345678"
    with pytest.raises(crypto.KeyMissing):
        crypto.open_sealed(kept.booker_phone_sealed, place=phone_place(made.id + 1))


def test_create_reservation_text_is_cleaned_but_kept_as_written(hotel: TestHotel) -> None:
    made = book(
        hotel,
        booking(
            booker_name=" 𠮷野\u202e家\x08·阿依古丽 ", remarks="一\n二\x07", special_requests=("high", "quiet", "high")
        ),
    )
    kept = Reservation.objects.get(pk=made.id)
    assert (kept.booker_name, kept.remarks, kept.special_requests) == ("𠮷野家·阿依古丽", "一\n二", ["high", "quiet"])


def test_create_reservation_keeps_codes_and_expected_time(hotel: TestHotel) -> None:
    made = book(
        hotel,
        booking(
            market="fit",
            source="phone",
            channel="ota",
            channel_number="A-1",
            guarantee="card",
            expected_at=time(23, 30),
        ),
    )
    kept = Reservation.objects.get(pk=made.id)
    assert (kept.market, kept.source, kept.channel, kept.channel_number, kept.guarantee, kept.expected_at) == (
        "fit",
        "phone",
        "ota",
        "A-1",
        "card",
        time(23, 30),
    )


def test_create_reservation_prices_by_hand_need_the_right(hotel: TestHotel) -> None:
    request = with_room(booking(nights=2), prices=(Decimal("1.5"), Decimal(0)))
    clerk = make_actor(hotel, [Permission.CREATE])
    with pytest.raises(Forbidden):
        create_reservation(hotel_id=hotel.pk, booking=request, actor=clerk, now=NOW)
    manager = make_actor(hotel, [Permission.CREATE, Permission.OVERRIDE_PRICE])
    assert create_reservation(hotel_id=hotel.pk, booking=request, actor=manager, now=NOW).total == Decimal("1.50")


def test_create_reservation_price_by_hand_fills_in_for_a_missing_one(hotel: TestHotel) -> None:
    db.execute("DELETE FROM reservations_ratenight WHERE hotel_id = %s", [hotel.pk])
    assert refused(hotel, booking()).code == "no_price"
    assert book(hotel, with_room(booking(), prices=(Decimal(5), Decimal(6)))).total == Decimal(11)


@pytest.mark.parametrize(
    "prices",
    [("1",), ("1", "2", "3"), ("-1", "2"), ("1", "NaN"), ("1", "Infinity"), ("0.001", "1"), ("1", "99999999999")],
)
def test_create_reservation_wrong_prices_by_hand_are_refused(hotel: TestHotel, prices: tuple[str, ...]) -> None:
    refusal = refused(hotel, with_room(booking(nights=2), prices=tuple(Decimal(price) for price in prices)))
    assert (type(refusal), refusal.field) == (InvalidInput, "prices")


def test_create_reservation_expected_total_differs_tells_the_new_price(hotel: TestHotel) -> None:
    refusal = refused(hotel, with_room(booking(), expected_total=Decimal(799)))
    assert isinstance(refusal, errors.PriceChanged)
    assert refusal.params == {"total": Decimal("800.00")}
    assert book(hotel, with_room(booking(), expected_total=Decimal(800))).total == Decimal(800)


def test_create_reservation_last_room_sells_and_the_next_names_the_short_night(hotel: TestHotel) -> None:
    book(hotel, booking(arrival=TODAY + timedelta(days=1), nights=1, rooms=5))
    refusal = refused(hotel, booking(nights=3))
    assert isinstance(refusal, errors.RoomTypeSoldOut)
    assert refusal.params["night"] == TODAY + timedelta(days=1)
    # A stay that ends or begins on that night's edge is not touched by it.
    book(hotel, booking(nights=1))
    book(hotel, booking(arrival=TODAY + timedelta(days=2), nights=1))
    assert sold(hotel)[:4] == [1, 5, 1, 0]


def test_create_reservation_more_rooms_than_left_takes_none(hotel: TestHotel) -> None:
    assert refused(hotel, booking(rooms=6)).code == "sold_out"
    assert book(hotel, booking(rooms=5)).total == Decimal(4000)


def test_create_reservation_nights_not_open_are_not_on_sale(hotel: TestHotel) -> None:
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=hotel.plans["bar"], room_type_ids=list(hotel.room_types.values()),
        first=TODAY, last=TODAY + timedelta(days=80), change=RateChange(price=Decimal(1)),
    )  # fmt: skip
    refusal = refused(hotel, booking(arrival=TODAY + timedelta(days=59), nights=2))
    assert (type(refusal), refusal.params["night"]) == (errors.NotOnSale, TODAY + timedelta(days=60))


def restrict(hotel: TestHotel, night: int, plan: str = "bar", **change: Any) -> None:
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=hotel.plans[plan], room_type_ids=[hotel.room_types["std"]],
        first=TODAY + timedelta(days=night), last=TODAY + timedelta(days=night), change=RateChange(**change),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("night", "change", "code"),
    [
        (0, {"closed": True}, "plan_closed"),
        (1, {"closed": True}, "plan_closed"),
        (2, {"closed": True}, ""),
        (0, {"closed_to_arrival": True}, "closed_to_arrival"),
        (1, {"closed_to_arrival": True}, ""),
        (2, {"closed_to_departure": True}, "closed_to_departure"),
        (1, {"closed_to_departure": True}, ""),
        (0, {"min_nights": 3}, "min_nights"),
        (0, {"min_nights": 2}, ""),
        (1, {"min_nights": 3}, ""),
        (0, {"max_nights": 1}, "max_nights"),
        (0, {"max_nights": 2}, ""),
    ],
)
@pytest.mark.parametrize("plan", ["bar", "bb"])
def test_create_reservation_restrictions_of_a_night_hold_for_plan_and_derived(
    hotel: TestHotel, night: int, change: dict[str, Any], code: str, plan: str
) -> None:
    restrict(hotel, night, **change)
    request = booking(nights=2, rate_plan=plan)
    if code:
        assert refused(hotel, request).code == code
    else:
        book(hotel, request)


def test_create_reservation_derived_plan_adds_restrictions_of_its_own(hotel: TestHotel) -> None:
    restrict(hotel, 0, "bb", min_nights=4)
    assert refused(hotel, booking(rate_plan="bb")).code == "min_nights"
    book(hotel, booking(rate_plan="bar"))


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("min_nights", 3, "min_nights"),
        ("max_nights", 1, "max_nights"),
        ("min_advance", 6, "min_advance"),
        ("min_advance", 5, ""),
        ("max_advance", 4, "max_advance"),
        ("max_advance", 5, ""),
        ("valid_from", TODAY + timedelta(days=6), "not_valid"),
        ("valid_from", TODAY + timedelta(days=5), ""),
        ("valid_until", TODAY + timedelta(days=5), "not_valid"),
        ("valid_until", TODAY + timedelta(days=6), ""),
    ],
)
def test_create_reservation_conditions_of_the_plan_hold(hotel: TestHotel, column: str, value: Any, code: str) -> None:
    db.execute(f"UPDATE reservations_rateplan SET {column} = %s WHERE id = %s", [value, hotel.plans["bar"]])
    request = booking(arrival=TODAY + timedelta(days=5), nights=2)
    if code:
        assert refused(hotel, request).code == code
    else:
        book(hotel, request)


def test_create_reservation_stop_sell_refuses_the_type(hotel: TestHotel) -> None:
    db.execute(
        "UPDATE reservations_night SET closed = true WHERE hotel_id = %s AND night = %s AND room_type_id = %s",
        [hotel.pk, TODAY + timedelta(days=1), hotel.room_types["std"]],
    )
    refusal = refused(hotel, booking(nights=2))
    assert (refusal.code, refusal.params["night"]) == ("closed", TODAY + timedelta(days=1))
    book(hotel, booking(nights=1))


def test_create_reservation_negotiated_plan_needs_an_agreement_in_force(hotel: TestHotel) -> None:
    company = Organisation.objects.create(group_id=hotel.ref.group_id, name="湖畔科技", code="HP")
    assert refused(hotel, booking(rate_plan="corp", organisation_id=company.pk)).code == "not_for_guest"
    setup.create_agreement(
        hotel_id=hotel.pk,
        rate_plan_id=hotel.plans["corp"],
        organisation_id=company.pk,
        valid_until=TODAY + timedelta(days=1),
    )
    assert book(hotel, booking(rate_plan="corp", organisation_id=company.pk)).total == Decimal(680)
    assert refused(hotel, booking(rate_plan="corp", organisation_id=company.pk, nights=3)).code == "not_valid"
    assert refused(hotel, booking(rate_plan="corp")).code == "not_for_guest"


def test_create_reservation_plan_with_guarantee_needs_one(hotel: TestHotel) -> None:
    db.execute("UPDATE reservations_rateplan SET guarantee_required = true WHERE id = %s", [hotel.plans["bar"]])
    assert refused(hotel, booking()).field == "guarantee"
    book(hotel, booking(guarantee="card"))


def test_create_reservation_channel_order_is_taken_once_for_ever(hotel: TestHotel) -> None:
    book(hotel, booking(channel="ota", channel_number="A-1"))
    assert isinstance(refused(hotel, booking(channel="ota", channel_number="A-1")), errors.ChannelOrderTaken)
    book(hotel, booking(channel="direct", channel_number="A-1"))
    other = make_hotel()
    book(other, booking(channel="ota", channel_number="A-1"))


def test_create_reservation_needs_the_right_of_that_hotel(hotel: TestHotel) -> None:
    other = make_hotel()
    before = fingerprint(hotel)
    for actor, refusal in (
        (make_actor(hotel, [Permission.VIEW]), Forbidden),
        (make_actor(other, [Permission.CREATE]), NotFound),
        (make_actor(other, []), NotFound),
    ):
        with pytest.raises(refusal):
            create_reservation(hotel_id=hotel.pk, booking=booking(), actor=actor, now=NOW)
    assert fingerprint(hotel) == before
    clerk = make_actor(hotel, [Permission.CREATE])
    assert create_reservation(hotel_id=hotel.pk, booking=booking(), actor=clerk, now=NOW).version == 1


def counted(hotel: TestHotel, request: NewReservation) -> int:
    with statements() as sent:
        book(hotel, request)
    return len(sent)


def test_create_reservation_takes_two_statements_whatever_nights_rooms_and_history(hotel: TestHotel) -> None:
    book(hotel, booking())
    plain = counted(hotel, booking(nights=1))
    assert plain == 2
    assert counted(hotel, booking(nights=14, arrival=TODAY + timedelta(days=20))) == plain
    assert counted(hotel, booking(nights=14, rooms=3, arrival=TODAY + timedelta(days=40))) == plain
    for _more in range(3):
        book(hotel, booking(arrival=TODAY + timedelta(days=10)))
    guest = Guest.objects.create(group_id=hotel.ref.group_id, name="常客")
    full = booking(
        arrival=TODAY + timedelta(days=5), guest_id=guest.pk, booker_phone="13912345678", market="fit", source="phone",
        channel="ota", channel_number="Z", special_requests=("high",), rate_plan="bb",
    )  # fmt: skip
    assert counted(hotel, full) == plain


@pytest.mark.parametrize(
    ("today", "nights"),
    [
        (date(2028, 2, 28), [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]),
        (date(2027, 2, 27), [date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1)]),
        (date(2026, 12, 31), [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]),
        (date(2100, 2, 28), [date(2100, 2, 28), date(2100, 3, 1), date(2100, 3, 2)]),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
def test_create_reservation_nights_are_dates_over_leap_day_and_year_end(
    db: None, today: date, nights: list[date], zone: str
) -> None:
    house = make_hotel(today=today, timezone=zone, nights=4)
    book(house, booking(arrival=today, nights=3))
    assert list(StayNight.objects.order_by("night").values_list("night", flat=True)) == nights
    assert sold(house) == [1, 1, 1, 0]
