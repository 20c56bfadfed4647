"""Closing a hotel day: one transaction from the first check to the new date, so a crash leaves nothing half-done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.night_audit.blockers import blockers, count_of
from binzhi.frontdesk.night_audit.claims import claim
from binzhi.frontdesk.night_audit.errors import AuditBlocked
from binzhi.frontdesk.night_audit.events import NightAuditDone, NightAuditFailed
from binzhi.frontdesk.night_audit.posting import post_rooms
from binzhi.frontdesk.night_audit.progress import Step, enter
from binzhi.frontdesk.night_audit.statistics import Figures, write_figures
from binzhi.frontdesk.reports.snapshots import write_reports
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.property import conditions, days
from binzhi.property.queries import HotelRef
from binzhi.reservations import no_shows, out_of_order, setup


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What closing the day did: room charges posted and their revenue net of tax, no-shows, the day's figures."""

    audit_id: int
    business_date: date
    next_date: date
    posted: int
    room_revenue: Decimal
    room_tax: Decimal
    no_shows: int
    no_show_fees: Decimal
    figures: Figures


_OCCUPIED = "SELECT room_id FROM reservations_roomreservation WHERE hotel_id = %(hotel)s AND status = 'in_house'"
_FINISH = """
UPDATE frontdesk_nightaudit SET status = 'done', finished_at = %s, result = %s::jsonb WHERE id = %s
"""
_LAST_NIGHT = "SELECT max(night) FROM reservations_night WHERE hotel_id = %s"


@operation(Permission.RUN_NIGHT_AUDIT)
def run_night_audit(
    *, hotel_id: int, business_date: date, actor: Actor, now: datetime, coming_day: bool = False
) -> AuditResult:
    """Close the open hotel day: no-shows, room and tax, rooms to clean, figures, reports, the next day.

    Changes folios, no-show reservations, room conditions, the business date. Locks the hotel day alone, then what it
    touches. Raises AuditRunning, AuditDone, NotTheOpenDay, DayNotOver, AuditBlocked, Busy. Publishes NightAuditDone.
    Exactly once per day: a second run is refused, a run that died left nothing. `coming_day` lets an import close days
    that the clocks have not reached; only the system may.
    """
    hotel, audit_id = claim(
        hotel_id=hotel_id, business_date=business_date, user_id=actor.user_id,
        coming_day=coming_day and actor.is_system, now=now,
    )  # fmt: skip
    enter(hotel_id=hotel_id, step=Step.BLOCKERS)
    found = blockers(hotel_id=hotel_id, business_date=business_date)
    if found:
        raise AuditBlocked(blockers=found, count=count_of(found))
    enter(hotel_id=hotel_id, step=Step.NO_SHOWS)
    turned = no_shows.turn_over(hotel_id=hotel_id, date=business_date, actor=actor, now=now)
    enter(hotel_id=hotel_id, step=Step.ROOMS)
    posted = post_rooms(hotel_id=hotel_id, business_date=business_date, user_id=actor.user_id, now=now)
    enter(hotel_id=hotel_id, step=Step.CONDITIONS)
    conditions.mark_slept_in(rooms=_OCCUPIED, params={"hotel": hotel_id}, now=now)
    enter(hotel_id=hotel_id, step=Step.FIGURES)
    figures = write_figures(hotel_id=hotel_id, business_date=business_date, now=now)
    enter(hotel_id=hotel_id, step=Step.REPORTS)
    write_reports(hotel_id=hotel_id, business_date=business_date)
    enter(hotel_id=hotel_id, step=Step.DAY)
    next_date = days.roll(hotel_id=hotel_id, business_date=business_date, now=now)
    _open_horizon(hotel, next_date)
    out_of_order.mark(hotel_id=hotel_id, today=next_date, now=now)
    result = AuditResult(
        audit_id=audit_id, business_date=business_date, next_date=next_date, posted=posted.count,
        room_revenue=posted.net, room_tax=posted.tax, no_shows=turned.rooms, no_show_fees=turned.fees, figures=figures,
    )  # fmt: skip
    _finish(result, hotel, actor, now)
    return result


def _open_horizon(hotel: HotelRef, next_date: date) -> None:
    """Keep as many nights on sale as the hotel sells ahead."""
    last: date | None = db.fetch_value(_LAST_NIGHT, [hotel.pk])
    wanted = next_date + timedelta(days=hotel.booking_horizon)
    if last is not None and last < wanted:
        setup.open_nights(hotel_id=hotel.pk, first=last + timedelta(days=1), last=wanted)


def _finish(result: AuditResult, hotel: HotelRef, actor: Actor, now: datetime) -> None:
    after = {key: value for key, value in asdict(result).items() if key not in ("audit_id", "figures")}
    kept = after | {"figures": asdict(result.figures)}
    db.execute(_FINISH, [now, orjson.dumps(kept, default=str).decode(), result.audit_id])
    record(
        NightAuditDone.topic, subject="hotel", subject_id=hotel.pk, hotel_id=hotel.pk, actor=actor, now=now,
        before={"business_date": result.business_date}, after=after,
        event=NightAuditDone(hotel_id=hotel.pk, business_date=result.business_date, next_date=result.next_date),
    )  # fmt: skip


_NOTE_FAILURE = """
INSERT INTO frontdesk_nightaudit (hotel_id, business_date, status, started_at, started_by, failure)
SELECT h.id, h.business_date, 'failed', %(now)s, %(user)s::bigint, %(cause)s
FROM property_hotel h WHERE h.id = %(hotel)s AND h.business_date = %(day)s
ON CONFLICT (hotel_id, business_date) DO UPDATE SET
    status = 'failed', started_at = %(now)s, started_by = %(user)s::bigint, failure = %(cause)s,
    attempts = frontdesk_nightaudit.attempts + 1
WHERE frontdesk_nightaudit.status <> 'done'
RETURNING attempts
"""


@operation(Permission.RUN_NIGHT_AUDIT)
def note_failure(*, hotel_id: int, business_date: date, cause: str, actor: Actor, now: datetime) -> int:
    """Keep why a run broke off, for the screen and the next try; how many runs of the day have failed.

    Changes the day's audit row. Locks it. Raises nothing: a day closed meanwhile keeps its result (0). Publishes
    NightAuditFailed. Not idempotent: every failure counts.
    """
    params: dict[str, Any] = {
        "hotel": hotel_id, "day": business_date, "now": now, "user": actor.user_id, "cause": cause[:300],
    }  # fmt: skip
    attempts: int = db.fetch_value(_NOTE_FAILURE, params) or 0
    record(
        NightAuditFailed.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"business_date": business_date, "attempts": attempts}, reason=cause[:300],
        event=NightAuditFailed(hotel_id=hotel_id, business_date=business_date, attempts=attempts),
    )  # fmt: skip
    return attempts
