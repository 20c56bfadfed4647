"""The roster itself: who is put on duty when, and taken off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.events import Event
from binzhi.kernel.operations import Entry, operation, record_each
from binzhi.people.access import Permission
from binzhi.people.errors import AlreadyOnDuty, NotEmployedThen, UnknownDepartment, UnknownPost, UnknownShift
from binzhi.people.events import DutyPlanned, DutyTakenOff

# Corrections of last month are common, a year ahead is planning; what lies further is a slip of the keyboard.
BACK, AHEAD = timedelta(days=62), timedelta(days=400)
AT_ONCE = 4000
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyInput:
    """A shift by its code, or times of one's own; the post that is acted in, where it is not one's own."""

    shift: str = ""
    starts: time | None = None
    ends: time | None = None
    acting_post: str = ""


# Held until the end: of two who plan the same person the second sees what the first has planned.
_STAFF = """
SELECT s.id, coalesce(nullif(u.name, ''), u.username) AS name, s.since, s.left_on
FROM people_staff s JOIN people_user u ON u.id = s.user_id WHERE s.hotel_id = %s AND s.id = ANY (%s::bigint[])
ORDER BY s.id FOR NO KEY UPDATE OF s
"""
# What begins on those days is replaced; what reaches into them from the day before is not.
_CLEAR = """
DELETE FROM people_duty d USING unnest(%(staff)s::bigint[]) AS s (id), unnest(%(days)s::date[]) AS n (day)
WHERE d.hotel_id = %(hotel)s AND d.staff_id = s.id AND (d.starts_at AT TIME ZONE %(zone)s)::date = n.day
"""
_PUT = """
INSERT INTO people_duty (hotel_id, staff_id, shift_id, starts_at, ends_at, acting_post_id)
SELECT %(hotel)s, s.id, %(shift)s, t.starts_at, t.ends_at, %(acting)s
FROM unnest(%(staff)s::bigint[]) AS s (id),
    unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS t (starts_at, ends_at)
ORDER BY s.id, t.starts_at
ON CONFLICT DO NOTHING
RETURNING id, staff_id, starts_at
"""


@operation(Permission.PLAN_DUTY)
def put_on_duty(
    *, hotel_id: int, staff_ids: Sequence[int], days: Sequence[date], duty: DutyInput, replace: bool = False,
    actor: Actor, now: datetime,
) -> list[int]:  # fmt: skip
    """Put these people on the roster on these days; the ids of their duties. All of it or nothing.

    `replace`: what they had that begins on those days goes. Locks the people. Raises NotFound, UnknownShift,
    UnknownPost, AlreadyOnDuty, NotEmployedThen, InvalidInput at the field. Publishes DutyPlanned for each person.
    """
    people, wanted = sorted(set(staff_ids)), sorted(set(days))
    if not people:
        raise InvalidInput(field="staff", message=_("Choose at least one person."))
    zone = _zone(hotel_id)
    _check_days(wanted, now.astimezone(zone).date(), len(people))
    staff = _staff(hotel_id, people, wanted)
    shift_id, starts, ends = _times(hotel_id, duty)
    acting = _post(hotel_id, duty.acting_post) if duty.acting_post else None
    if replace:
        db.execute(_CLEAR, {"staff": people, "days": wanted, "hotel": hotel_id, "zone": zone.key})
    spans = [_span(day, starts, ends, zone) for day in wanted]
    made = db.fetch_all(
        _PUT,
        {
            "hotel": hotel_id, "staff": people, "shift": shift_id, "acting": acting,
            "starts": [start for start, _end in spans], "ends": [end for _start, end in spans],
        },
    )  # fmt: skip
    _refuse_overlaps(made, staff, spans, zone)
    what = {"shift": duty.shift, "starts": str(starts), "ends": str(ends), "acting_post": duty.acting_post}
    record_each(
        "duty.planned", subject="staff", hotel_id=hotel_id, actor=actor, now=now,
        entries=[
            Entry(
                subject_id=person, after=what | {"days": [str(day) for day in wanted]},
                event=DutyPlanned(hotel_id=hotel_id, staff_id=person, first=wanted[0], last=wanted[-1]),
            )
            for person in people
        ],
    )  # fmt: skip
    return [row["id"] for row in made]


def _zone(hotel_id: int) -> ZoneInfo:
    return ZoneInfo(db.fetch_value("SELECT timezone FROM property_hotel WHERE id = %s", [hotel_id]))


def _check_days(days: Sequence[date], today: date, people: int) -> None:
    if not days:
        raise InvalidInput(field="days", message=_("Choose at least one day."))
    if days[0] < today - BACK or days[-1] > today + AHEAD:
        raise InvalidInput(field="days", message=_("This day is too far away for the roster."))
    if len(days) * people > AT_ONCE:
        raise InvalidInput(field="days", message=_("At most %(limit)s duties at once."), limit=AT_ONCE)


def _staff(hotel_id: int, people: Sequence[int], days: Sequence[date]) -> dict[int, str]:
    """Names by id. Raises NotFound for one who is not of this hotel, NotEmployedThen."""
    rows = db.fetch_all(_STAFF, [hotel_id, list(people)])
    if len(rows) != len(people):
        raise NotFound
    for row in rows:
        out = [day for day in days if day < row["since"] or (row["left_on"] and day >= row["left_on"])]
        if out:
            raise NotEmployedThen(name=row["name"], day=out[0])
    return {row["id"]: row["name"] for row in rows}


def _times(hotel_id: int, duty: DutyInput) -> tuple[int | None, time, time]:
    """The shift's id and times; times that were typed go before the shift's."""
    if not duty.shift:
        if duty.starts is None or duty.ends is None:
            raise InvalidInput(field="shift", message=_("Choose a shift, or say from when until when."))
        return None, duty.starts, duty.ends
    row = db.fetch_one(
        "SELECT id, starts, ends FROM people_shift WHERE hotel_id = %s AND code = %s AND is_active",
        [hotel_id, duty.shift.lower()],
    )
    if row is None:
        raise UnknownShift(shift=duty.shift)
    return row["id"], duty.starts or row["starts"], duty.ends or row["ends"]


def _post(hotel_id: int, code: str) -> int:
    found: int | None = db.fetch_value("SELECT id FROM people_post WHERE hotel_id = %s AND code = %s", [hotel_id, code])
    if found is None:
        raise UnknownPost(field="acting_post", post=code)
    return found


def _span(day: date, starts: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From `starts` of the day until the next `ends` after it, on the hotel's clocks."""
    last = day if ends > starts else day + timedelta(days=1)
    return datetime.combine(day, starts, zone), datetime.combine(last, ends, zone)


def _refuse_overlaps(
    made: Sequence[dict[str, Any]], staff: dict[int, str], spans: Sequence[tuple[datetime, datetime]], zone: ZoneInfo
) -> None:
    """The table took none that overlaps another: name the first that is missing."""
    if len(made) == len(staff) * len(spans):
        return
    there = {(row["staff_id"], row["starts_at"].astimezone(zone).date()) for row in made}
    person, day = min(
        ((start.date(), person) for person in staff for start, _end in spans if (person, start.date()) not in there)
    )[::-1]
    raise AlreadyOnDuty(name=staff[person], day=day)


_TAKE_OFF = """
DELETE FROM people_duty d USING property_hotel h
WHERE h.id = d.hotel_id AND d.hotel_id = %s AND d.id = ANY (%s::bigint[])
RETURNING d.id, d.staff_id, d.starts_at, d.ends_at, (d.starts_at AT TIME ZONE h.timezone)::date AS day
"""


@operation(Permission.PLAN_DUTY)
def take_off_duty(*, hotel_id: int, duty_ids: Sequence[int], reason: str = "", actor: Actor, now: datetime) -> None:
    """Take duties off the roster. All of them or none.

    Removes the duties; the audit trail keeps them. Raises NotFound, InvalidInput. Publishes DutyTakenOff per person.
    """
    wanted = sorted(set(duty_ids))
    if not wanted:
        raise InvalidInput(field="duties", message=_("Choose at least one day."))
    gone = db.fetch_all(_TAKE_OFF, [hotel_id, wanted])
    if len(gone) != len(wanted):
        raise NotFound
    entries = []
    for person, rows in _by_person(gone):
        was = [{"starts_at": str(row["starts_at"]), "ends_at": str(row["ends_at"])} for row in rows]
        event = DutyTakenOff(hotel_id=hotel_id, staff_id=person, first=rows[0]["day"], last=rows[-1]["day"])
        entries.append(Entry(subject_id=person, before={"duties": was}, event=event))
    record_each(
        "duty.taken_off", subject="staff", entries=entries, hotel_id=hotel_id, actor=actor, now=now, reason=reason
    )


def _by_person(rows: Iterable[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    ordered = sorted(rows, key=lambda row: (row["staff_id"], row["starts_at"]))
    return [(person, list(some)) for person, some in groupby(ordered, key=lambda row: row["staff_id"])]


# The same times on the hotel's clocks, summer time or not. Whoever has something on the day already keeps that.
_COPY = """
INSERT INTO people_duty (hotel_id, staff_id, shift_id, starts_at, ends_at, acting_post_id)
SELECT d.hotel_id, d.staff_id, d.shift_id,
    (d.starts_at AT TIME ZONE h.timezone + %(by)s::interval) AT TIME ZONE h.timezone,
    (d.ends_at AT TIME ZONE h.timezone + %(by)s::interval) AT TIME ZONE h.timezone, d.acting_post_id
FROM people_duty d
JOIN property_hotel h ON h.id = d.hotel_id
JOIN people_staff s ON s.id = d.staff_id
JOIN people_post p ON p.id = s.post_id
JOIN people_department t ON t.id = p.department_id
CROSS JOIN LATERAL (SELECT (d.starts_at AT TIME ZONE h.timezone + %(by)s::interval)::date AS day) n
WHERE d.hotel_id = %(hotel)s AND (d.starts_at AT TIME ZONE h.timezone)::date >= %(first)s
    AND (d.starts_at AT TIME ZONE h.timezone)::date < %(first)s + 7
    AND d.starts_at BETWEEN %(first)s::date - 2 AND %(first)s::date + 9
    AND (%(department)s = '' OR t.code = %(department)s)
    AND s.since <= n.day AND (s.left_on IS NULL OR s.left_on > n.day)
    AND NOT EXISTS (
        SELECT 1 FROM people_duty other WHERE other.staff_id = d.staff_id
            AND (other.starts_at AT TIME ZONE h.timezone)::date = n.day)
ORDER BY d.staff_id, d.starts_at
ON CONFLICT DO NOTHING
RETURNING id, staff_id, starts_at
"""


@operation(Permission.PLAN_DUTY)
def copy_week(*, hotel_id: int, first: date, onto: date, department: str = "", actor: Actor, now: datetime) -> int:
    """Plan the seven days from `onto` as those from `first` were planned, for one department or all; how many duties.

    Days that have something already are left alone. Locks the duties. Raises UnknownDepartment, InvalidInput at the
    field (too far, nothing to copy). Publishes DutyPlanned for each person.
    """
    zone = _zone(hotel_id)
    if onto - first < WEEK:
        raise InvalidInput(field="onto", message=_("A week is copied onto a later one."))
    _check_days([first], now.astimezone(zone).date(), 1)
    _check_days([onto, onto + WEEK], now.astimezone(zone).date(), 1)
    if department and not db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM people_department WHERE hotel_id = %s AND code = %s)", [hotel_id, department]
    ):
        raise UnknownDepartment(department=department)
    made = db.fetch_all(_COPY, {"hotel": hotel_id, "first": first, "by": onto - first, "department": department})
    if not made:
        raise InvalidInput(field="onto", message=_("There is nothing to copy, or every day has something already."))
    record_each(
        "duty.planned", subject="staff", hotel_id=hotel_id, actor=actor, now=now,
        entries=[_copied(hotel_id, person, rows, first, zone) for person, rows in _by_person(made)],
    )  # fmt: skip
    return len(made)


def _copied(hotel_id: int, person: int, rows: list[dict[str, Any]], first: date, zone: ZoneInfo) -> Entry:
    days = [row["starts_at"].astimezone(zone).date() for row in rows]
    event: Event = DutyPlanned(hotel_id=hotel_id, staff_id=person, first=days[0], last=days[-1])
    return Entry(subject_id=person, after={"as_week_of": str(first), "days": [str(day) for day in days]}, event=event)
