"""The figures beside a guest's name, and what an organisation brought by years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.guests.facts import YearOfProduction
from binzhi.kernel import db

_FIGURES = """
WITH stay AS MATERIALIZED (
    SELECT id, status, arrival, departure, room_id, folio_id FROM reservations_roomreservation
    WHERE guest_id = %(guest)s
)
SELECT next.arrival AS next_on, next.nights AS next_nights, next.room AS next_room, next.here,
       last.arrival AS last_on, last.nights AS last_nights, last.room AS last_room,
       every.stays, every.nights, every.first_on, spent.year AS year_spend
FROM (SELECT count(*) AS stays, coalesce(sum(greatest(departure - arrival, 0)), 0) AS nights, min(arrival) AS first_on
      FROM stay WHERE status IN ('checked_out', 'in_house')) every
LEFT JOIN (SELECT s.arrival, s.departure - s.arrival AS nights, coalesce(room.number, '') AS room,
                  s.status = 'in_house' AS here
           FROM stay s LEFT JOIN property_room room ON room.id = s.room_id
           WHERE s.status = 'in_house' OR (s.status = 'reserved' AND s.departure >= %(today)s)
           ORDER BY s.status, s.arrival LIMIT 1) next ON true
LEFT JOIN (SELECT s.arrival, s.departure - s.arrival AS nights, coalesce(room.number, '') AS room
           FROM stay s LEFT JOIN property_room room ON room.id = s.room_id
           WHERE s.status = 'checked_out' ORDER BY s.departure DESC, s.id DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT sum(l.amount) AS year FROM billing_transaction t
    JOIN billing_line l ON l.transaction_id = t.id
    JOIN billing_account a ON a.id = l.account_id AND a.folio_id = t.folio_id AND a.kind = 'folio'
    LEFT JOIN billing_transaction o ON o.id = t.reverses_id
    WHERE t.folio_id = ANY (ARRAY(SELECT folio_id FROM stay WHERE folio_id IS NOT NULL AND departure >= %(since)s))
      AND t.business_date >= %(since)s AND (t.kind = 'charge' OR (t.kind = 'reversal' AND o.kind = 'charge'))
) spent ON %(money)s
"""
_PRODUCTION = """
SELECT extract(year FROM rr.arrival)::int AS year, count(DISTINCT r.id) AS bookings,
       coalesce(sum(greatest(rr.departure - rr.arrival, 0)), 0) AS nights,
       coalesce(sum(price.total), 0) AS room_revenue, coalesce(sum(bill.spent), 0) AS spend
FROM reservations_reservation r
JOIN reservations_roomreservation rr ON rr.reservation_id = r.id AND rr.status IN ('in_house', 'checked_out')
LEFT JOIN LATERAL (SELECT sum(n.price) AS total FROM reservations_staynight n
                   WHERE n.room_reservation_id = rr.id) price ON true
LEFT JOIN LATERAL (
    SELECT sum(l.amount) AS spent FROM billing_transaction t
    JOIN billing_line l ON l.transaction_id = t.id
    JOIN billing_account a ON a.id = l.account_id AND a.folio_id = t.folio_id AND a.kind = 'folio'
    LEFT JOIN billing_transaction o ON o.id = t.reverses_id
    WHERE t.folio_id = rr.folio_id AND (t.kind = 'charge' OR (t.kind = 'reversal' AND o.kind = 'charge'))
) bill ON true
WHERE r.organisation_id = %(organisation)s
GROUP BY 1 ORDER BY 1 DESC LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class GuestFigures:
    """The stay under way or next, the one before, all of them, and twelve months of spend (None: not to be seen)."""

    next_on: date | None
    next_nights: int | None
    next_room: str | None
    here: bool | None
    last_on: date | None
    last_nights: int | None
    last_room: str | None
    stays: int
    nights: int
    first_on: date | None
    year_spend: Decimal | None


def guest_figures(*, guest_id: int, today: date, with_money: bool) -> GuestFigures:
    """One statement over the guest's own stays, at the hotels the reader may see."""
    since = date(today.year - 1, today.month, min(today.day, 28))
    row = db.fetch_one(_FIGURES, {"guest": guest_id, "today": today, "since": since, "money": with_money})
    assert row is not None
    return GuestFigures(**row)


def production(_group_id: int, organisation_id: int) -> list[YearOfProduction]:
    """By year of arrival, the latest first."""
    return [YearOfProduction(**row) for row in db.fetch_all(_PRODUCTION, {"organisation": organisation_id})]
