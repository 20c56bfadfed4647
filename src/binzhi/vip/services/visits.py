"""Visits: proposed, written anew, put at another time, cancelled."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.guests.models import Guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.services.moments import move_anchor
from binzhi.promises.services.runs import cancel_run
from binzhi.property.models import Hotel
from binzhi.reservations.models import RoomReservation
from binzhi.vip import engine, filing, reception
from binzhi.vip.access import Permission
from binzhi.vip.enums import VisitStatus
from binzhi.vip.errors import AlreadyArrived, RoomHasVisit
from binzhi.vip.events import VisitCancelled, VisitChanged, VisitProposed
from binzhi.vip.letters import STANDARD, clean_letter
from binzhi.vip.models import StandingEntry, Visit
from binzhi.vip.requests import NewVisit, VisitDetails, VisitRef
from binzhi.vip.visits import address_of, department_id, lock_visit, room_of, times_of, write

TITLE_LIMIT, TEXT_LIMIT, REASON_LIMIT = 60, 1000, 200
LARGEST_PARTY = 1000


@operation(Permission.PROPOSE)
def propose_visit(
    *, hotel_id: int, visit: NewVisit, standing_id: int | None = None, actor: Actor, now: datetime
) -> VisitRef:
    """Put a guest's visit forward; it has no level before the general manager approves one.

    `standing_id`: the entry of the standing list that is the reason. Adds a visit. Locks nothing. Raises NotFound
    (guest, reservation, entry), RoomHasVisit, UnknownDepartment, InvalidInput at the field. Publishes VisitProposed.
    """
    if standing_id is not None and not StandingEntry.objects.filter(hotel_id=hotel_id, pk=standing_id).exists():
        raise NotFound(field="standing")
    hotel = Hotel.objects.get(pk=hotel_id)
    room = None if visit.room_reservation_id is None else room_of(hotel_id, visit.room_reservation_id)
    guest = _guest(hotel, visit.guest_id, room)
    arrival, departure = _times(hotel, visit, room)
    title = (
        visit.title
        or (address_of(guest.name, guest.sex) if guest else "")
        or (room.reservation.booker_name if room else "")
    )
    host = department_id(hotel_id, visit.host_department) if visit.host_department else None
    try:
        made = Visit.objects.create(
            hotel_id=hotel_id, guest=guest, room_reservation=room, host_department_id=host, standing_id=standing_id,
            arrival_at=arrival, departure_at=departure, stay_arrival=room.arrival if room else None,
            stay_departure=room.departure if room else None, proposed_by_id=actor.user_id, proposed_at=now,
            **_words(VisitDetails(title, visit.party_size, visit.needs, visit.cautions)),
        )  # fmt: skip
    except IntegrityError as error:
        if db.constraint_of(error) == "one_visit_a_room":
            raise RoomHasVisit from error
        raise
    record(
        "visit.proposed", subject="visit", subject_id=made.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "guest": made.guest_id, "room_reservation": made.room_reservation_id, "arrival": arrival,
            "departure": departure, "standing": standing_id,
        },
        event=VisitProposed(hotel_id=hotel_id, visit_id=made.pk),
    )  # fmt: skip
    return VisitRef(made.pk, 1)


def _guest(hotel: Hotel, guest_id: int | None, room: RoomReservation | None) -> Guest | None:
    """The guest named, else the reservation's; a visit is somebody's. Raises NotFound, InvalidInput."""
    if guest_id is None:
        if room is None:
            raise InvalidInput(field="guest", message=_("Choose the guest or the reservation."))
        return room.guest or room.reservation.guest
    found = Guest.objects.filter(pk=guest_id, group_id=hotel.group_id).first()
    if found is None:
        raise NotFound(field="guest")
    return found


def _times(hotel: Hotel, visit: NewVisit, room: RoomReservation | None) -> tuple[datetime, datetime]:
    arrival, departure = visit.arrival_at, visit.departure_at
    if room is not None:
        usual = times_of(hotel, room)
        arrival, departure = arrival or usual[0], departure or usual[1]
    if arrival is None:
        raise InvalidInput(field="arrival_at", message=_("Say when the guest arrives."))
    if departure is None:
        raise InvalidInput(field="departure_at", message=_("Say when the guest leaves."))
    _require_order(arrival, departure)
    return arrival, departure


def _require_order(arrival: datetime, departure: datetime) -> None:
    for field, at in (("arrival_at", arrival), ("departure_at", departure)):
        if at.tzinfo is None:
            raise InvalidInput(field=field, message=_("This time has no time zone."))
    if departure <= arrival:
        raise InvalidInput(field="departure_at", message=_("The departure must be after the arrival."))


def _words(details: VisitDetails) -> dict[str, str | int]:
    if not 1 <= details.party_size <= LARGEST_PARTY:
        raise InvalidInput(field="party_size", message=_("Between 1 and %(most)s people."), most=LARGEST_PARTY)
    return {
        "title": clean_text(details.title, field="title", limit=TITLE_LIMIT, required=True),
        "party_size": details.party_size,
        "needs": clean_text(details.needs, field="needs", limit=TEXT_LIMIT, multiline=True),
        "cautions": clean_text(details.cautions, field="cautions", limit=TEXT_LIMIT, multiline=True),
    }


@operation(Permission.PROPOSE)
def update_visit(
    *, hotel_id: int, visit_id: int, details: VisitDetails, expected_version: int | None = None, actor: Actor,
    now: datetime,
) -> VisitRef:  # fmt: skip
    """Write anew how the guest is addressed, how many come, needs and cautions.

    A notice that went out stays as it was: issue another. Locks the visit. Raises NotFound, EditConflict, VisitEnded,
    InvalidInput at the field. Publishes VisitChanged.
    """
    words = _words(details)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, expected_version=expected_version)
    changed = sorted(name for name, value in words.items() if getattr(visit, name) != value)
    ref = write(visit, **words)
    if "title" in changed and reception.is_live(visit):
        engine.rename(visit, actor=actor, now=now)
    record(
        "visit.changed", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"changed": changed}, event=VisitChanged(hotel_id=hotel_id, visit_id=visit_id),
    )  # fmt: skip
    return ref


@operation(Permission.PLAN)
def write_letter(*, hotel_id: int, visit_id: int, letter: str, actor: Actor, now: datetime) -> VisitRef:
    """The general manager's letter in words for this guest; empty, the letter of the level stands again.

    Locks the visit. Raises NotFound, VisitEnded, InvalidInput at the letter. Publishes VisitChanged.
    """
    letter = clean_letter(letter)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    usual = (visit.level.letter if visit.level else "") or STANDARD
    ref = write(visit, letter="" if letter == usual else letter)
    record(
        "visit.letter_written", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"own": visit.letter != ""}, event=VisitChanged(hotel_id=hotel_id, visit_id=visit_id),
    )  # fmt: skip
    return ref


@operation(Permission.PLAN)
def move_arrival(
    *,
    hotel_id: int,
    visit_id: int,
    arrival_at: datetime,
    departure_at: datetime | None = None,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> VisitRef:
    """The guest comes (and leaves) at another time: every open task moves along, who had seen one is told again.

    Once the guest is here only the departure moves: `arrival_at` must then be what it is. Locks the visit, then its
    run. Raises NotFound, EditConflict, VisitEnded, AlreadyArrived, InvalidInput at the field. Publishes VisitChanged.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, expected_version=expected_version)
    departure = departure_at or visit.departure_at
    _require_order(arrival_at, departure)
    before = {"arrival": visit.arrival_at, "departure": visit.departure_at}
    moved = {"arrival": arrival_at, "departure": departure}
    for field, at in moved.items():
        if at != before[field] and at < now:
            raise InvalidInput(field=f"{field}_at", message=_("This time has passed."))
    if visit.status == VisitStatus.IN_HOUSE and arrival_at != visit.arrival_at:
        raise AlreadyArrived
    ref = write(visit, arrival_at=arrival_at, departure_at=departure)
    if visit.run_id is not None:
        for anchor, at in moved.items():
            if at != before[anchor] and engine.has_anchor(visit.run_id, anchor):
                move_anchor(
                    hotel_id=hotel_id, run_id=visit.run_id, anchor=anchor, at=at,
                    actor=engine.acting(actor, hotel_id), now=now,
                )  # fmt: skip
    record(
        "visit.moved", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        before=dict(before), after=dict(moved), event=VisitChanged(hotel_id=hotel_id, visit_id=visit_id),
    )  # fmt: skip
    return ref


@operation(Permission.PLAN)
def cancel_visit(
    *, hotel_id: int, visit_id: int, reason: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> VisitRef:
    """The guest does not come: the protocol ends, its open tasks are dropped, who had one is told.

    Locks the visit, then its run. Raises NotFound, EditConflict, VisitEnded, AlreadyArrived, InvalidInput at the
    reason. Publishes VisitCancelled.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, expected_version=expected_version)
    if visit.status == VisitStatus.IN_HOUSE:
        raise AlreadyArrived
    if visit.run_id is not None:
        cancel_run(hotel_id=hotel_id, run_id=visit.run_id, reason=reason, actor=engine.acting(actor, hotel_id), now=now)
    before = visit.status
    filing.go_back(visit)
    ref = write(visit, status=VisitStatus.CANCELLED, ended_at=now)
    record(
        "visit.cancelled", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"status": before}, after={"status": "cancelled"}, reason=reason,
        event=VisitCancelled(hotel_id=hotel_id, visit_id=visit_id),
    )  # fmt: skip
    return ref
