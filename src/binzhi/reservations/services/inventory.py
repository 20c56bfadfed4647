"""What is for sale: prices, restrictions, limits, and which nights are open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations import facts, limits, nights, rates, setup
from binzhi.reservations.access import Permission
from binzhi.reservations.errors import FloorBroken
from binzhi.reservations.events import NightsOpened, RatesSet, SellLimitsSet
from binzhi.reservations.ratebook.floors import floors_of
from binzhi.reservations.rates import RateChange
from binzhi.reservations.requests import LimitChange, RateRange

LONGEST_RANGE = 1100  # days: three years
MOST_OVERBOOKING = 999
REASON_LIMIT = 200
_PLACE = """
SELECT h.business_date, h.currency, h.longest_stay, h.booking_horizon, t.id AS type_id, p.id AS plan_id, p.parent_id,
       EXISTS (SELECT FROM reservations_baseprice b JOIN reservations_rateplan c ON c.id = b.rate_plan_id
               WHERE b.room_type_id = t.id AND b.floor IS NOT NULL AND p.id IN (c.id, c.parent_id)) AS has_floor
FROM property_hotel h
LEFT JOIN property_roomtype t ON t.hotel_id = h.id AND t.code = %(type)s AND t.is_active
LEFT JOIN reservations_rateplan p ON p.hotel_id = h.id AND p.code = %(plan)s AND p.is_active
WHERE h.id = %(hotel)s
"""
_PRICES = ("price", "single_price", "extra_adult", "extra_child")
_LENGTHS = ("min_nights", "max_nights")
_FLAGS = ("closed", "closed_to_arrival", "closed_to_departure")


@operation(Permission.SET_RATES)
def set_rates(*, hotel_id: int, change: RateRange, actor: Actor, now: datetime) -> int:
    """Write price and restrictions of a plan and type for a range of nights, in one statement; how many nights.

    What `change` leaves empty stays. Bookings keep the prices they were made at. Raises InvalidInput at the field (also
    for a price of a derived plan, which follows its parent), FloorBroken. Publishes RatesSet. Idempotent.
    """
    place = _place(hotel_id, change.room_type, change.rate_plan)
    _check_range(change.first, change.last, place)
    if not change.weekdays or not set(change.weekdays) <= set(range(1, 8)):
        raise InvalidInput(field="weekdays", message=_("Weekdays are 1 (Monday) to 7 (Sunday)."))
    values = {name: getattr(change, name) for name in (*_PRICES, *_LENGTHS, *_FLAGS)}
    _check_values(values, change.clear, place)
    if place["has_floor"] and not actor.may(Permission.BREAK_FLOOR, hotel_id):
        _check_floors(hotel_id, change, place)
    written = rates.write(
        hotel_id=hotel_id, rate_plan_id=place["plan_id"], room_type_ids=[place["type_id"]], first=change.first,
        last=change.last, weekdays=frozenset(day - 1 for day in change.weekdays),
        change=RateChange(**values, clear=change.clear),
    )  # fmt: skip
    record(
        "rates.set", subject="rate_plan", subject_id=place["plan_id"], hotel_id=hotel_id, actor=actor, now=now,
        after={
            "room_type": change.room_type, "first": change.first, "last": change.last, "weekdays": change.weekdays,
            "clear": sorted(change.clear), **{name: value for name, value in values.items() if value is not None},
        },
        event=RatesSet(hotel_id=hotel_id, rate_plan_id=place["plan_id"], first=change.first, last=change.last),
    )  # fmt: skip
    return written


def _place(hotel_id: int, room_type: str, rate_plan: str | None = None) -> dict[str, Any]:
    facts.check_codes([("", room_type, "room_type"), ("", rate_plan or "", "rate_plan")])
    row = db.fetch_one(_PLACE, {"hotel": hotel_id, "type": room_type, "plan": rate_plan or ""})
    if row is None:
        raise NotFound
    if row["type_id"] is None:
        raise InvalidInput(field="room_type", message=_("The code %(code)s is not known."), code=room_type)
    if rate_plan is not None and row["plan_id"] is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=rate_plan)
    return row


def _check_range(first: date, last: date, place: Mapping[str, Any]) -> None:
    if first < place["business_date"]:
        raise InvalidInput(
            field="first", message=_("This date has passed: the hotel day is %(today)s."), today=place["business_date"]
        )
    if last < first:
        raise InvalidInput(field="last", message=_("The last date is before the first."))
    if (last - first).days >= LONGEST_RANGE:
        raise InvalidInput(field="last", message=_("At most %(days)s days at once."), days=LONGEST_RANGE)


def _check_values(values: Mapping[str, Any], clear: frozenset[str], place: Mapping[str, Any]) -> None:
    if not clear <= {"price", "single_price", *_LENGTHS}:
        raise InvalidInput(field="clear")
    if all(value is None for value in values.values()) and not clear:
        raise InvalidInput(field="price", message=_("Nothing is to be changed."))
    for name in _PRICES:
        if values[name] is None:
            continue
        if place["parent_id"] is not None:
            raise InvalidInput(field=name, message=_("A derived rate takes its price from its parent."))
        limits.check_price(values[name], currency=place["currency"], field=name)
    for name in _LENGTHS:
        if values[name] is not None and not 1 <= values[name] <= place["longest_stay"]:
            raise InvalidInput(field=name, message=_("From 1 to %(most)s nights."), most=place["longest_stay"])


def _check_floors(hotel_id: int, change: RateRange, place: Mapping[str, Any]) -> None:
    for name, price in (("price", change.price), ("single_price", change.single_price)):
        for floor in floors_of(hotel_id=hotel_id, plans=[place["plan_id"]], types=[place["type_id"]]):
            if price is not None and floor.price(price) < floor.floor:
                raise FloorBroken(field=name, night=change.first, price=floor.price(price), floor=floor.floor)


@operation(Permission.SET_SELL_LIMITS)
def set_sell_limits(*, hotel_id: int, change: LimitChange, reason: str = "", actor: Actor, now: datetime) -> int:
    """Set planned overbooking and stop sell of a type for a range of nights; how many nights.

    Locks the nights in order. Raises LimitBelowSold when more is sold than the new limit allows, InvalidInput at the
    field. Publishes SellLimitsSet. Idempotent.
    """
    place = _place(hotel_id, change.room_type)
    _check_range(change.first, change.last, place)
    if change.overbooking is None and change.closed is None:
        raise InvalidInput(field="overbooking", message=_("Nothing is to be changed."))
    if change.overbooking is not None and not 0 <= change.overbooking <= MOST_OVERBOOKING:
        raise InvalidInput(field="overbooking", message=_("A number from 0 to %(most)s."), most=MOST_OVERBOOKING)
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    changed = nights.set_limits(
        hotel_id=hotel_id, room_type_id=place["type_id"], first=change.first, last=change.last,
        overbooking=change.overbooking, closed=change.closed,
    )  # fmt: skip
    record(
        "sell_limits.set", subject="room_type", subject_id=place["type_id"], hotel_id=hotel_id, actor=actor, now=now,
        after={
            "first": change.first, "last": change.last, "overbooking": change.overbooking, "closed": change.closed,
        },
        reason=reason,
        event=SellLimitsSet(hotel_id=hotel_id, room_type_id=place["type_id"], first=change.first, last=change.last),
    )  # fmt: skip
    return changed


@operation(Permission.OPEN_NIGHTS)
def open_nights(*, hotel_id: int, until: date | None = None, actor: Actor, now: datetime) -> int:
    """Put all nights from the hotel day up to `until` (by default the booking horizon) on sale; how many rows.

    Raises InvalidInput at `until`. Publishes NightsOpened. Idempotent: nights that are open stay as they are.
    """
    house = db.fetch_one("SELECT business_date, booking_horizon FROM property_hotel WHERE id = %s", [hotel_id])
    if house is None:
        raise NotFound
    today = house["business_date"]
    last = until if until is not None else today + timedelta(days=house["booking_horizon"])
    if not 0 <= (last - today).days < LONGEST_RANGE:
        raise InvalidInput(field="until")
    made = setup.open_nights(hotel_id=hotel_id, first=today, last=last)
    record(
        "nights.opened", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"last": last, "rows": made}, event=NightsOpened(hotel_id=hotel_id, first=today, last=last),
    )  # fmt: skip
    return made
