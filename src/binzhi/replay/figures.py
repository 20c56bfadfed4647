"""The figures of the report, read back from the system's own tables."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from binzhi.billing.setup import ROOM
from binzhi.kernel import db
from binzhi.replay.reconcile import Month
from binzhi.replay.setup import CHANNEL

_RESERVATIONS = """
SELECT h.name AS hotel, to_char(rr.arrival, 'YYYY-MM') AS month,
       count(*) FILTER (WHERE rr.checked_in_at IS NOT NULL) AS arrivals,
       count(*) FILTER (WHERE rr.status = 'cancelled') AS cancellations,
       count(*) FILTER (WHERE rr.status = 'no_show') AS no_shows
FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
WHERE rr.hotel_id = ANY (%s) AND r.channel = %s
GROUP BY 1, 2
"""
# A night that was slept is a room charge of its night audit; what it earned is what the revenue account got.
_NIGHTS = """
SELECT h.name AS hotel, to_char(t.business_date, 'YYYY-MM') AS month, count(*) AS room_nights,
       coalesce(-sum(l.amount), 0) AS room_revenue
FROM billing_transaction t
JOIN billing_chargecode c ON c.id = t.charge_code_id AND c.code = %s
LEFT JOIN billing_line l ON l.transaction_id = t.id AND l.account_id = c.revenue_account_id
JOIN property_hotel h ON h.id = t.hotel_id
WHERE t.hotel_id = ANY (%s) AND t.kind = 'charge'
GROUP BY 1, 2
"""


def system_figures(hotel_ids: Sequence[int]) -> list[Month]:
    """The figures per hotel and month as the hotels themselves would report them, sorted."""
    db.enter_scope("*", "*")
    figures: dict[tuple[str, str], dict[str, int | Decimal]] = {}
    for row in [
        *db.fetch_all(_RESERVATIONS, [list(hotel_ids), CHANNEL]),
        *db.fetch_all(_NIGHTS, [ROOM, list(hotel_ids)]),
    ]:
        figures.setdefault((row.pop("hotel"), row.pop("month")), {}).update(row)
    return sorted(Month(hotel, month, **values) for (hotel, month), values in figures.items())  # type: ignore[arg-type]
