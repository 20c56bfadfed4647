"""A stay over two rooms: from a night on it has another, planned and held like any night."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.property.errors import RoomSealed
from binzhi.reservations import facts, holding, nights
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import (
    NightCannotSplit,
    NoPrice,
    NoRoomAssigned,
    PriceChanged,
    SplitChangesType,
    SplitChangesTypeUnpriced,
    WrongStatus,
)
from binzhi.reservations.locks import LockedRoom, agreed_prices, nights_between
from binzhi.reservations.requests import RoomRequest
from binzhi.reservations.stay_rows import require_loose, room_refusals, room_taken

_ROOM = """
SELECT r.room_type_id, t.code, t.name AS room_type, r.number,
       s.id IS NOT NULL AND s.stay_id IS DISTINCT FROM %(id)s AS sealed,
       (SELECT n.room_id FROM reservations_roomnight n
        WHERE n.room_reservation_id = %(id)s AND n.night = %(night)s) AS had
FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL
WHERE r.id = %(room)s AND r.hotel_id = %(hotel)s AND r.is_active
"""
_SPLIT = """
WITH freed AS (
    DELETE FROM reservations_roomnight
    WHERE room_reservation_id = %(id)s AND night >= %(night)s AND room_id <> %(room)s
), given AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
    SELECT %(room)s, n.night, %(hotel)s, %(id)s FROM unnest(%(nights)s::date[]) AS n (night) ORDER BY n.night
    ON CONFLICT DO NOTHING RETURNING night
)
SELECT coalesce(array_agg(night), '{}') FROM (
    SELECT night FROM given
    UNION SELECT night FROM reservations_roomnight
    WHERE room_reservation_id = %(id)s AND room_id = %(room)s AND night = ANY (%(nights)s::date[])
) AS held
"""
# What a group kept of the type is the house's again, as after any change of type.
_LEAVE_BLOCK = """
WITH gone AS (
    DELETE FROM reservations_blockpickup
    WHERE room_reservation_id = %s AND night = ANY (%s) AND room_type_id <> %s
    RETURNING block_id, night, room_type_id
)
UPDATE reservations_blocknight n SET picked_up = n.picked_up - 1, rooms = n.rooms - 1
FROM gone g WHERE n.block_id = g.block_id AND n.night = g.night AND n.room_type_id = g.room_type_id
"""
_MIXED = "UPDATE reservations_roomreservation SET types_mixed = true WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePrice:
    """What was answered to `SplitChangesType`: the price agreed stays, or the type's price is asked, at `total`."""

    asked: bool = False
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a split did: the room the night had, and what the stay cost and costs."""

    had: int
    total_before: Decimal
    total: Decimal


def split(*, room_reservation: LockedRoom, night: date, room_id: int, price: TypePrice | None = None) -> Split:
    """Give the stay another room from `night` to its end.

    The first room stays the one it begins in or is in now: the guest moves on the day. Nights in a room of another type
    are counted there; their price stays or becomes that type's, as `price` says. Raises NightCannotSplit (not inside
    the nights still to come), NoRoomAssigned, RoomFixed, SplitChangesType (nothing was said of the price),
    PriceChanged, NoPrice, RoomTypeSoldOut, RoomTypeClosed, RoomSealed, RoomTaken, WrongStatus, NotFound.
    """
    stay = room_reservation
    if stay.status not in (Status.RESERVED, Status.IN_HOUSE):
        raise WrongStatus(status=Status(stay.status).label)
    wanted = db.fetch_one(_ROOM, {"id": stay.id, "night": night, "room": room_id, "hotel": stay.hotel_id})
    if wanted is None:
        raise NotFound(field="room")
    if stay.room_id is None:
        raise NoRoomAssigned
    require_loose(stay)
    if night not in stay.nights_left[1:]:
        raise NightCannotSplit
    if wanted["sealed"]:
        raise RoomSealed(number=wanted["number"])
    later = nights_between(night, stay.departure)
    total_before = total = ZERO
    if stay.types_mixed or wanted["room_type_id"] != stay.room_type_id:
        total_before, total = _change_type(stay, later, wanted, price)
    with room_refusals():
        held = db.fetch_value(
            _SPLIT, {"id": stay.id, "night": night, "room": room_id, "hotel": stay.hotel_id, "nights": later}
        )
    if len(held) != len(later):
        raise room_taken(replace(stay, room_id=room_id), later)
    return Split(had=cast(int, wanted["had"]), total_before=total_before, total=total)


def _change_type(
    stay: LockedRoom, later: list[date], wanted: dict[str, Any], price: TypePrice | None
) -> tuple[Decimal, Decimal]:
    """Counters and prices of the later nights in a room of another type; what the stay cost and costs."""
    type_id = wanted["room_type_id"]
    gone = holding.held(stay, later, -1)
    agreed = agreed_prices([stay])[stay.id]
    before = sum(agreed.values(), ZERO)
    same = all(had == type_id for _night, had in gone)
    if same and not (price and price.asked):
        return before, before
    prices = _prices_of_type(stay, later, wanted["code"])
    after = None if prices is None else before + sum(prices) - sum(agreed[night] for night in later)
    if price is None:
        told = {"number": wanted["number"], "room_type": wanted["room_type"], "total": before}
        raise SplitChangesType(**told, new_total=after) if after is not None else SplitChangesTypeUnpriced(**told)
    nights.take(hotel_id=stay.hotel_id, deltas=nights.merged(gone, nights.deltas_of(later, type_id, 1)))
    if stay.block_id is not None:
        db.execute(_LEAVE_BLOCK, [stay.id, later, type_id])
    db.execute(_MIXED, [stay.id])
    if not price.asked:
        return before, before
    if prices is None or after is None:
        raise NoPrice
    if price.total is not None and price.total != after:
        raise PriceChanged(total=after)
    holding.reprice(stay.id, dict(zip(later, prices, strict=True)))
    holding.name_types(stay.id, dict.fromkeys(later, type_id))
    return before, after


def _prices_of_type(stay: LockedRoom, later: list[date], code: str) -> list[Decimal] | None:
    """What the stay's rate asks for these nights in another type; its restrictions are for new bookings."""
    wanted = RoomRequest(
        room_type=code, rate_plan=stay.rate_plan, arrival=later[0], departure=later[-1] + timedelta(days=1),
        adults=stay.adults, children=stay.children, infants=stay.infants, child_ages=stay.child_ages,
        extra_beds=stay.extra_beds,
    )  # fmt: skip
    known = facts.gather(
        hotel_id=stay.hotel_id, rooms=[wanted], organisation_id=stay.organisation_id, not_before=later[0],
        guest_id=stay.guest_id, promotion_plan_id=stay.rate_plan_id, fields_of_first=True,
    )  # fmt: skip
    return known.rooms[0].prices


_PLANNED = """
SELECT 1 FROM reservations_roomnight WHERE room_reservation_id = %s AND night = %s AND room_id = %s
"""


def is_planned(*, room_reservation: LockedRoom, room_id: int) -> bool:
    """Whether a stay split over types has this room tonight: moving there was agreed when it was split."""
    stay = room_reservation
    return stay.types_mixed and db.fetch_value(_PLANNED, [stay.id, stay.today, room_id]) is not None
