"""Which counters the nights of a stay stand in: by the room of each night where it was split over types.

A stay that was never split over types stands in those of its type, and nothing is asked of the database for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from binzhi.kernel import db
from binzhi.reservations import nights
from binzhi.reservations.locks import LockedRoom

Deltas = dict[tuple[date, int], int]

_TYPES = """
SELECT n.room_reservation_id AS id, n.night, r.room_type_id
FROM reservations_roomnight n JOIN property_room r ON r.id = n.room_id
WHERE n.room_reservation_id = ANY (%s)
"""


def types_by_night(stays: Sequence[int]) -> dict[int, dict[date, int]]:
    """The type of the room each stay has on each of its nights."""
    found: dict[int, dict[date, int]] = {stay: {} for stay in stays}
    for row in db.fetch_all(_TYPES, [list(stays)]) if stays else []:
        found[row["id"]][row["night"]] = row["room_type_id"]
    return found


def held(stay: LockedRoom, wanted: Sequence[date], delta: int) -> Deltas:
    """The change of the counters when these nights of the stay are taken or given back."""
    types = types_by_night([stay.id])[stay.id] if stay.types_mixed else {}
    return {(night, types.get(night, stay.room_type_id)): delta for night in wanted}


def carried(before: LockedRoom, after: LockedRoom) -> tuple[Deltas, LockedRoom]:
    """The net change of the counters when `before` becomes `after`; and `after` with the type it then begins in.

    It follows `rewrite`: nights kept stay in their room, nights added after the end are in the last one, all others in
    the room of the stay. With another room all that is left is there.
    """
    gone = held(before, before.nights_left, -1)
    if not before.types_mixed or after.room_id != before.room_id:
        return nights.merged(gone, nights.deltas_of(after.nights_left, after.room_type_id, 1)), after
    had = types_by_night([before.id])[before.id]
    last = had.get(before.departure - timedelta(days=1), before.room_type_id)
    grown = after.arrival < before.departure

    def type_of(night: date) -> int:
        beyond = last if grown and night >= before.departure else before.room_type_id
        return had.get(night, beyond)

    taken = {(night, type_of(night)): 1 for night in after.nights_left}
    if before.is_reserved:
        after = replace(after, room_type_id=type_of(after.arrival))
    return nights.merged(gone, taken), after


_PRICED = """
SELECT n.night, n.priced_type_id AS id, t.code
FROM reservations_staynight n JOIN property_roomtype t ON t.id = n.priced_type_id
WHERE n.room_reservation_id = %s ORDER BY n.night
"""


def priced_types(stay: LockedRoom) -> dict[date, tuple[int, str]]:
    """Nights whose price was agreed for another type than the stay's: that type's id and code."""
    if not stay.types_mixed:
        return {}
    return {row["night"]: (row["id"], row["code"]) for row in db.fetch_all(_PRICED, [stay.id])}


def priced_as(stay: LockedRoom, types: Mapping[date, tuple[int, str]], night: date) -> tuple[int, str]:
    """For which type a night is priced: a night that is added goes by the last one agreed."""
    last = max(stay.departure, stay.arrival + timedelta(days=1)) - timedelta(days=1)
    return types.get(min(night, last), (stay.priced_type_id, stay.priced_type))


_NAME = """
UPDATE reservations_staynight n SET priced_type_id = nullif(t.type_id, rr.priced_type_id)
FROM unnest(%(nights)s::date[], %(types)s::bigint[]) AS t (night, type_id)
JOIN reservations_roomreservation rr ON rr.id = %(id)s
WHERE n.room_reservation_id = rr.id AND n.night = t.night
"""
_REPRICE = """
UPDATE reservations_staynight n SET price = p.price, agreed_at = statement_timestamp()
FROM unnest(%(nights)s::date[], %(prices)s::numeric[]) AS p (night, price)
WHERE n.room_reservation_id = %(id)s AND n.night = p.night
"""


def name_types(stay_id: int, types: Mapping[date, int]) -> None:
    """Keep for which type the price of each of these nights was agreed."""
    if types:
        db.execute(_NAME, {"id": stay_id, "nights": list(types), "types": list(types.values())})


def reprice(stay_id: int, prices: Mapping[date, Decimal]) -> None:
    """Write other prices for nights of a stay."""
    db.execute(_REPRICE, {"id": stay_id, "nights": list(prices), "prices": list(prices.values())})
