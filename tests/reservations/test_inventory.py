from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import errors, out_of_order, setup, stays, verify
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Night, OutOfOrder, RateNight, RoomNight
from binzhi.reservations.requests import LimitChange, RateRange
from binzhi.reservations.services import (
    create_reservation,
    open_nights,
    return_room_to_service,
    set_rates,
    set_room_out_of_order,
    set_sell_limits,
)
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    statements,
)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def refused(hotel: TestHotel, attempt: Callable[[], Any]) -> DomainError:
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        attempt()
    assert fingerprint(hotel) == before
    return refusal.value


def write(hotel: TestHotel, *, first: int = 0, last: int = 0, actor: Any = SYSTEM, **of: Any) -> int:
    of = {"rate_plan": "bar", "room_type": "std"} | of
    return set_rates(hotel_id=hotel.pk, change=RateRange(first=day(first), last=day(last), **of), actor=actor, now=NOW)


def stored(hotel: TestHotel, night: int, plan: str = "bar") -> RateNight:
    return RateNight.objects.get(night=day(night), rate_plan_id=hotel.plans[plan], room_type_id=hotel.room_types["std"])


def test_set_rates_writes_a_range_in_one_statement_and_leaves_the_rest(hotel: TestHotel) -> None:
    with statements() as sent:
        assert write(hotel, first=1, last=3, price=Decimal("512.50"), min_nights=2) == 3
    assert len(sent) == 3
    assert [stored(hotel, night).price for night in range(5)] == [
        400,
        Decimal("512.50"),
        Decimal("512.50"),
        Decimal("512.50"),
        400,
    ]
    changed = stored(hotel, 2)
    assert (changed.single_price, changed.extra_adult, changed.min_nights, changed.closed) == (380, 100, 2, False)


def test_set_rates_only_on_the_weekdays_named(hotel: TestHotel) -> None:
    # 2026-11-21 is a Saturday.
    assert write(hotel, first=0, last=13, weekdays=(5, 6), price=Decimal(600)) == 4
    assert [night for night in range(14) if stored(hotel, night).price == 600] == [0, 6, 7, 13]


def test_set_rates_flags_and_clearing(hotel: TestHotel) -> None:
    write(hotel, closed=True, closed_to_arrival=True, max_nights=5)
    write(hotel, closed=False, clear=frozenset({"max_nights", "single_price"}))
    kept = stored(hotel, 0)
    assert (kept.closed, kept.closed_to_arrival, kept.max_nights, kept.single_price, kept.price) == (
        False,
        True,
        None,
        None,
        400,
    )


def test_set_rates_makes_nights_that_had_none(hotel: TestHotel) -> None:
    write(hotel, rate_plan="bb", closed_to_departure=True)
    made = stored(hotel, 0, "bb")
    assert (made.price, made.closed_to_departure, made.extra_adult) == (None, True, 0)


def test_set_rates_does_not_touch_agreed_prices(hotel: TestHotel) -> None:
    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    write(hotel, first=0, last=10, price=Decimal(9999))
    agreed = stays.agreed_prices
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        assert list(agreed([stay])[stay.id].values()) == [400, 400]


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"first": -1}, "first"),
        ({"first": 3, "last": 2}, "last"),
        ({"last": 1100}, "last"),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (0,)}, "weekdays"),
        ({"price": Decimal(-1)}, "price"),
        ({"price": Decimal("0.001")}, "price"),
        ({"price": Decimal("NaN")}, "price"),
        ({"extra_child": Decimal(10**9)}, "extra_child"),
        ({"min_nights": 0}, "min_nights"),
        ({"max_nights": 31}, "max_nights"),
        ({}, "price"),
        ({"clear": frozenset({"closed"})}, "clear"),
        ({"rate_plan": "bb", "price": Decimal(1)}, "price"),
        ({"rate_plan": "nope", "closed": True}, "rate_plan"),
        ({"room_type": "nope", "closed": True}, "room_type"),
    ],
)
def test_set_rates_impossible_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    of = ({"price": Decimal(1)} if of and not {"price", "clear", "closed"} & set(of) else {}) | of
    refusal = refused(hotel, lambda: write(hotel, **of))
    assert (type(refusal), refusal.field) == (InvalidInput, field)


def test_set_rates_needs_its_right_and_tells_what_was_done(hotel: TestHotel) -> None:
    clerk = make_actor(hotel, [Permission.CREATE])
    assert isinstance(refused(hotel, lambda: write(hotel, closed=True, actor=clerk)), Forbidden)
    write(hotel, last=2, closed=True, actor=make_actor(hotel, [Permission.SET_RATES]))
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.after["closed"], entry.after["last"]) == ("rates.set", True, str(day(2)))
    assert "price" not in entry.after
    assert OutboxEvent.objects.order_by("-id")[0].topic == "rates.set"


def limit(
    hotel: TestHotel, *, first: int = 0, last: int = 0, actor: Any = SYSTEM, room_type: str = "std", **of: Any
) -> int:
    change = LimitChange(room_type=room_type, first=day(first), last=day(last), **of)
    return set_sell_limits(hotel_id=hotel.pk, change=change, actor=actor, now=NOW)


def night(hotel: TestHotel, offset: int, room_type: str = "std") -> Night:
    return Night.objects.get(hotel_id=hotel.pk, night=day(offset), room_type_id=hotel.room_types[room_type])


def test_set_sell_limits_overbooking_sells_that_many_more(hotel: TestHotel) -> None:
    assert limit(hotel, last=1, overbooking=2) == 2
    create_reservation(hotel_id=hotel.pk, booking=booking(nights=2, rooms=7), actor=SYSTEM, now=NOW)
    with pytest.raises(errors.RoomTypeSoldOut):
        create_reservation(hotel_id=hotel.pk, booking=booking(nights=1), actor=SYSTEM, now=NOW)


def test_set_sell_limits_below_what_is_sold_names_the_night(hotel: TestHotel) -> None:
    limit(hotel, last=3, overbooking=2)
    create_reservation(hotel_id=hotel.pk, booking=booking(arrival=day(2), nights=1, rooms=6), actor=SYSTEM, now=NOW)
    refusal = refused(hotel, lambda: limit(hotel, last=3, overbooking=0))
    assert (type(refusal), refusal.params["night"]) == (errors.LimitBelowSold, day(2))
    limit(hotel, last=3, overbooking=1)


def test_set_sell_limits_stop_sell_and_open_again(hotel: TestHotel) -> None:
    limit(hotel, first=1, last=1, closed=True)
    assert (night(hotel, 0).closed, night(hotel, 1).closed, night(hotel, 1, "king").closed) == (False, True, False)
    limit(hotel, first=1, last=1, closed=False)
    assert night(hotel, 1).closed is False


def test_set_sell_limits_counts_only_open_nights(hotel: TestHotel) -> None:
    assert limit(hotel, first=58, last=70, overbooking=1) == 2


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({}, "overbooking"),
        ({"overbooking": -1}, "overbooking"),
        ({"overbooking": 1000}, "overbooking"),
        ({"first": -1, "closed": True}, "first"),
        ({"first": 2, "last": 1, "closed": True}, "last"),
        ({"room_type": "nope", "closed": True}, "room_type"),
    ],
)
def test_set_sell_limits_impossible_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    refusal = refused(hotel, lambda: limit(hotel, **of))
    assert (type(refusal), refusal.field) == (InvalidInput, field)


def test_set_sell_limits_needs_its_right(hotel: TestHotel) -> None:
    assert isinstance(
        refused(hotel, lambda: limit(hotel, closed=True, actor=make_actor(hotel, [Permission.SET_RATES]))), Forbidden
    )


def take_out(
    hotel: TestHotel, number: str = "101", *, first: int = 0, until: int = 3, reason: str = "漏水", actor: Any = SYSTEM
) -> int:
    return set_room_out_of_order(
        hotel_id=hotel.pk,
        room_id=hotel.rooms[number],
        start=day(first),
        until=day(until),
        reason=reason,
        actor=actor,
        now=NOW,
    )


def maintenance(hotel: TestHotel, number: str = "101") -> str:
    return str(db.fetch_value("SELECT maintenance FROM property_room WHERE id = %s", [hotel.rooms[number]]))


def test_out_of_order_leaves_the_inventory_and_the_rack(hotel: TestHotel) -> None:
    take_out(hotel)
    assert [night(hotel, n).out_of_order for n in range(4)] == [1, 1, 1, 0]
    assert RoomNight.objects.filter(room_id=hotel.rooms["101"]).count() == 3
    assert maintenance(hotel) == "out_of_order"
    assert verify.differences(hotel_id=hotel.pk) == []
    with pytest.raises(errors.RoomTypeSoldOut):
        create_reservation(hotel_id=hotel.pk, booking=booking(nights=1, rooms=5), actor=SYSTEM, now=NOW)


def test_out_of_order_later_marks_the_room_when_its_day_comes(hotel: TestHotel) -> None:
    take_out(hotel, first=1, until=2)
    assert maintenance(hotel) == "in_service"
    for expected, changed in (("out_of_order", 1), ("in_service", 1), ("in_service", 0)):
        run_audit_day(hotel)
        assert out_of_order.mark(hotel_id=hotel.pk, today=hotel.refreshed().business_date, now=NOW) == changed
        assert maintenance(hotel) == expected


def test_out_of_order_leaves_a_room_that_is_only_out_of_service(hotel: TestHotel) -> None:
    db.execute("UPDATE property_room SET maintenance = 'out_of_service' WHERE id = %s", [hotel.rooms["102"]])
    take_out(hotel, "101")
    take_out(hotel, "102", first=1, until=2)
    assert out_of_order.mark(hotel_id=hotel.pk, today=day(0), now=NOW) == 0
    assert (maintenance(hotel, "101"), maintenance(hotel, "102")) == ("out_of_order", "out_of_service")
    assert out_of_order.mark(hotel_id=hotel.pk, today=day(1), now=NOW) == 1
    assert (maintenance(hotel, "102"), maintenance(hotel, "103")) == ("out_of_order", "in_service")
    assert out_of_order.mark(hotel_id=hotel.pk, today=day(3), now=NOW) == 2
    assert (maintenance(hotel, "101"), maintenance(hotel, "102")) == ("in_service", "in_service")


def test_out_of_order_of_a_room_given_to_a_guest_is_refused(hotel: TestHotel) -> None:
    made = create_reservation(hotel_id=hotel.pk, booking=booking(arrival=day(1), nights=1), actor=SYSTEM, now=NOW)
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.assign(room_reservation=stay, room_id=hotel.rooms["101"])
    refusal = refused(hotel, lambda: take_out(hotel))
    assert isinstance(refusal, errors.RoomTaken)
    assert refusal.params == {"number": "101", "night": day(1)}
    take_out(hotel, until=1)
    assert isinstance(refused(hotel, lambda: take_out(hotel, until=1)), errors.RoomTaken)


def test_out_of_order_below_what_is_sold_is_refused(hotel: TestHotel) -> None:
    create_reservation(hotel_id=hotel.pk, booking=booking(arrival=day(2), nights=1, rooms=5), actor=SYSTEM, now=NOW)
    refusal = refused(hotel, lambda: take_out(hotel))
    assert (type(refusal), refusal.params["night"]) == (errors.LimitBelowSold, day(2))


def test_return_to_service_gives_the_nights_left_back_once(hotel: TestHotel) -> None:
    key = take_out(hotel, until=5)
    run_audit_day(hotel, 2)

    def back() -> None:
        return_room_to_service(hotel_id=hotel.pk, out_of_order_id=key, actor=SYSTEM, now=NOW)

    back()
    assert [night(hotel, n).out_of_order for n in range(5)] == [1, 1, 0, 0, 0]
    entry = OutOfOrder.objects.get(pk=key)
    assert (entry.returned_at, entry.until, maintenance(hotel)) == (NOW, day(2), "in_service")
    assert verify.differences(hotel_id=hotel.pk) == []
    assert isinstance(refused(hotel, back), errors.AlreadyReturned)


def test_out_of_order_beyond_the_open_nights_counts_when_they_open(hotel: TestHotel) -> None:
    take_out(hotel, first=58, until=64)
    assert [night(hotel, n).out_of_order for n in (57, 58, 59)] == [0, 1, 1]
    setup.open_nights(hotel_id=hotel.pk, first=day(60), last=day(66))
    assert [night(hotel, n).out_of_order for n in (60, 63, 64)] == [1, 1, 0]
    assert verify.differences(hotel_id=hotel.pk) == []


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"first": -1}, "start"),
        ({"until": 0}, "until"),
        ({"until": 1102}, "until"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_out_of_order_impossible_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    refusal = refused(hotel, lambda: take_out(hotel, **of))
    assert (type(refusal), refusal.field) == (InvalidInput, field)


def test_out_of_order_foreign_room_or_record_is_not_found(hotel: TestHotel) -> None:
    other = make_hotel()
    key = take_out(hotel)

    def foreign_room() -> None:
        set_room_out_of_order(
            hotel_id=other.pk, room_id=hotel.rooms["101"], start=day(0), until=day(1), reason="x", actor=SYSTEM, now=NOW
        )

    def foreign_record() -> None:
        return_room_to_service(hotel_id=other.pk, out_of_order_id=key, actor=SYSTEM, now=NOW)

    assert isinstance(refused(other, foreign_room), NotFound)
    assert isinstance(refused(other, foreign_record), NotFound)
    assert isinstance(
        refused(hotel, lambda: take_out(hotel, "102", actor=make_actor(hotel, [Permission.CHANGE]))), Forbidden
    )


def test_open_nights_up_to_the_horizon_is_idempotent(hotel: TestHotel) -> None:
    create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)

    def more() -> int:
        return open_nights(hotel_id=hotel.pk, actor=make_actor(hotel, [Permission.OPEN_NIGHTS]), now=NOW)

    # 91 nights of two types; 60 were open.
    assert (more(), more()) == (62, 0)
    assert (night(hotel, 0).sold, night(hotel, 90).sold, night(hotel, 90).rooms) == (1, 0, 5)
    assert Night.objects.filter(hotel_id=hotel.pk).count() == 182


def test_open_nights_counts_only_rooms_in_use(hotel: TestHotel) -> None:
    db.execute("UPDATE property_room SET is_active = false WHERE id = %s", [hotel.rooms["101"]])
    open_nights(hotel_id=hotel.pk, until=day(60), actor=SYSTEM, now=NOW)
    assert (night(hotel, 59).rooms, night(hotel, 60).rooms) == (5, 4)


def test_open_nights_impossible_or_without_right_is_refused(hotel: TestHotel) -> None:
    for until in (day(-1), day(1100)):
        refusal = refused(hotel, lambda until=until: open_nights(hotel_id=hotel.pk, until=until, actor=SYSTEM, now=NOW))
        assert refusal.field == "until"
    clerk = make_actor(hotel, [Permission.SET_RATES])
    assert isinstance(refused(hotel, lambda: open_nights(hotel_id=hotel.pk, actor=clerk, now=NOW)), Forbidden)
