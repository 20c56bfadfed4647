"""Who is waiting: stays past their departure or over their limit, arrivals past their hour or about to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.frontdesk.today.moment import Moment
from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class LateStay:
    """A stay in the house that wants somebody: past its departure, or owing more than it may."""

    kind: str
    total: int
    room_reservation_id: int
    number: str
    room: str
    guest_name: str
    departure: date
    folio: str
    balance: Decimal
    allowed: Decimal


# A company or a card stands behind the bill in other ways than a deposit, so those are not measured against it.
_LATE_STAYS = """
WITH stays AS (
    SELECT s.id AS room_reservation_id, v.number, r.number AS room, coalesce(g.name, v.booker_name) AS guest_name,
           s.departure, coalesce(f.number, '') AS folio, coalesce(a.owed, 0) AS balance,
           coalesce(a.deposit, 0) + coalesce(a.credit, 0) AS allowed, v.guarantee, a.credit
    FROM reservations_roomreservation s
    JOIN reservations_reservation v ON v.id = s.reservation_id
    JOIN property_room r ON r.id = s.room_id
    LEFT JOIN guests_guest g ON g.id = coalesce(s.guest_id, v.guest_id)
    LEFT JOIN billing_folio f ON f.id = s.folio_id
    LEFT JOIN LATERAL (
        SELECT sum(balance) FILTER (WHERE kind = 'folio') AS owed,
               -sum(balance) FILTER (WHERE kind = 'deposit') AS deposit,
               sum(credit_limit) FILTER (WHERE kind = 'folio') AS credit
        FROM billing_account WHERE folio_id = s.folio_id
    ) a ON true
    WHERE s.hotel_id = %(hotel)s AND s.status = 'in_house'
), wanted AS (
    SELECT 'departure' AS kind, stays.* FROM stays WHERE departure < %(late_before)s
    UNION ALL
    SELECT 'limit', stays.* FROM stays
    WHERE balance > allowed AND (credit IS NOT NULL OR guarantee IN ('none', 'deposit'))
      AND departure >= %(late_before)s
)
SELECT kind, total, room_reservation_id, number, room, guest_name, departure, folio, balance, allowed
FROM (
    SELECT wanted.*, count(*) OVER (PARTITION BY kind) AS total,
           row_number() OVER (PARTITION BY kind ORDER BY departure, balance - allowed DESC, room) AS place
    FROM wanted
) ranked
WHERE place <= %(shown)s
ORDER BY kind, place
"""


def late_stays(moment: Moment) -> list[LateStay]:
    return [LateStay(**row) for row in db.fetch_all(_LATE_STAYS, moment.params)]


@dataclass(frozen=True, slots=True)
class DueArrival:
    """Arrivals of one reservation that want somebody now or within the hour; `at` is the hour promised."""

    kind: str
    total: int
    total_rooms: int
    reservation_id: int
    number: str
    guest_name: str
    marked: str
    vip_level: str
    vip_rank: int
    at: datetime
    expected: bool
    rooms: int
    guests: int
    assigned: int
    room: str
    room_state: str
    room_type: str
    room_type_en: str


# Promised is the hour the guest named, else the hour from which rooms are ready.
_DUE_ARRIVALS = """
WITH due AS (
    SELECT s.reservation_id, v.number, coalesce(g.name, v.booker_name) AS guest_name, coalesce(g.marked, '') AS marked,
           coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank,
            v.guarantee, v.expected_at IS NOT NULL AS expected,
           min(s.arrival) + coalesce(v.expected_at, %(check_in)s::time) AS at,
           count(*) AS rooms, sum(s.adults + s.children + s.infants)::int AS guests, count(s.room_id) AS assigned,
           coalesce(min(r.number), '') AS room, coalesce(min(r.housekeeping), '') AS room_state,
           min(t.name) AS room_type, min(t.name_en) AS room_type_en
    FROM reservations_roomreservation s
    JOIN reservations_reservation v ON v.id = s.reservation_id
    JOIN property_roomtype t ON t.id = s.room_type_id
    LEFT JOIN property_room r ON r.id = s.room_id
    LEFT JOIN guests_guest g ON g.id = v.guest_id
    WHERE s.hotel_id = %(hotel)s AND s.status = 'reserved' AND s.arrival <= %(today)s
    GROUP BY s.reservation_id, v.id, g.id
), wanted AS (
    SELECT 'unassigned' AS kind, due.* FROM due WHERE assigned < rooms AND at <= %(now)s
    UNION ALL
    SELECT 'past_hold', due.* FROM due WHERE guarantee = 'none' AND %(hold_passed)s AND at <= %(now)s
    UNION ALL
    SELECT 'next', due.* FROM due WHERE expected AND at > %(now)s AND at <= %(now)s + interval '1 hour'
    UNION ALL
    SELECT 'vip', due.* FROM due WHERE vip_level <> ''
)
SELECT kind, total, total_rooms, reservation_id, number, guest_name, marked, vip_level, vip_rank, at, expected, rooms,
       guests, assigned, room, room_state, room_type, room_type_en
FROM (
    SELECT wanted.*, count(*) OVER (PARTITION BY kind) AS total,
           sum(CASE WHEN kind = 'unassigned' THEN rooms - assigned ELSE rooms END)
               OVER (PARTITION BY kind)::int AS total_rooms,
           row_number() OVER (PARTITION BY kind ORDER BY at, number) AS place
    FROM wanted
) ranked
WHERE place <= %(shown)s
ORDER BY kind, place
"""


def due_arrivals(moment: Moment) -> list[DueArrival]:
    return [DueArrival(**row) for row in db.fetch_all(_DUE_ARRIVALS, moment.params)]
