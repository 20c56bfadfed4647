"""Building blocks: a visit locked and written, departments and levels found by their codes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from binzhi.guests.enums import Sex
from binzhi.kernel.errors import EditConflict, NotFound
from binzhi.kernel.surnames import surname_of
from binzhi.people.models import Department
from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation
from binzhi.vip.enums import VisitStatus
from binzhi.vip.errors import UnknownDepartment, UnknownLevel, VisitEnded
from binzhi.vip.models import Level, Visit
from binzhi.vip.requests import VisitRef

ENDED = (VisitStatus.GONE, VisitStatus.CANCELLED)


def lock_visit(*, hotel_id: int, visit_id: int, expected_version: int | None = None, ended_too: bool = False) -> Visit:
    """A visit nobody else can change before this transaction ends. Raises NotFound, EditConflict, VisitEnded."""
    rows = Visit.objects.select_for_update(of=("self",), no_key=True).filter(hotel_id=hotel_id, pk=visit_id)
    visit = rows.select_related(
        "level", "guest", "host_department", "room_reservation__room", "room_reservation__room_type"
    ).first()
    if visit is None:
        raise NotFound(field="visit")
    if expected_version is not None and visit.version != expected_version:
        raise EditConflict(current={"version": visit.version, "status": visit.status})
    if visit.status in ENDED and not ended_too:
        raise VisitEnded
    return visit


def write(visit: Visit, **changes: Any) -> VisitRef:
    """Write a locked visit and count the change."""
    Visit.objects.filter(pk=visit.pk).update(**changes, version=F("version") + 1)
    visit.version += 1
    for name, value in changes.items():
        setattr(visit, name, value)
    return VisitRef(visit.pk, visit.version, visit.run_id)


def address_of(name: str, sex: str) -> str:
    """王先生, 李女士: the surname as everybody who serves says it; without a known sex the whole name."""
    title = {Sex.MALE.value: "先生", Sex.FEMALE.value: "女士"}.get(sex)
    chinese = any("\u3400" <= character <= "\u9fff" for character in name)
    return f"{surname_of(name)}{title}" if title and chinese else name


def department_id(hotel_id: int, code: str) -> int:
    """Raises UnknownDepartment."""
    found = Department.objects.filter(hotel_id=hotel_id, code=code).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownDepartment(department=code)
    return found


def level_of(hotel_id: int, code: str) -> Level:
    """A level that is in use. Raises UnknownLevel."""
    found = Level.objects.filter(hotel_id=hotel_id, code=code, is_active=True).first()
    if found is None:
        raise UnknownLevel(level=code)
    return found


def room_of(hotel_id: int, room_reservation_id: int) -> RoomReservation:
    """Raises NotFound."""
    found = (
        RoomReservation.objects.select_related("reservation", "room", "room_type", "guest")
        .filter(hotel_id=hotel_id, pk=room_reservation_id)
        .first()
    )
    if found is None:
        raise NotFound(field="room_reservation")
    return found


def times_of(hotel: Hotel, room: RoomReservation) -> tuple[datetime, datetime]:
    """When a reservation is expected and to leave, on the hotel's clocks."""
    zone = ZoneInfo(hotel.timezone)
    comes: time = room.reservation.expected_at or hotel.check_in_time
    arrival = datetime.combine(room.arrival, comes, zone)
    departure = datetime.combine(room.departure, hotel.check_out_time, zone)
    # A day use leaves on the day it comes, and may come after the hour of departure.
    return arrival, max(departure, datetime.combine(room.departure, time(23, 59), zone)) if departure <= arrival else (
        departure
    )
