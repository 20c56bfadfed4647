"""What a message can tell: of whom, to where, and the fields of a reservation in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext

from binzhi.engagement.enums import Kind, Way
from binzhi.guests.files import phone_place as guest_phone_place
from binzhi.guests.phones import mask_phone
from binzhi.guests.privacy.masking import mask_email
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.ui import formats
from binzhi.property.queries import HotelRef
from binzhi.reservations.booker import phone_place as booker_phone_place
from binzhi.reservations.enums import Status
from binzhi.reservations.queries import ReservationView, RoomView, reservation_view
from binzhi.reservations.queries.policies import policies_of_rooms
from binzhi.reservations.web.letter import alike, detail_lines, held_words

# Whose first language is taken to be Chinese.
CHINESE = frozenset({"", "CHN", "HKG", "MAC", "TWN", "SGP"})
_NUMBER = "SELECT number FROM reservations_reservation WHERE hotel_id = %s AND id = %s"
_PERSON = """
SELECT g.id AS guest_id, g.email, g.phone_sealed, g.nationality, g.name, v.booker_phone_sealed
FROM reservations_reservation v
LEFT JOIN reservations_roomreservation r ON r.reservation_id = v.id
    AND r.id = coalesce(%(room)s, (SELECT min(x.id) FROM reservations_roomreservation x WHERE x.reservation_id = v.id))
LEFT JOIN guests_guest g ON g.id = CASE WHEN %(sleeper)s THEN coalesce(r.guest_id, v.guest_id)
    ELSE coalesce(v.guest_id, r.guest_id) END
WHERE v.hotel_id = %(hotel)s AND v.id = %(reservation)s
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about: a reservation, or one of its rooms."""

    kind: str
    reservation_id: int
    room_reservation_id: int | None = None

    @property
    def to_sleeper(self) -> bool:
        """Told to who sleeps there, not to who booked."""
        return self.kind in (Kind.ARRANGEMENT, Kind.THANKS)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is written to. `addresses` by way; a way without one is missing."""

    guest_id: int | None
    language: str
    addresses: Mapping[str, str]

    def masked(self, way: str) -> str:
        address = self.addresses[way]
        return mask_phone(address) if way == Way.SMS else mask_email(address)


def view_of(*, hotel_id: int, reservation_id: int) -> ReservationView:
    """The reservation by its id. Raises NotFound, for one of another hotel too."""
    number = db.fetch_value(_NUMBER, [hotel_id, reservation_id])
    if number is None:
        raise NotFound(field="reservation")
    return reservation_view(hotel_id=hotel_id, number=number)


def person_of(*, hotel_id: int, subject: Subject) -> Person:
    """Who booked, or who sleeps there, with the open addresses. Raises NotFound."""
    row = db.fetch_one(
        _PERSON,
        {"hotel": hotel_id, "reservation": subject.reservation_id, "room": subject.room_reservation_id,
         "sleeper": subject.to_sleeper},
    )  # fmt: skip
    if row is None:
        raise NotFound(field="reservation")
    language = language_of(nationality=row["nationality"] or "", name=row["name"] or "")
    return Person(row["guest_id"], language, _addresses(row, subject))


def language_of(*, nationality: str, name: str) -> str:
    """In which language somebody is written to."""
    if nationality in CHINESE and not (not nationality and name and name.isascii()):
        return "zh-hans"
    return "en"


def _addresses(row: Mapping[str, Any], subject: Subject) -> dict[str, str]:
    found: dict[str, str] = {}
    if row["email"]:
        found[Way.EMAIL.value] = row["email"]
    own, booker = row["phone_sealed"], row["booker_phone_sealed"]
    phone = ""
    if booker is not None and not subject.to_sleeper:
        phone = crypto.open_sealed(booker, place=booker_phone_place(subject.reservation_id))
    elif own is not None:
        phone = crypto.open_sealed(own, place=guest_phone_place(row["guest_id"]))
    if phone:
        found[Way.SMS.value] = phone
    return found


def is_to_be_told(subject: Subject, view: ReservationView) -> bool:
    """Does the message still fit how the reservation stands?"""
    if subject.kind == Kind.NOTE:
        return True
    if subject.kind == Kind.WAITLIST:
        # Told of an entry of the waitlist, never of a reservation.
        return False
    rooms = told_rooms(subject, view)
    if subject.kind == Kind.ARRANGEMENT:
        return any(room.room for room in rooms)
    return bool(rooms)


def told_rooms(subject: Subject, view: ReservationView) -> list[RoomView]:
    """The rooms that a message speaks of."""
    rooms = [room for room in view.rooms if subject.room_reservation_id in (None, room.id)]
    if subject.kind == Kind.THANKS:
        return [room for room in rooms if room.status == Status.CHECKED_OUT]
    if subject.kind == Kind.NOTE:
        return rooms
    return [room for room in rooms if room.status == Status.RESERVED]


def fields_of(*, hotel: HotelRef, subject: Subject, view: ReservationView, language: str) -> dict[str, str]:
    """Every field in the language of the message."""
    rooms = told_rooms(subject, view) or list(view.rooms)
    with translation.override(language):
        return _fields(hotel, subject, view, rooms)


def _fields(hotel: HotelRef, subject: Subject, view: ReservationView, rooms: Sequence[RoomView]) -> dict[str, str]:
    policies = policies_of_rooms(hotel_id=hotel.pk, room_ids=[room.id for room in rooms])
    arrival, departure = min(room.arrival for room in rooms), max(room.departure for room in rooms)
    kinds = [f"{room.room_type_label} × {count}" if count > 1 else room.room_type_label for room, count in alike(rooms)]
    name = view.guest_name or view.booker_name
    if subject.to_sleeper and rooms[0].guest_name:
        name = rooms[0].guest_name
    total = sum((room.total for room in rooms), Decimal(0))
    listed = pgettext("between names", ", ")
    return {
        "guest_name": name, "hotel": hotel.label, "number": view.number,
        "arrival": formats.day_text(arrival, with_weekday=True),
        "departure": formats.day_text(departure, with_weekday=True),
        "nights": str((departure - arrival).days), "room_type": listed.join(dict.fromkeys(kinds)),
        # A VIP's room is no matter for a locked telephone's screen.
        "room": listed.join(room.room or "" for room in rooms if room.room and not room.vip_rank),
        "total": formats.money(total, currency=hotel.currency), "held": held_words(hotel, view),
        "details": "\n".join(detail_lines(hotel, view, rooms, policies)),
        "check_in_time": f"{hotel.check_in_time:%H:%M}", "check_out_time": f"{hotel.check_out_time:%H:%M}",
    }  # fmt: skip
