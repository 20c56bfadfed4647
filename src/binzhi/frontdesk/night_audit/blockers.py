"""What must be settled before a day can be closed, and what the audit is going to do. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing to settle. `kind`: due_out, no_account, no_price, unsettled; `total` counts those of its kind."""

    kind: str
    total: int
    room_reservation_id: int
    reservation: str
    room: str
    guest_name: str
    departure: date
    folio: str
    balance: Decimal


# Due out and still here; in house without a window that takes the room charge; in house without an agreed price for
# tonight; checked out with a bill that is open and not at zero. Those in house are gone through once for all three.
_BLOCKERS = """
WITH house AS MATERIALIZED (
    SELECT r.id, r.reservation_id, r.room_id, r.guest_id, r.departure, r.folio_id, a.id AS account_id,
           n.night AS priced_night
    FROM reservations_roomreservation r
    LEFT JOIN billing_account a ON a.id = r.charge_account_id AND a.is_open
    LEFT JOIN reservations_staynight n ON n.room_reservation_id = r.id AND n.night = %(day)s
    WHERE r.hotel_id = %(hotel)s AND r.status = 'in_house'
      AND (r.departure <= %(day)s OR a.id IS NULL OR n.night IS NULL)
), found AS (
    SELECT 'due_out' AS kind, id, reservation_id, room_id, guest_id, departure, folio_id
    FROM house WHERE departure <= %(day)s
    UNION ALL
    SELECT 'no_account', id, reservation_id, room_id, guest_id, departure, folio_id
    FROM house WHERE departure > %(day)s AND account_id IS NULL
    UNION ALL
    SELECT 'no_price', id, reservation_id, room_id, guest_id, departure, folio_id
    FROM house WHERE departure > %(day)s AND priced_night IS NULL
    UNION ALL
    SELECT 'unsettled', r.id, r.reservation_id, r.room_id, r.guest_id, r.departure, r.folio_id
    FROM billing_folio f
    JOIN reservations_roomreservation r ON r.folio_id = f.id AND r.status = 'checked_out'
    WHERE f.hotel_id = %(hotel)s AND f.closed_at IS NULL
      AND EXISTS (SELECT 1 FROM billing_account a WHERE a.folio_id = f.id AND a.balance <> 0)
), ranked AS (
    SELECT found.*, count(*) OVER (PARTITION BY kind) AS total,
           row_number() OVER (PARTITION BY kind ORDER BY id) AS place
    FROM found
)
SELECT k.kind, k.total, k.id AS room_reservation_id, v.number AS reservation, coalesce(m.number, '') AS room,
       coalesce(g.name, v.booker_name) AS guest_name, k.departure, coalesce(f.number, '') AS folio,
       coalesce((SELECT sum(a.balance) FROM billing_account a WHERE a.folio_id = k.folio_id), 0) AS balance
FROM ranked k
JOIN reservations_reservation v ON v.id = k.reservation_id
LEFT JOIN property_room m ON m.id = k.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(k.guest_id, v.guest_id)
LEFT JOIN billing_folio f ON f.id = k.folio_id
WHERE k.place <= %(shown)s
ORDER BY k.kind, m.number, k.id
"""


def blockers(*, hotel_id: int, business_date: date) -> list[Blocker]:
    """What must be settled first, at most fifty of each kind, in one statement."""
    return [
        Blocker(**row) for row in db.fetch_all(_BLOCKERS, {"hotel": hotel_id, "day": business_date, "shown": SHOWN})
    ]


def count_of(found: Sequence[Blocker]) -> int:
    """How many there are of all kinds, those not shown included."""
    return sum({blocker.kind: blocker.total for blocker in found}.values())
