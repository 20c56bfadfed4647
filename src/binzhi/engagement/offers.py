"""An offer to somebody who waited (候补), as a message tells it: there is no reservation yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from binzhi.engagement.enums import Way
from binzhi.engagement.facts import Person, language_of
from binzhi.guests.files import phone_place as guest_phone_place
from binzhi.kernel import crypto, db
from binzhi.kernel.ui import formats
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations.enums import WaitStatus
from binzhi.reservations.waitlist.services import phone_place

_OFFER = """
SELECT w.id, w.status, w.offer_until, w.arrival, w.departure, w.rooms, t.name AS type_name, t.name_en AS type_name_en,
       coalesce(g.name, w.name) AS name, coalesce(g.nationality, '') AS nationality, g.id AS guest_id,
       coalesce(g.email, '') AS email, w.phone_sealed, g.phone_sealed AS guest_phone_sealed
FROM reservations_waitlistentry w
JOIN property_roomtype t ON t.id = w.room_type_id
LEFT JOIN guests_guest g ON g.id = w.guest_id
WHERE w.hotel_id = %s AND w.id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Somebody who waited, and until when the rooms are kept."""

    id: int
    status: str
    offer_until: datetime | None
    arrival: date
    departure: date
    rooms: int
    type_name: str
    type_name_en: str
    name: str
    nationality: str
    guest_id: int | None
    email: str
    phone_sealed: bytes | None
    guest_phone_sealed: bytes | None

    def stands(self, now: datetime) -> bool:
        return self.status == WaitStatus.OFFERED and self.offer_until is not None and self.offer_until > now

    @property
    def person(self) -> Person:
        """Who is written to, with the open addresses. Raises KeyMissing."""
        phone = ""
        if self.phone_sealed is not None:
            phone = crypto.open_sealed(self.phone_sealed, place=phone_place(self.id))
        elif self.guest_phone_sealed is not None and self.guest_id is not None:
            phone = crypto.open_sealed(self.guest_phone_sealed, place=guest_phone_place(self.guest_id))
        ways = {Way.EMAIL.value: self.email, Way.SMS.value: phone}
        addresses = {way: address for way, address in ways.items() if address}
        return Person(self.guest_id, language_of(nationality=self.nationality, name=self.name), addresses)


def offer_of(*, hotel_id: int, entry_id: int) -> Offer | None:
    """The entry as it stands now; None for one of another hotel too."""
    row = db.fetch_one(_OFFER, [hotel_id, entry_id])
    return Offer(**row) if row else None


def fields_of_offer(*, hotel: HotelRef, offer: Offer, language: str) -> dict[str, str]:
    """Every field that an offer has, in the language of the message."""
    assert offer.offer_until is not None  # it stands
    with translation.override(language):
        kind = localised(offer.type_name, offer.type_name_en)
        until = hotel.local(offer.offer_until)
        when = {"time": f"{until:%m-%d %H:%M}"}
        return {
            "guest_name": offer.name, "hotel": hotel.label,
            "arrival": formats.day_text(offer.arrival, with_weekday=True),
            "departure": formats.day_text(offer.departure, with_weekday=True),
            "nights": str((offer.departure - offer.arrival).days),
            "room_type": f"{kind} × {offer.rooms}" if offer.rooms > 1 else kind,
            "held": _("Kept for you until %(time)s.") % when, "check_in_time": f"{hotel.check_in_time:%H:%M}",
            "check_out_time": f"{hotel.check_out_time:%H:%M}",
        }  # fmt: skip
