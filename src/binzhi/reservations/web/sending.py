"""One press of 确认预订: the guest file where it is new, the reservation, once per form."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from binzhi.guests.access import Permission as GuestPermission
from binzhi.guests.queries import search_guests
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel.actor import Actor
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.property.queries import HotelRef
from binzhi.reservations.requests import NewReservation
from binzhi.reservations.services import create_reservation

SAME_PHONE = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """`repeated`: the same form had been sent before; nothing was booked again."""

    number: str
    repeated: bool


def book_once(*, hotel: HotelRef, booking: NewReservation, key: str, actor: Actor, now: datetime) -> Sent:
    """Book what the screen asks for, once per `key`; a repeat answers with the first reservation.

    A guest without a file gets one where the clerk may make one. Raises what the services raise; then nothing is kept.
    """

    def work() -> dict[str, Any]:
        known = _with_guest(hotel=hotel, booking=booking, actor=actor, now=now)
        made = create_reservation(hotel_id=hotel.pk, booking=known, actor=actor, now=now)
        return {"number": made.number}

    answer, repeated = run_once(
        caller=f"user:{actor.user_id}:{hotel.pk}",
        key=key,
        fingerprint=fingerprint_of("book", asdict(booking)),
        work=work,
    )
    return Sent(answer["number"], repeated)


def _with_guest(*, hotel: HotelRef, booking: NewReservation, actor: Actor, now: datetime) -> NewReservation:
    if booking.guest_id is not None:
        return booking
    guest_id = _same_person(hotel, booking)
    if guest_id is None:
        if not actor.may(GuestPermission.CREATE, hotel.pk):
            return booking
        details = GuestDetails(
            name=booking.booker_name, phone=booking.booker_phone, organisation_id=booking.organisation_id
        )
        guest_id = create_guest(hotel_id=hotel.pk, details=details, actor=actor, now=now)
    first, *others = booking.rooms
    return replace(booking, guest_id=guest_id, rooms=(replace(first, guest_id=guest_id), *others))


def _same_person(hotel: HotelRef, booking: NewReservation) -> int | None:
    """The file with this very name and phone: a draft taken up again must not make a second one."""
    if not booking.booker_phone:
        return None
    hits = search_guests(group_id=hotel.group_id, text=booking.booker_phone, limit=SAME_PHONE)
    return next((hit.guest_id for hit in hits if hit.name == booking.booker_name.strip()), None)
