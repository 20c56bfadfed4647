"""A hotel corrects its calendar: a holiday announced late, a local festival, a day that is none here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar.days import DayKind
from binzhi.reservations.events import CalendarCorrected

MOST_DAYS = 31
NAME_LIMIT = 40
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_PUT = """
INSERT INTO reservations_calendarday (hotel_id, day, kind, name)
SELECT %(hotel)s, d.day, %(kind)s, %(name)s FROM unnest(%(days)s::date[]) AS d (day) ORDER BY d.day
ON CONFLICT (hotel_id, day) DO UPDATE SET kind = EXCLUDED.kind, name = EXCLUDED.name
"""
_DROP = "DELETE FROM reservations_calendarday WHERE hotel_id = %(hotel)s AND day = ANY (%(days)s::date[])"


@operation(Permission.SET_RATES)
def correct_days(
    *, hotel_id: int, first: date, last: date, kind: str, name: str = "", actor: Actor, now: datetime
) -> int:
    """Say what the days `first` to `last` (both included) are; an empty `kind` goes back to the public calendar.

    Prices stay as they are until the rules are applied again. How many days were written. Raises InvalidInput at its
    field. Publishes CalendarCorrected. Idempotent.
    """
    if not FIRST_DAY <= first <= LAST_DAY:
        raise InvalidInput(field="first", message=_("This date cannot be."))
    if last < first:
        raise InvalidInput(field="last", message=_("The last date is before the first."))
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput(field="last", message=_("At most %(days)s days at once."), days=MOST_DAYS)
    if kind and kind not in DayKind.values:
        raise InvalidInput(field="kind")
    name = clean_text(name, field="name", limit=NAME_LIMIT)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    done = db.execute(_PUT if kind else _DROP, {"hotel": hotel_id, "days": days, "kind": kind, "name": name})
    record(
        "calendar.corrected", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"first": first, "last": last, "kind": kind, "name": name},
        event=CalendarCorrected(hotel_id=hotel_id, first=first, last=last),
    )  # fmt: skip
    return done
