"""Building block: the hotel day rolls, once, by the night audit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from binzhi.kernel import db

_CLOSE = """
UPDATE property_businessday SET closed_at = %s WHERE hotel_id = %s AND date = %s AND closed_at IS NULL
"""
_OPEN_NEXT = """
WITH opened AS (INSERT INTO property_businessday (hotel_id, date, opened_at) VALUES (%(hotel)s, %(next)s, %(now)s))
UPDATE property_hotel SET business_date = %(next)s WHERE id = %(hotel)s AND business_date = %(day)s
"""


class DayNotOpen(AssertionError):
    """A bug: the caller did not make sure that the day is the open one."""


def roll(*, hotel_id: int, business_date: date, now: datetime) -> date:
    """Close the open day and open the next; the new hotel day. The caller holds the day exclusively."""
    tomorrow = business_date + timedelta(days=1)
    closed = db.execute(_CLOSE, [now, hotel_id, business_date])
    moved = db.execute(_OPEN_NEXT, {"hotel": hotel_id, "day": business_date, "next": tomorrow, "now": now})
    if (closed, moved) != (1, 1):
        raise DayNotOpen(business_date)
    return tomorrow
