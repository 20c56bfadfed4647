"""A group's rows, locked; and the one way in which what it keeps is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, NotFound
from binzhi.reservations import nights
from binzhi.reservations.enums import BlockStatus

OVER = frozenset({BlockStatus.LOST.value, BlockStatus.REFUSED.value, BlockStatus.CANCELLED.value})


@dataclass(frozen=True, slots=True)
class LockedBlock:
    """A group as it stands. `today` is the open hotel day; it cannot close before this transaction ends."""

    id: int
    hotel_id: int
    number: str
    name: str
    version: int
    status: str
    arrival: date
    departure: date
    cut_off: date | None
    released: bool
    rate_plan: str
    organisation_id: int | None
    guest_id: int | None
    market: str
    source: str
    folio_id: int | None
    today: date
    currency: str
    longest_stay: int
    booking_horizon: int

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def holds(self) -> bool:
        """Whether what is left is kept out of what is for sale."""
        return self.status == BlockStatus.DEFINITE


@dataclass(frozen=True, slots=True)
class NightRow:
    """Rooms of one type on one night of a group."""

    agreed: int
    rooms: int
    picked_up: int
    price: Decimal | None
    single_price: Decimal | None
    extra_adult: Decimal

    @property
    def left(self) -> int:
        return self.rooms - self.picked_up

    def with_rooms(self, rooms: int) -> NightRow:
        """More than was ever agreed is agreed by being written."""
        return replace(self, rooms=rooms, agreed=max(self.agreed, rooms))


Rows = dict[nights.Key, NightRow]

# The lock is the raised version itself, as it is of a reservation.
_LOCK = """
WITH day AS MATERIALIZED (
    SELECT billing_hold_day(%(hotel)s) AS today
), held AS (
    UPDATE reservations_block b SET version = b.version + 1 FROM day
    WHERE b.hotel_id = %(hotel)s AND b.id = %(id)s AND day.today IS NOT NULL
    RETURNING b.*, day.today
)
SELECT b.id, b.hotel_id, b.number, b.name, b.version, b.status, b.arrival, b.departure, b.cut_off,
       b.released_at IS NOT NULL AS released, p.code AS rate_plan, b.organisation_id, b.guest_id, b.market, b.source,
       b.folio_id, b.today, h.currency, h.longest_stay, h.booking_horizon
FROM held b JOIN property_hotel h ON h.id = b.hotel_id JOIN reservations_rateplan p ON p.id = b.rate_plan_id
"""
_ROWS = """
SELECT night, room_type_id, agreed, rooms, picked_up, price, single_price, extra_adult
FROM reservations_blocknight WHERE block_id = %s ORDER BY night, room_type_id
"""


def lock(*, hotel_id: int, block_id: int, expected_version: int | None = None) -> LockedBlock:
    """Lock a group. Raises NotFound, and EditConflict when `expected_version` is no longer the last."""
    row = db.fetch_one(_LOCK, {"hotel": hotel_id, "id": block_id})
    if row is None:
        raise NotFound
    block = LockedBlock(**row)
    saved = block.version - 1
    if expected_version is not None and saved != expected_version:
        raise EditConflict(current={"version": saved, "status": block.status})
    return block


def read(block: LockedBlock, more: Sequence[nights.Key] = ()) -> Rows:
    """The group's nights as they stand, with the house's nights (and those of `more`) locked first: a room of the
    group that is cancelled at the same time counts before or after, never in between."""
    keys = [(row["night"], row["room_type_id"]) for row in db.fetch_all(_ROWS, [block.id])]
    nights.hold_still(hotel_id=block.hotel_id, keys=[*keys, *more])
    return {
        (row["night"], row["room_type_id"]): NightRow(
            row["agreed"], row["rooms"], row["picked_up"], row["price"], row["single_price"], row["extra_adult"]
        )
        for row in db.fetch_all(_ROWS, [block.id])
    }


# Nights that are gone keep what they held: nobody can be sold them any more.
def held_by(rows: Mapping[nights.Key, NightRow], *, holds: bool, today: date) -> dict[nights.Key, int]:
    if not holds:
        return {}
    return {key: row.left for key, row in rows.items() if row.left and key[0] >= today}


_WRITE = """
INSERT INTO reservations_blocknight AS n (
    block_id, hotel_id, night, room_type_id, agreed, rooms, picked_up, price, single_price, extra_adult)
SELECT %(block)s, %(hotel)s, a.night, a.type, a.agreed, a.rooms, 0, a.price, a.single_price, a.extra
FROM unnest(%(nights)s::date[], %(types)s::bigint[], %(agreed)s::integer[], %(rooms)s::integer[], %(prices)s::numeric[],
    %(singles)s::numeric[], %(extras)s::numeric[]) AS a (night, type, agreed, rooms, price, single_price, extra)
ORDER BY a.night, a.type
ON CONFLICT (block_id, night, room_type_id) DO UPDATE SET agreed = EXCLUDED.agreed, rooms = EXCLUDED.rooms,
    price = EXCLUDED.price, single_price = EXCLUDED.single_price, extra_adult = EXCLUDED.extra_adult
"""
_DROP = """
DELETE FROM reservations_blocknight n USING unnest(%(nights)s::date[], %(types)s::bigint[]) AS a (night, type)
WHERE n.block_id = %(block)s AND n.night = a.night AND n.room_type_id = a.type
"""


def put(block: LockedBlock, before: Rows, after: Rows, *, holds: bool) -> None:
    """Make the group's nights `after`; what the house holds for it follows, by net change and never oversold.

    `holds`: whether it keeps rooms afterwards (it did as its status says). Raises RoomTypeSoldOut, RoomTypeClosed,
    NotOnSale.
    """
    was = held_by(before, holds=block.holds, today=block.today)
    will = held_by(after, holds=holds, today=block.today)
    change = {key: will.get(key, 0) - was.get(key, 0) for key in {*was, *will}}
    nights.shift(hotel_id=block.hotel_id, sold={}, held=change)
    gone = sorted(before.keys() - after.keys())
    if gone:
        db.execute(
            _DROP, {"block": block.id, "nights": [night for night, _t in gone], "types": [kind for _n, kind in gone]}
        )
    written = sorted(key for key, row in after.items() if before.get(key) != row)
    if written:
        rows = [after[key] for key in written]
        db.execute(
            _WRITE,
            {
                "block": block.id, "hotel": block.hotel_id, "nights": [key[0] for key in written],
                "types": [key[1] for key in written], "agreed": [row.agreed for row in rows],
                "rooms": [row.rooms for row in rows], "prices": [row.price for row in rows],
                "singles": [row.single_price for row in rows], "extras": [row.extra_adult for row in rows],
            },
        )  # fmt: skip


def nights_of(arrival: date, departure: date) -> list[date]:
    return [arrival + timedelta(days=offset) for offset in range((departure - arrival).days)]
