"""Days that nobody closed: which, how each stands, and closing them one after the other, each with its own date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.night_audit.attempts import attempt
from binzhi.frontdesk.night_audit.errors import NothingOverdue
from binzhi.frontdesk.night_audit.events import RecoveryAsked
from binzhi.frontdesk.night_audit.services import note_failure
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.operations import operation, record
from binzhi.property.queries import HotelRef, hotel_by_id


@dataclass(frozen=True, slots=True)
class OverdueDay:
    """A day before the hotel's calendar day that is not closed. `failure` is why its last try ended."""

    business_date: date
    is_open: bool
    attempts: int
    failure: str
    due_out: int
    expected: int


_DAYS = """
SELECT d::date AS business_date, d::date = %(open)s AS is_open, coalesce(n.attempts, 0) AS attempts,
       coalesce(n.failure, '') AS failure,
       (SELECT count(*) FROM reservations_roomreservation r WHERE r.hotel_id = %(hotel)s AND r.status = 'in_house'
          AND (r.departure = d::date OR (d::date = %(open)s AND r.departure < d::date))) AS due_out,
       (SELECT count(*) FROM reservations_roomreservation r WHERE r.hotel_id = %(hotel)s AND r.status = 'reserved'
          AND (r.arrival = d::date OR (d::date = %(open)s AND r.arrival < d::date))) AS expected
FROM generate_series(%(open)s::date, %(last)s::date, INTERVAL '1 day') d
LEFT JOIN frontdesk_nightaudit n ON n.hotel_id = %(hotel)s AND n.business_date = d::date AND n.status = 'failed'
ORDER BY 1
"""


def overdue_days(*, hotel: HotelRef, now: datetime) -> list[OverdueDay]:
    """The days up to yesterday that are not closed, in one statement; the first of them is the open one."""
    yesterday = hotel.local(now).date() - timedelta(days=1)
    if yesterday < hotel.business_date:
        return []
    params = {"hotel": hotel.pk, "open": hotel.business_date, "last": yesterday}
    return [OverdueDay(**row) for row in db.fetch_all(_DAYS, params)]


@operation(Permission.RUN_NIGHT_AUDIT)
def ask_recovery(*, hotel_id: int, actor: Actor, now: datetime) -> date:
    """Have the worker close the days up to yesterday, one after the other; the last of them.

    Writes who asked. Locks nothing. Raises NothingOverdue. Publishes RecoveryAsked. Asked twice, the days are closed
    once: a day that is closed is passed by.
    """
    hotel = hotel_by_id(hotel_id)
    until = hotel.local(now).date() - timedelta(days=1)
    if until < hotel.business_date:
        raise NothingOverdue
    record(
        RecoveryAsked.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"first": hotel.business_date, "until": until},
        event=RecoveryAsked(hotel_id=hotel_id, first=hotel.business_date, until=until),
    )  # fmt: skip
    return until


def recover(*, hotel_id: int, until: date, actor: Actor, now: datetime) -> list[date]:
    """Close the open day and those after it up to `until`, in order; which. Stops at the first that cannot be closed.

    Each is an audit of its own, under its own date: a run that dies in between has closed whole days, and the next one
    goes on after them. Why it stopped is kept with the day.
    """
    closed: list[date] = []
    while (day := hotel_by_id(hotel_id).business_date) <= until:
        try:
            attempt(hotel_id=hotel_id, business_date=day, actor=actor, now=now)
        except DomainError as refusal:
            if refusal.code != "night_audit_failed":
                note_failure(hotel_id=hotel_id, business_date=day, cause=refusal.code, actor=actor, now=now)
            break
        closed.append(day)
    return closed
