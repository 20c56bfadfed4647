"""The roster (排班表) of a week, read for the screen: departments, people, days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.queries import HotelRef, localised

DAYS = 7
Row = dict[str, Any]
_LONG = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift as the roster's legend and its keys show it."""

    pk: int
    code: str
    name: str
    name_en: str
    starts: time
    ends: time
    department: str
    is_active: bool

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def short(self) -> str:
        return localised(self.name[:1], self.code.upper())

    @property
    def key(self) -> str:
        """The key that puts somebody on it; longer codes are chosen in the panel."""
        return self.code.upper() if len(self.code) == 1 else ""

    @property
    def tone(self) -> str:
        return tone_of(self.starts, whole_day=self.starts == self.ends)


@dataclass(frozen=True, slots=True)
class DutyMark:
    """One duty in a cell, on the hotel's clocks."""

    pk: int
    shift: str
    short: str
    label: str
    starts: time
    ends: time
    tone: str
    acting: str
    acting_post: str


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Why somebody is away, and until when."""

    pk: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day."""

    day: date
    column: int
    duties: tuple[DutyMark, ...]
    absence: AbsenceRow | None

    @property
    def at_work(self) -> bool:
        return bool(self.duties) and self.absence is None


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff with his week."""

    staff_id: int
    name: str
    post: str
    grade: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A department; `counts` is how many are at work on each day."""

    code: str
    label: str
    people: tuple[Person, ...]

    @property
    def counts(self) -> list[tuple[int, int]]:
        return [(column, sum(person.cells[column].at_work for person in self.people)) for column in range(DAYS)]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `first`."""

    first: date
    groups: tuple[Group, ...]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=offset) for offset in range(DAYS)]


def tone_of(starts: time, *, whole_day: bool = False) -> str:
    """The colour of a shift by when it begins; its letter and hours say the same."""
    if whole_day:
        return "all"
    if starts < time(4) or starts >= time(20):
        return "night"
    if starts < time(8, 30):
        return "early"
    return "office" if starts < time(12) else "late"


_PEOPLE = """
SELECT s.id AS staff_id, coalesce(nullif(u.name, ''), u.username) AS name, p.name AS post, p.name_en AS post_en,
    p.grade, d.code AS department, d.name AS department_name, d.name_en AS department_en
FROM people_staff s
JOIN people_user u ON u.id = s.user_id AND u.is_active
JOIN people_post p ON p.id = s.post_id
JOIN people_department d ON d.id = p.department_id
WHERE s.hotel_id = %(hotel)s AND s.since < %(first)s + 7 AND (s.left_on IS NULL OR s.left_on > %(first)s)
    AND (%(department)s = '' OR d.code = %(department)s) AND (%(staff)s::bigint IS NULL OR s.id = %(staff)s)
ORDER BY d.position, d.id, p.grade DESC, p.id, s.since, s.id
"""
_DUTIES = """
SELECT duty.id AS pk, duty.staff_id, duty.starts_at, duty.ends_at, coalesce(f.code, '') AS shift,
    coalesce(f.name, '') AS shift_name, coalesce(f.name_en, '') AS shift_en, coalesce(a.name, '') AS acting,
    coalesce(a.name_en, '') AS acting_en, coalesce(a.code, '') AS acting_post
FROM people_duty duty
LEFT JOIN people_shift f ON f.id = duty.shift_id
LEFT JOIN people_post a ON a.id = duty.acting_post_id
WHERE duty.hotel_id = %s AND duty.starts_at >= %s AND duty.starts_at < %s AND duty.staff_id = ANY (%s::bigint[])
ORDER BY duty.staff_id, duty.starts_at
"""
_ABSENCES = """
SELECT id AS pk, staff_id, kind, starts_at, ends_at, note FROM people_absence
WHERE hotel_id = %s AND staff_id = ANY (%s::bigint[]) AND starts_at < %s AND ends_at > %s ORDER BY starts_at
"""
_SHIFTS = """
SELECT f.id AS pk, f.code, f.name, f.name_en, f.starts, f.ends, coalesce(d.code, '') AS department, f.is_active
FROM people_shift f LEFT JOIN people_department d ON d.id = f.department_id
WHERE f.hotel_id = %s AND (f.is_active OR %s) ORDER BY f.is_active DESC, f.starts, f.code
"""


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(*, hotel: HotelRef, first: date, department: str = "", staff_id: int | None = None) -> Week:
    """The seven days from `first`, for the house, a department or one person; three statements, however many people."""
    zone = ZoneInfo(hotel.timezone)
    starts, ends = (datetime.combine(first + timedelta(days=offset), time(), zone) for offset in (0, DAYS))
    asked = {"hotel": hotel.pk, "first": first, "department": department, "staff": staff_id}
    people = db.fetch_all(_PEOPLE, asked)
    ids = db.array(row["staff_id"] for row in people)
    duties = _by_person(db.fetch_all(_DUTIES, [hotel.pk, starts, ends, ids]))
    absences = _by_person(db.fetch_all(_ABSENCES, [hotel.pk, ids, ends, starts]))
    groups = tuple(
        Group(
            code=code,
            label=localised(rows[0]["department_name"], rows[0]["department_en"]),
            people=tuple(_person(row, first, zone, duties[row["staff_id"]], absences[row["staff_id"]]) for row in rows),
        )
        for code, rows in _grouped(people)
    )
    return Week(first=first, groups=groups)


def person_week(*, hotel: HotelRef, staff_id: int, first: date) -> Person:
    """One person's seven days. Raises NotFound for one who is not of this hotel (then)."""
    found = week(hotel=hotel, first=first, staff_id=staff_id)
    if not found.groups:
        raise NotFound
    return found.groups[0].people[0]


def _grouped(people: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    return [(code, list(rows)) for code, rows in groupby(people, key=lambda row: row["department"])]


def _by_person(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["staff_id"]].append(row)
    return found


def _person(row: Row, first: date, zone: ZoneInfo, duties: Sequence[Row], absences: Sequence[Row]) -> Person:
    marks: dict[date, list[DutyMark]] = defaultdict(list)
    for duty in duties:
        marks[duty["starts_at"].astimezone(zone).date()].append(_mark(duty, zone))
    cells = []
    for column in range(DAYS):
        day = first + timedelta(days=column)
        away = next((absence for absence in absences if _touches(absence, day, zone)), None)
        cells.append(Cell(day=day, column=column, duties=tuple(marks[day]), absence=_absence(away) if away else None))
    return Person(
        staff_id=row["staff_id"], name=row["name"], post=localised(row["post"], row["post_en"]), grade=row["grade"],
        cells=tuple(cells),
    )  # fmt: skip


def _mark(row: Row, zone: ZoneInfo) -> DutyMark:
    starts, ends = row["starts_at"].astimezone(zone).time(), row["ends_at"].astimezone(zone).time()
    return DutyMark(
        pk=row["pk"], shift=row["shift"], short=localised(row["shift_name"][:1], row["shift"].upper()),
        label=localised(row["shift_name"], row["shift_en"]), starts=starts, ends=ends,
        tone=tone_of(starts, whole_day=row["ends_at"] - row["starts_at"] >= _LONG),
        acting=localised(row["acting"], row["acting_en"]), acting_post=row["acting_post"],
    )  # fmt: skip


def _absence(row: Row) -> AbsenceRow:
    return AbsenceRow(**{name: row[name] for name in ("pk", "kind", "starts_at", "ends_at", "note")})


def _touches(absence: Row, day: date, zone: ZoneInfo) -> bool:
    starts, ends = datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)
    return bool(absence["starts_at"] < ends and absence["ends_at"] > starts)


def shifts(*, hotel_id: int, with_inactive: bool = False) -> list[ShiftRow]:
    """The shifts in the order of the day; those no longer used last."""
    return [ShiftRow(**row) for row in db.fetch_all(_SHIFTS, [hotel_id, with_inactive])]


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post to choose, with those who stand in for it by code, first asked first."""

    code: str
    name: str
    name_en: str
    grade: int
    department: str
    department_en: str
    deputies: list[str]

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def place(self) -> str:
        return localised(self.department, self.department_en)


_POSTS = """
SELECT p.code, p.name, p.name_en, p.grade, d.name AS department, d.name_en AS department_en,
    coalesce((SELECT array_agg(o.code ORDER BY f.position) FROM people_deputy f JOIN people_post o ON o.id = f.deputy_id
              WHERE f.post_id = p.id), '{}') AS deputies
FROM people_post p JOIN people_department d ON d.id = p.department_id
WHERE p.hotel_id = %s ORDER BY d.position, d.id, p.grade DESC, p.id
"""


def posts(*, hotel_id: int) -> list[PostRow]:
    """The posts of the house by department, highest first."""
    return [PostRow(**row) for row in db.fetch_all(_POSTS, [hotel_id])]


def departments(*, hotel_id: int) -> list[tuple[str, str]]:
    """Codes and names in the language on screen."""
    rows = db.fetch_all(
        "SELECT code, name, name_en FROM people_department WHERE hotel_id = %s ORDER BY position, id", [hotel_id]
    )
    return [(row["code"], localised(row["name"], row["name_en"])) for row in rows]


def duties_between(*, hotel: HotelRef, staff_ids: Sequence[int], days: Sequence[date]) -> list[int]:
    """The duties of these people that begin on these days."""
    found: list[int] = db.fetch_values(
        "SELECT id FROM people_duty WHERE hotel_id = %s AND staff_id = ANY (%s::bigint[])"
        " AND (starts_at AT TIME ZONE %s)::date = ANY (%s::date[]) ORDER BY id",
        [hotel.pk, list(staff_ids), hotel.timezone, list(days)],
    )
    return found
