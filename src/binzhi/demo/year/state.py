"""Where the year stands, asked of the tables alone: a run that was killed goes on from its last commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from binzhi.demo.plan import Plan, Planned
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import unit_of_work

T = TypeVar("T")
BATCH = 40
Remember = Callable[[], None]


@dataclass(slots=True, eq=False)
class Stay:
    """One room of a booking that is expected or in house."""

    planned: Planned
    id: int
    reservation_id: int
    room_type: str
    arrival: date
    departure: date
    room: int | None = None
    folio: int | None = None
    account: int | None = None


@dataclass(slots=True)
class House:
    """The hotel as its tables say it stands."""

    hotel_id: int
    today: date
    free: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    left: dict[tuple[str, date], int] = field(default_factory=dict)
    expected: dict[date, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    in_house: list[Stay] = field(default_factory=list)
    booked: set[int] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def has_room(self, code: str, arrival: date, departure: date, rooms: int = 1) -> bool:
        return all(self.left.get((code, night), 0) >= rooms for night in _nights(arrival, departure))

    def sell(self, code: str, arrival: date, departure: date, rooms: int = 1) -> None:
        for night in _nights(arrival, departure):
            self.left[code, night] = self.left.get((code, night), 0) - rooms

    def each(self, items: Iterable[T], act: Callable[[T], Remember]) -> None:
        """Do the same for all, many in one transaction; who is refused is counted and takes no other along."""
        rest = list(items)
        for start in range(0, len(rest), BATCH):
            batch: Sequence[T] = rest[start : start + BATCH]
            try:
                with unit_of_work():
                    done = [act(item) for item in batch]
            except DomainError:
                done = [*filter(None, (self._alone(item, act) for item in batch))]
            for remember in done:
                remember()

    def _alone(self, item: T, act: Callable[[T], Remember]) -> Remember | None:
        try:
            return act(item)
        except DomainError as refusal:
            self.refused[refusal.code] += 1
            return None


def _nights(arrival: date, departure: date) -> Iterable[date]:
    return (arrival + timedelta(days=offset) for offset in range((departure - arrival).days))


_STAYS = """
SELECT v.channel_number::bigint AS number, r.id, r.reservation_id, t.code AS room_type, r.arrival, r.departure,
       r.status, r.room_id AS room, r.folio_id AS folio, r.charge_account_id AS account
FROM reservations_reservation v
JOIN reservations_roomreservation r ON r.reservation_id = v.id
JOIN property_roomtype t ON t.id = r.room_type_id
WHERE v.hotel_id = %s AND v.channel_number IS NOT NULL ORDER BY r.id
"""
_FREE = """
SELECT t.code, r.id FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id
WHERE r.hotel_id = %(hotel)s
  AND NOT EXISTS (SELECT FROM reservations_roomreservation s WHERE s.room_id = r.id AND s.status = 'in_house')
  AND NOT EXISTS (SELECT FROM reservations_outoforder o WHERE o.room_id = r.id AND o.returned_at IS NULL
                  AND o.start <= %(day)s AND o.until > %(day)s)
ORDER BY r.number DESC
"""
_LEFT = """
SELECT t.code, n.night, n.rooms - n.out_of_order - n.sold - n.held AS rooms
FROM reservations_night n JOIN property_roomtype t ON t.id = n.room_type_id WHERE n.hotel_id = %s AND n.night >= %s
"""


def take_stock(hotel_id: int, plan: Plan) -> House:
    """The house as it stands now, in four statements."""
    today: date = db.fetch_value("SELECT business_date FROM property_hotel WHERE id = %s", [hotel_id])
    house = House(hotel_id=hotel_id, today=today)
    planned = {booking.number: booking for booking in plan}
    for row in db.fetch_all(_STAYS, [hotel_id]):
        number, status = row.pop("number"), row.pop("status")
        house.booked.add(number)
        stay = Stay(planned[number], **row)
        if status == "in_house":
            house.in_house.append(stay)
        elif status == "reserved":
            house.expected[stay.arrival].append(stay)
    count_free(house)
    house.left = {(row["code"], row["night"]): row["rooms"] for row in db.fetch_all(_LEFT, [hotel_id, today])}
    return house


def count_free(house: House) -> None:
    """Which rooms may be given today."""
    house.free = defaultdict(list)
    for row in db.fetch_all(_FREE, {"hotel": house.hotel_id, "day": house.today}):
        house.free[row["code"]].append(row["id"])


_OWED = """
SELECT a.folio_id, coalesce(sum(a.balance) FILTER (WHERE a.kind = 'folio'), 0) AS owed,
       coalesce(-sum(a.balance) FILTER (WHERE a.kind = 'deposit'), 0) AS deposit
FROM billing_account a WHERE a.folio_id = ANY (%s) GROUP BY a.folio_id
"""


def owed(stays: Sequence[Stay]) -> dict[int, tuple[Decimal, Decimal]]:
    """What each bill owes and what is held for it."""
    rows = db.fetch_all(_OWED, [[stay.folio for stay in stays if stay.folio]])
    known = {row["folio_id"]: (row["owed"], row["deposit"]) for row in rows}
    return {stay.id: known.get(stay.folio or 0, (ZERO, ZERO)) for stay in stays}
