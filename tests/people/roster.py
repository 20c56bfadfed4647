"""A roster to test with: shifts, people, duties, on the hotel's clocks (Shanghai)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from binzhi.kernel import db
from binzhi.people import services
from binzhi.people.services import AbsenceInput, DutyInput, ShiftInput
from binzhi.people.setup import StaffRef, create_staff
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY

ZONE = ZoneInfo("Asia/Shanghai")
SHIFTS = {"a": ("早班", time(7), time(15)), "p": ("中班", time(15), time(23)), "n": ("夜班", time(23), time(7))}


def at(hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
    """A moment on the hotel's clocks."""
    return datetime.combine(day, time(hour, minute), ZONE)


def make_shifts(hotel: HotelRef) -> None:
    for code, (name, starts, ends) in SHIFTS.items():
        services.set_shift(
            hotel_id=hotel.pk,
            code=code,
            shift=ShiftInput(name=name, starts=starts, ends=ends),
            actor=SYSTEM,
            now=NOW,
        )


def hire(hotel: HotelRef, username: str, post: str, *, since: date = date(2026, 1, 1)) -> StaffRef:
    return create_staff(hotel_id=hotel.pk, username=username, name=username, password=None, post=post, since=since)


def put(hotel: HotelRef, *staff: StaffRef, shift: str = "a", days: Sequence[date] = (TODAY,), **more: Any) -> list[int]:
    """On the roster; `acting_post`, `starts`, `ends` belong to the duty, the rest to the operation."""
    own = {key: more.pop(key) for key in ("acting_post", "starts", "ends") if key in more}
    return services.put_on_duty(
        hotel_id=hotel.pk, staff_ids=[someone.staff_id for someone in staff], days=days,
        duty=DutyInput(shift=shift, **own), **({"actor": SYSTEM, "now": NOW} | more),
    )  # fmt: skip


def absent(hotel: HotelRef, someone: StaffRef, starts: datetime, ends: datetime, kind: str = "sick") -> int:
    return services.note_absence(
        hotel_id=hotel.pk, staff_id=someone.staff_id, actor=SYSTEM, now=NOW,
        absence=AbsenceInput(kind=kind, starts_at=starts, ends_at=ends),
    )  # fmt: skip


def planned(hotel: HotelRef) -> list[tuple[int, datetime, datetime]]:
    """Every duty: who, from, until."""
    db.enter_scope("*", "*")
    rows = db.fetch_all(
        "SELECT staff_id, starts_at, ends_at FROM people_duty WHERE hotel_id = %s ORDER BY staff_id, starts_at",
        [hotel.pk],
    )
    return [(row["staff_id"], row["starts_at"], row["ends_at"]) for row in rows]


def traces(hotel: HotelRef) -> dict[str, str]:
    """What a refusal must leave as it was."""
    db.enter_scope("*", "*")
    tables = (
        "people_shift",
        "people_duty",
        "people_absence",
        "people_deputy",
        "kernel_audit_entry",
        "kernel_outbox_event",
    )
    return {
        table: db.fetch_value(
            f"SELECT md5(coalesce(string_agg(x::text, ';' ORDER BY x::text), '')) FROM {table} x WHERE hotel_id = %s",
            [hotel.pk],
        )
        for table in tables
    }
