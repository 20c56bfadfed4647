"""Painting prices, restrictions and limits: what changes, what is refused and where, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.reservations import errors
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Night, PaintedCell, Painting, RateNight
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.rule_services import set_base_price
from binzhi.reservations.ratebook.services import Painted, paint, preview, undo_painting
from binzhi.reservations.requests import RateRange
from binzhi.reservations.services import create_reservation, set_rates
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    statements,
)

PAINTER = (Permission.SET_RATES, Permission.SET_SELL_LIMITS)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def brush(first: int = 0, last: int = 0, **of: Any) -> Brush:
    of = {"room_types": ("std",), "rate_plans": ("bar",)} | of
    return Brush(first=day(first), last=day(last), **of)


def painted(hotel: TestHotel, asked: Brush, *, actor: Any = SYSTEM, **of: Any) -> Painted:
    return paint(hotel_id=hotel.pk, brush=asked, actor=actor, now=NOW, **of)


def undo(hotel: TestHotel, painting_id: int, *, actor: Any = SYSTEM) -> Painted:
    return undo_painting(hotel_id=hotel.pk, painting_id=painting_id, actor=actor, now=NOW)


def refused(hotel: TestHotel, attempt: Callable[[], Any]) -> DomainError:
    before = fingerprint(hotel), Painting.objects.count(), PaintedCell.objects.count()
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        attempt()
    assert (fingerprint(hotel), Painting.objects.count(), PaintedCell.objects.count()) == before
    return refusal.value


def stored(hotel: TestHotel, night: int, room_type: str = "std", plan: str = "bar") -> RateNight:
    return RateNight.objects.get(
        night=day(night), rate_plan_id=hotel.plans[plan], room_type_id=hotel.room_types[room_type]
    )


def floor(hotel: TestHotel, amount: int, *, plan: str = "bar") -> None:
    set_base_price(hotel_id=hotel.pk, rate_plan=plan, room_type="std", price=None, floor=Decimal(amount), actor=SYSTEM,
                   now=NOW)  # fmt: skip


def test_paint_writes_types_and_days_of_the_week_and_keeps_what_was(hotel: TestHotel) -> None:
    # 2026-11-21 is a Saturday: two weeks have four weekend nights.
    asked = brush(0, 13, room_types=("std", "king"), weekdays=(5, 6), price=Decimal(480), min_nights=2)
    made = painted(hotel, asked)
    assert (made.cells, made.nights) == (8, 4)
    assert [night for night in range(14) if stored(hotel, night, "king").price == 480] == [0, 6, 7, 13]
    assert (stored(hotel, 0).min_nights, stored(hotel, 0).single_price, stored(hotel, 1).min_nights) == (2, 380, None)
    cell = PaintedCell.objects.get(painting_id=made.painting_id, night=day(6), room_type_id=hotel.room_types["std"])
    assert (cell.before, cell.after) == ({"price": 400, "min_nights": None}, {"price": 480, "min_nights": 2})
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.after["cells"]) == ("rates.painted", 8)
    assert OutboxEvent.objects.order_by("-id")[0].payload["painting_id"] == made.painting_id


def test_paint_takes_a_fixed_number_of_statements(hotel: TestHotel) -> None:
    with statements() as small:
        painted(hotel, brush(price=Decimal(401), stop_sell=True))
    with statements() as large:
        painted(hotel, brush(0, 50, room_types=("std", "king"), price=Decimal(402), overbooking=1))
    assert len(small) == len(large) == 11


def test_paint_moves_prices_by_per_cent_and_amount_rounded_as_the_plan_is(hotel: TestHotel) -> None:
    painted(hotel, brush(percent=Decimal("12.5"), amount=Decimal("-0.60")))
    assert (stored(hotel, 0).price, stored(hotel, 0).single_price) == (Decimal("449.00"), Decimal("427.00"))
    effect = preview(hotel_id=hotel.pk, brush=brush(58, 62, percent=Decimal(1)), actor=SYSTEM)
    assert (len(effect.cells), effect.unpriced) == (2, 3)


def test_paint_restrictions_of_a_derived_plan_but_not_its_price(hotel: TestHotel) -> None:
    painted(hotel, brush(rate_plans=("bb",), closed_to_arrival=True))
    assert (stored(hotel, 0, plan="bb").closed_to_arrival, stored(hotel, 0, plan="bb").price) == (True, None)
    refusal = refused(hotel, lambda: painted(hotel, brush(rate_plans=("bb", "bar"), price=Decimal(1))))
    assert (type(refusal), refusal.field) == (InvalidInput, "rate_plans")


def test_paint_limits_stops_the_sale_and_sells_more(hotel: TestHotel) -> None:
    painted(hotel, brush(1, 2, rate_plans=(), stop_sell=True, overbooking=2))
    night = Night.objects.get(hotel_id=hotel.pk, night=day(1), room_type_id=hotel.room_types["std"])
    assert (night.closed, night.overbooking) == (True, 2)
    with pytest.raises(errors.RoomTypeClosed):
        create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)


def test_paint_limit_below_what_is_sold_names_the_night_and_writes_nothing(hotel: TestHotel) -> None:
    painted(hotel, brush(0, 3, rate_plans=(), overbooking=2))
    create_reservation(hotel_id=hotel.pk, booking=booking(arrival=day(2), nights=1, rooms=7), actor=SYSTEM, now=NOW)
    refusal = refused(hotel, lambda: painted(hotel, brush(0, 3, overbooking=0, price=Decimal(500))))
    assert (type(refusal), refusal.params["night"]) == (errors.LimitBelowSold, day(2))


def test_preview_says_the_effect_and_keeps_nothing(hotel: TestHotel) -> None:
    before = fingerprint(hotel)
    effect = preview(hotel_id=hotel.pk, brush=brush(0, 2, price=Decimal(450)), actor=SYSTEM)
    assert [(cell.night, cell.before["price"], cell.after["price"]) for cell in effect.cells] == [
        (day(n), 400, 450) for n in range(3)
    ]
    assert (effect.nights, fingerprint(hotel), Painting.objects.count()) == (3, before, 0)


def test_paint_is_refused_when_the_effect_is_no_longer_what_was_shown(hotel: TestHotel) -> None:
    asked = brush(0, 2, price=Decimal(450))
    shown = preview(hotel_id=hotel.pk, brush=asked, actor=SYSTEM).digest
    painted(hotel, brush(1, 1, price=Decimal(390)))
    assert isinstance(refused(hotel, lambda: painted(hotel, asked, shown=shown)), errors.EffectChanged)
    painted(hotel, asked, shown=preview(hotel_id=hotel.pk, brush=asked, actor=SYSTEM).digest)


def test_paint_what_stands_already_is_refused_as_nothing(hotel: TestHotel) -> None:
    assert isinstance(refused(hotel, lambda: painted(hotel, brush(price=Decimal(400)))), errors.NothingPainted)


def test_paint_under_the_floor_is_refused_at_its_cells_unless_a_manager_does_it(hotel: TestHotel) -> None:
    floor(hotel, 350)
    clerk = make_actor(hotel, PAINTER, user_id=None)  # type: ignore[arg-type]
    refusal = refused(hotel, lambda: painted(hotel, brush(0, 2, price=Decimal("349.99")), actor=clerk))
    assert isinstance(refusal, errors.FloorBroken)
    assert [(cell.night, cell.room_type, cell.rate_plan, cell.price) for cell in refusal.cells] == [
        (day(n), "std", "bar", Decimal("349.99")) for n in range(3)
    ]
    assert isinstance(refused(hotel, lambda: painted(hotel, brush(single_price=Decimal(1)), actor=clerk)),
                      errors.FloorBroken)  # fmt: skip
    manager = make_actor(hotel, [*PAINTER, Permission.BREAK_FLOOR], user_id=None)  # type: ignore[arg-type]
    made = painted(hotel, brush(0, 2, price=Decimal("349.99")), actor=manager, reason="淡季")
    assert Painting.objects.get(pk=made.painting_id).under_floor == 3
    painted(hotel, brush(0, 2, price=Decimal(350)), actor=clerk)


def test_paint_of_a_parent_holds_the_floor_of_the_derived_plan(hotel: TestHotel) -> None:
    floor(hotel, 340, plan="corp")
    clerk = make_actor(hotel, PAINTER, user_id=None)  # type: ignore[arg-type]
    # corp is 15 % below: 399 comes to 339, 400 to 340.
    refusal = refused(hotel, lambda: painted(hotel, brush(price=Decimal(399)), actor=clerk))
    assert isinstance(refusal, errors.FloorBroken)
    assert [(cell.rate_plan, cell.price) for cell in refusal.cells] == [("corp", Decimal("339.00"))]
    painted(hotel, brush(price=Decimal(400), single_price=Decimal(400)), actor=clerk)


def test_set_rates_by_a_program_holds_the_floor_too(hotel: TestHotel) -> None:
    floor(hotel, 350)
    change = RateRange(rate_plan="bar", room_type="std", first=day(0), last=day(3), price=Decimal(300))
    clerk = make_actor(hotel, PAINTER)
    assert isinstance(refused(hotel, lambda: set_rates(hotel_id=hotel.pk, change=change, actor=clerk, now=NOW)),
                      errors.FloorBroken)  # fmt: skip
    set_rates(hotel_id=hotel.pk, change=change, actor=SYSTEM, now=NOW)


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"first": -1}, "first"),
    ({"first": 2, "last": 1}, "last"),
    ({"last": 740}, "last"),
    ({"weekdays": ()}, "weekdays"),
    ({"weekdays": (8,)}, "weekdays"),
    ({"room_types": ()}, "room_types"),
    ({"room_types": ("std", "nope")}, "room_types"),
    ({"room_types": ("\0",)}, "room_types"),
    ({"rate_plans": ()}, "rate_plans"),
    ({"rate_plans": ("nope",)}, "rate_plans"),
    ({"price": None}, "price"),
    ({"price": Decimal("0.001")}, "price"),
    ({"price": Decimal("NaN")}, "price"),
    ({"price": Decimal(-1)}, "price"),
    ({"percent": Decimal(5)}, "percent"),
    ({"price": None, "percent": Decimal(-101)}, "percent"),
    ({"price": None, "amount": Decimal("Infinity")}, "amount"),
    ({"min_nights": 0}, "min_nights"),
    ({"min_nights": 3, "max_nights": 2}, "max_nights"),
    ({"overbooking": 1000}, "overbooking"),
    ({"clear": frozenset({"price"})}, "price"),
    ({"clear": frozenset({"closed"})}, "clear"),
]


def test_paint_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    for of, field in IMPOSSIBLE:
        asked = brush(**{"price": Decimal(500)} | of)
        refusal = refused(hotel, lambda asked=asked: painted(hotel, asked))
        assert isinstance(refusal, InvalidInput), of
        assert refusal.field == field, of


def test_paint_needs_its_rights(hotel: TestHotel) -> None:
    rates_only = make_actor(hotel, [Permission.SET_RATES])
    limits_only = make_actor(hotel, [Permission.SET_SELL_LIMITS])
    assert isinstance(refused(hotel, lambda: painted(hotel, brush(stop_sell=True), actor=rates_only)), Forbidden)
    assert isinstance(refused(hotel, lambda: painted(hotel, brush(price=Decimal(1)), actor=limits_only)), Forbidden)


def test_undo_gives_every_cell_its_old_values_and_can_be_undone_itself(hotel: TestHotel) -> None:
    before = fingerprint(hotel)["reservations_ratenight"], fingerprint(hotel)["reservations_night"]
    made = painted(hotel, brush(0, 9, price=Decimal(512), single_price=Decimal(500), min_nights=3, closed=True,
                                overbooking=1, stop_sell=True))  # fmt: skip
    after = fingerprint(hotel)["reservations_ratenight"], fingerprint(hotel)["reservations_night"]
    back = undo(hotel, made.painting_id)
    assert (fingerprint(hotel)["reservations_ratenight"], fingerprint(hotel)["reservations_night"]) == before
    assert isinstance(refused(hotel, lambda: undo(hotel, made.painting_id)), errors.AlreadyUndone)
    undo(hotel, back.painting_id)
    assert (fingerprint(hotel)["reservations_ratenight"], fingerprint(hotel)["reservations_night"]) == after


def test_undo_is_refused_where_somebody_painted_later_and_says_which(hotel: TestHotel) -> None:
    first = painted(hotel, brush(0, 4, price=Decimal(512)))
    second = painted(hotel, brush(2, 3, price=Decimal(600)))
    refusal = refused(hotel, lambda: undo(hotel, first.painting_id))
    assert isinstance(refusal, errors.PaintedSince)
    assert (refusal.params["night"], refusal.params["nights"], refusal.params["painting"]) == (
        day(2), 2, second.painting_id,
    )  # fmt: skip
    undo(hotel, second.painting_id)
    undo(hotel, first.painting_id)
    assert [stored(hotel, night).price for night in range(5)] == [400] * 5


def test_undo_looks_only_at_the_values_that_were_painted(hotel: TestHotel) -> None:
    first = painted(hotel, brush(price=Decimal(512)))
    painted(hotel, brush(min_nights=2))
    undo(hotel, first.painting_id)
    assert (stored(hotel, 0).price, stored(hotel, 0).min_nights) == (400, 2)


def test_undo_is_refused_when_a_program_set_the_rate_since(hotel: TestHotel) -> None:
    made = painted(hotel, brush(price=Decimal(512)))
    change = RateRange(rate_plan="bar", room_type="std", first=day(0), last=day(0), price=Decimal(513))
    set_rates(hotel_id=hotel.pk, change=change, actor=SYSTEM, now=NOW)
    refusal = refused(hotel, lambda: undo(hotel, made.painting_id))
    assert isinstance(refusal, errors.PaintedSince)
    assert refusal.params["painting"] == 0


def test_undo_of_limits_below_what_was_sold_since_is_refused(hotel: TestHotel) -> None:
    made = painted(hotel, brush(0, 0, rate_plans=(), overbooking=1))
    create_reservation(hotel_id=hotel.pk, booking=booking(nights=1, rooms=6), actor=SYSTEM, now=NOW)
    assert isinstance(refused(hotel, lambda: undo(hotel, made.painting_id)), errors.LimitBelowSold)
    clerk = make_actor(hotel, [Permission.SET_RATES])
    assert isinstance(refused(hotel, lambda: undo(hotel, made.painting_id, actor=clerk)), Forbidden)


def test_undo_of_another_hotels_painting_is_not_found(hotel: TestHotel) -> None:
    made = painted(make_hotel(), brush(price=Decimal(512)))
    assert isinstance(refused(hotel, lambda: undo(hotel, made.painting_id)), NotFound)


def test_paintings_are_kept_as_they_were_written(hotel: TestHotel) -> None:
    painted(hotel, brush(price=Decimal(512)))
    for statement in ("UPDATE reservations_painting SET cells = 0", "DELETE FROM reservations_paintedcell"):
        with pytest.raises(DatabaseError), transaction.atomic():
            db.execute(statement)


def test_paint_does_not_touch_agreed_prices(hotel: TestHotel) -> None:
    create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    painted(hotel, brush(0, 5, price=Decimal(999)))
    assert db.fetch_values("SELECT price FROM reservations_staynight WHERE hotel_id = %s", [hotel.pk]) == [400, 400]
