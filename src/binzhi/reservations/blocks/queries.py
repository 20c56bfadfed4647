"""Groups as screens and programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.queries import localised

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A group in the list; the numbers are room nights."""

    id: int
    number: str
    name: str
    status: str
    organisation: str
    arrival: date
    departure: date
    cut_off: date | None
    released: bool
    agreed: int
    rooms: int
    picked_up: int

    @property
    def left(self) -> int:
        return self.rooms - self.picked_up

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days


_LIST = """
SELECT b.id, b.number, b.name, b.status, coalesce(o.name, '') AS organisation, b.arrival, b.departure, b.cut_off,
       b.released_at IS NOT NULL AS released, coalesce(n.agreed, 0)::integer AS agreed,
       coalesce(n.rooms, 0)::integer AS rooms, coalesce(n.picked_up, 0)::integer AS picked_up
FROM reservations_block b
LEFT JOIN guests_organisation o ON o.id = b.organisation_id
LEFT JOIN LATERAL (
    SELECT sum(agreed) AS agreed, sum(rooms) AS rooms, sum(picked_up) AS picked_up
    FROM reservations_blocknight n WHERE n.block_id = b.id
) n ON true
WHERE b.hotel_id = %(hotel)s
  AND (%(status)s::text = '' OR b.status = ANY (string_to_array(%(status)s::text, ' ')))
  AND (%(from)s::date IS NULL OR b.departure > %(from)s::date)
  AND (%(text)s::text = '' OR b.number = upper(%(text)s::text) OR strpos(lower(b.name), lower(%(text)s::text)) > 0
       OR strpos(lower(o.name), lower(%(text)s::text)) > 0)
ORDER BY b.arrival, b.id LIMIT %(limit)s OFFSET %(offset)s
"""


def block_list(
    *, hotel_id: int, status: str = "", departs_after: date | None = None, text: str = "", limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[BlockRow]:  # fmt: skip
    """Groups by arrival, in one statement; `status` names one or several, by blanks."""
    params = {
        "hotel": hotel_id, "status": status, "from": departs_after, "text": text, "limit": limit, "offset": offset,
    }  # fmt: skip
    return [BlockRow(**row) for row in db.fetch_all(_LIST, params)]


@dataclass(frozen=True, slots=True)
class BlockCellView:
    """`free` is what the house could add on that night."""

    night: date
    room_type: str
    agreed: int
    rooms: int
    picked_up: int
    price: Decimal | None
    single_price: Decimal | None
    extra_adult: Decimal
    free: int

    @property
    def left(self) -> int:
        return self.rooms - self.picked_up


@dataclass(frozen=True, slots=True)
class BlockRoomView:
    """A room somebody is named for."""

    room_reservation_id: int
    number: str
    status: str
    guest_id: int | None
    guest: str
    room_type: str
    arrival: date
    departure: date
    adults: int
    children: int
    room: str
    has_document: bool
    folio: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class BlockView:
    """A group with its nights and rooms."""

    id: int
    number: str
    name: str
    status: str
    version: int
    arrival: date
    departure: date
    cut_off: date | None
    released_at: datetime | None
    rate_plan: str
    rate_plan_name: str
    organisation_id: int | None
    organisation: str
    contract_until: date | None
    guest_id: int | None
    guest: str
    market: str
    source: str
    note: str
    end_reason: str
    booked_on: date
    decided_on: date | None
    folio_id: int | None
    folio: str
    master_balance: Decimal
    room_to_master: bool
    to_master: Sequence[str]
    cells: Sequence[BlockCellView]

    @property
    def nights(self) -> list[date]:
        return [self.arrival + timedelta(days=offset) for offset in range((self.departure - self.arrival).days)]

    @property
    def released(self) -> bool:
        return self.released_at is not None


_BLOCK = """
SELECT b.id, b.number, b.name, b.status, b.version, b.arrival, b.departure, b.cut_off, b.released_at,
       p.code AS rate_plan, p.name AS plan_name, p.name_en AS plan_name_en, b.organisation_id,
       coalesce(o.name, '') AS organisation, o.contract_until, b.guest_id, coalesce(g.name, '') AS guest, b.market,
       b.source, b.note, b.end_reason, b.booked_on, b.decided_on, b.folio_id, coalesce(f.number, '') AS folio,
       coalesce((SELECT sum(a.balance) FROM billing_account a WHERE a.folio_id = b.folio_id AND a.kind = 'folio'), 0)
           AS master_balance, b.room_to_master, b.to_master
FROM reservations_block b
JOIN reservations_rateplan p ON p.id = b.rate_plan_id
LEFT JOIN guests_organisation o ON o.id = b.organisation_id
LEFT JOIN guests_guest g ON g.id = b.guest_id
LEFT JOIN billing_folio f ON f.id = b.folio_id
WHERE b.hotel_id = %s AND b.id = %s
"""
_CELLS = """
SELECT n.night, t.code AS room_type, n.agreed, n.rooms, n.picked_up, n.price, n.single_price, n.extra_adult,
       greatest(coalesce(h.rooms - h.out_of_order + h.overbooking - h.sold - h.held, 0), 0) AS free
FROM reservations_blocknight n
JOIN property_roomtype t ON t.id = n.room_type_id
LEFT JOIN reservations_night h ON h.night = n.night AND h.hotel_id = n.hotel_id AND h.room_type_id = n.room_type_id
WHERE n.hotel_id = %s AND n.block_id = %s ORDER BY n.night, t.position, t.code
"""


def block_view(*, hotel_id: int, block_id: int) -> BlockView:
    """One group, in two statements. Raises NotFound."""
    row = db.fetch_one(_BLOCK, [hotel_id, block_id])
    if row is None:
        raise NotFound
    row["rate_plan_name"] = localised(row.pop("plan_name"), row.pop("plan_name_en"))
    return BlockView(**row, cells=[BlockCellView(**cell) for cell in db.fetch_all(_CELLS, [hotel_id, block_id])])


_FREE = """
SELECT n.night, t.code, n.rooms - n.out_of_order + n.overbooking - n.sold - n.held AS free
FROM reservations_night n JOIN property_roomtype t ON t.id = n.room_type_id
WHERE n.hotel_id = %s AND n.night = ANY (%s) AND t.is_active
"""


def free_rooms(*, hotel_id: int, nights: Sequence[date]) -> dict[tuple[date, str], int]:
    """What the house has left, by night and type: one statement."""
    return {(row["night"], row["code"]): row["free"] for row in db.fetch_all(_FREE, [hotel_id, list(nights)])}


_ROOMS = """
SELECT rr.id AS room_reservation_id, r.number, rr.status, coalesce(rr.guest_id, r.guest_id) AS guest_id,
       coalesce(g.name, r.booker_name) AS guest, t.code AS room_type, rr.arrival, rr.departure, rr.adults, rr.children,
       coalesce(o.number, '') AS room,
       EXISTS (SELECT 1 FROM guests_guestdocument d WHERE d.guest_id = coalesce(rr.guest_id, r.guest_id))
           AS has_document,
       coalesce(f.number, '') AS folio,
       coalesce((SELECT sum(a.balance) FROM billing_account a WHERE a.folio_id = rr.folio_id AND a.kind = 'folio'), 0)
           AS balance
FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.room_type_id
LEFT JOIN property_room o ON o.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, r.guest_id)
LEFT JOIN billing_folio f ON f.id = rr.folio_id
WHERE rr.hotel_id = %s AND rr.block_id = %s
ORDER BY rr.arrival, o.number NULLS LAST, rr.id LIMIT 1000
"""


def block_rooms(*, hotel_id: int, block_id: int) -> list[BlockRoomView]:
    """Everybody named for a room of the group, one statement."""
    return [BlockRoomView(**row) for row in db.fetch_all(_ROOMS, [hotel_id, block_id])]


@dataclass(frozen=True, slots=True)
class PaceDay:
    """Room nights that were picked up by bookings of one hotel day, and all until then."""

    day: date
    picked_up: int
    so_far: int


_PACE = """
SELECT day, picked_up::integer, sum(picked_up) OVER (ORDER BY day)::integer AS so_far FROM (
    SELECT r.booked_on AS day, count(*) AS picked_up
    FROM reservations_blockpickup p
    JOIN reservations_roomreservation rr ON rr.id = p.room_reservation_id
    JOIN reservations_reservation r ON r.id = rr.reservation_id
    WHERE p.hotel_id = %s AND p.block_id = %s GROUP BY r.booked_on
) d ORDER BY day
"""


def pace(*, hotel_id: int, block_id: int) -> list[PaceDay]:
    """How the group took up its rooms, day by day of booking; what was cancelled since is left out."""
    return [PaceDay(**row) for row in db.fetch_all(_PACE, [hotel_id, block_id])]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of a group offers."""

    plans: Sequence[tuple[str, str]]
    markets: Sequence[tuple[str, str]]
    sources: Sequence[tuple[str, str]]


_PLANS = (
    "SELECT code, name, name_en FROM reservations_rateplan WHERE hotel_id = %s AND is_active ORDER BY position, code"
)
_CODES = """
SELECT kind, code, name, name_en FROM reservations_code
WHERE hotel_id = %s AND is_active AND kind IN ('market', 'source') ORDER BY position, code
"""


def choices(hotel_id: int) -> Choices:
    """Two statements."""

    def label(row: dict[str, Any]) -> tuple[str, str]:
        return row["code"], localised(row["name"], row["name_en"])

    codes = db.fetch_all(_CODES, [hotel_id])
    return Choices(
        [label(row) for row in db.fetch_all(_PLANS, [hotel_id])],
        [label(row) for row in codes if row["kind"] == "market"],
        [label(row) for row in codes if row["kind"] == "source"],
    )


_ANNOUNCED = """
SELECT e.room_reservation_id, g.name FROM reservations_expectedguest e
JOIN reservations_roomreservation rr ON rr.id = e.room_reservation_id
JOIN guests_guest g ON g.id = e.guest_id
WHERE e.hotel_id = %s AND rr.block_id = %s ORDER BY e.room_reservation_id, e.position
"""


def announced(*, hotel_id: int, block_id: int) -> dict[int, list[str]]:
    """Names announced for each room, one statement."""
    found: dict[int, list[str]] = {}
    for row in db.fetch_all(_ANNOUNCED, [hotel_id, block_id]):
        found.setdefault(row["room_reservation_id"], []).append(row["name"])
    return found
