"""Who may close the day: one run at a time, on the open day, when its time has come.

Two locks of the transaction: 7103 says that an audit is running (a second start is told so at once), 7101 is the hotel
day itself, shared by every posting. A run that dies leaves neither lock nor row: its transaction is gone with it.
"""

from __future__ import annotations

from datetime import date, datetime

from binzhi.frontdesk.night_audit.errors import AuditDone, AuditRunning, DayNotOver, NotTheOpenDay
from binzhi.kernel import db
from binzhi.property.queries import HotelRef, hotel_by_id

_AUDIT_LOCK = "SELECT pg_try_advisory_xact_lock(7103, %s)"
# Waits for the postings under way, at most the lock timeout; those that come later wait for the audit.
_DAY_LOCK = "SELECT pg_advisory_xact_lock(7101, %s)"
_CLAIM = """
INSERT INTO frontdesk_nightaudit (hotel_id, business_date, status, started_at, started_by)
VALUES (%(hotel)s, %(day)s, 'running', %(now)s, %(user)s::bigint)
ON CONFLICT (hotel_id, business_date) DO UPDATE SET
    status = 'running', started_at = %(now)s, started_by = %(user)s::bigint, finished_at = NULL, failure = '',
    attempts = frontdesk_nightaudit.attempts + 1
RETURNING id
"""


def claim(
    *, hotel_id: int, business_date: date, user_id: int | None, coming_day: bool, now: datetime
) -> tuple[HotelRef, int]:
    """Hold the open day alone until the end of the transaction; the hotel and the id of the audit's row.

    Raises AuditRunning, Busy (postings did not end in time), AuditDone, NotTheOpenDay, DayNotOver.
    """
    if not db.fetch_value(_AUDIT_LOCK, [hotel_id]):
        raise AuditRunning
    db.execute(_DAY_LOCK, [hotel_id])
    hotel = hotel_by_id(hotel_id)
    if business_date < hotel.business_date:
        raise AuditDone(business_date=business_date, open=hotel.business_date)
    if business_date > hotel.business_date:
        raise NotTheOpenDay(open=hotel.business_date)
    today = hotel.local(now).date()
    if business_date > today and not coming_day:
        raise DayNotOver(business_date=business_date, today=today)
    audit_id: int = db.fetch_value(_CLAIM, {"hotel": hotel_id, "day": business_date, "now": now, "user": user_id})
    return hotel, audit_id
