"""Reservations as they stand now, locked: where every change begins.

The lock is the raised version itself: one statement holds the hotel day open, locks the reservation, counts the
change and reads its rooms. A refusal afterwards rolls the count back with everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, NotFound
from binzhi.reservations.enums import Status


@dataclass(frozen=True, slots=True)
class LockedRoom:
    """One room of a locked reservation. `today` is the open hotel day; it cannot close before this transaction ends."""

    id: int
    hotel_id: int
    reservation_id: int
    number: str
    version: int
    position: int
    status: str
    room_type_id: int
    priced_type_id: int
    rate_plan_id: int
    priced_type: str
    rate_plan: str
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    guest_id: int | None
    organisation_id: int | None
    room_id: int | None
    folio_id: int | None
    charge_account_id: int | None
    walk_in: bool
    checked_in_at: datetime | None
    guarantee: str
    today: date
    currency: str
    timezone: str
    longest_stay: int
    block_id: int | None
    room_fixed: str
    child_ages: tuple[int, ...]
    extra_beds: int
    types_mixed: bool

    @property
    def nights(self) -> list[date]:
        """All nights of the stay; none for a day use."""
        return nights_between(self.arrival, self.departure)

    @property
    def open_from(self) -> date:
        """The first night that can still be changed: all of a stay to come, tonight and later of one under way."""
        return self.arrival if self.is_reserved else max(self.arrival, self.today)

    @property
    def nights_left(self) -> list[date]:
        """What can still be changed or given back."""
        return nights_between(self.open_from, self.departure)

    @property
    def is_reserved(self) -> bool:
        return self.status == Status.RESERVED

    @property
    def is_in_house(self) -> bool:
        return self.status == Status.IN_HOUSE


def nights_between(first: date, until: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((until - first).days)]


# The rooms are locked too: after a wait they are read as the other transaction left them, not from this snapshot.
_LOCK = """
WITH day AS MATERIALIZED (
    SELECT billing_hold_day(%(hotel)s) AS today
), held AS (
    UPDATE reservations_reservation r SET version = r.version + 1 FROM day
    WHERE r.hotel_id = %(hotel)s AND day.today IS NOT NULL AND {which}
    RETURNING r.id, r.number, r.version, r.organisation_id, r.guarantee, r.guest_id, day.today
)
SELECT rr.id, rr.hotel_id, rr.reservation_id, held.number, held.version, rr.position, rr.status, rr.room_type_id,
       rr.priced_type_id, rr.rate_plan_id, t.code AS priced_type, p.code AS rate_plan, rr.arrival, rr.departure,
       rr.adults, rr.children, rr.infants, rr.guest_id, held.organisation_id, rr.room_id, rr.folio_id,
       rr.charge_account_id, rr.walk_in, rr.checked_in_at, held.guarantee, held.today, h.currency, h.timezone,
       h.longest_stay, rr.block_id, rr.room_fixed, rr.child_ages, rr.extra_beds, rr.types_mixed
FROM held
JOIN reservations_roomreservation rr ON rr.reservation_id = held.id
JOIN property_hotel h ON h.id = rr.hotel_id
JOIN property_roomtype t ON t.id = rr.priced_type_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
ORDER BY rr.position
FOR NO KEY UPDATE OF rr
"""
_BY_RESERVATION = _LOCK.replace("{which}", "r.id = %(id)s")
_BY_ROOM = _LOCK.replace(
    "{which}",
    "r.id = (SELECT x.reservation_id FROM reservations_roomreservation x"
    " WHERE x.id = %(id)s AND x.hotel_id = %(hotel)s)",
)


def lock_reservation(*, hotel_id: int, reservation_id: int, expected_version: int | None = None) -> list[LockedRoom]:
    """All rooms of a reservation. Raises NotFound, and EditConflict when `expected_version` is no longer the last."""
    return _locked(_BY_RESERVATION, hotel_id, reservation_id, expected_version)


def lock_room_reservation(
    *, hotel_id: int, room_reservation_id: int, expected_version: int | None = None
) -> LockedRoom:
    """One room; its whole reservation is locked with it. Raises NotFound, EditConflict."""
    rooms = _locked(_BY_ROOM, hotel_id, room_reservation_id, expected_version)
    return next(room for room in rooms if room.id == room_reservation_id)


def _locked(sql: str, hotel_id: int, key: int, expected_version: int | None) -> list[LockedRoom]:
    rows = db.fetch_all(sql, {"hotel": hotel_id, "id": key})
    if not rows:
        raise NotFound
    rooms = [LockedRoom(**row | {"child_ages": tuple(row["child_ages"])}) for row in rows]
    # The lock itself counted one.
    saved = rooms[0].version - 1
    if expected_version is not None and saved != expected_version:
        raise EditConflict(current={"version": saved, "rooms": [_current(room) for room in rooms]})
    return rooms


def _current(room: LockedRoom) -> dict[str, Any]:
    """The values of a room that a form shows."""
    return {
        "id": room.id, "status": room.status, "room_type": room.priced_type, "rate_plan": room.rate_plan,
        "arrival": room.arrival, "departure": room.departure, "adults": room.adults, "children": room.children,
        "infants": room.infants,
    }  # fmt: skip


_PRICES = """
SELECT room_reservation_id, night, price FROM reservations_staynight
WHERE room_reservation_id = ANY ((SELECT %s::bigint[])::bigint[]) ORDER BY room_reservation_id, night
"""


def agreed_prices(rooms: list[LockedRoom]) -> dict[int, dict[date, Decimal]]:
    """The price agreed for every night, by room reservation."""
    prices: dict[int, dict[date, Decimal]] = {room.id: {} for room in rooms}
    for row in db.fetch_all(_PRICES, [list(prices)]):
        prices[row["room_reservation_id"]][row["night"]] = row["price"]
    return prices
