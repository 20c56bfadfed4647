"""The stays on the guest's page."""

from __future__ import annotations

from binzhi.frontdesk.queries.guest_stays import stays_of_guest
from binzhi.guests.queries import GuestCard
from binzhi.guests.sections import GuestSection, register_guest_section
from binzhi.people.web import StaffRequest, hotel_of
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.web.words import STATUS_CHIPS

SHOWN = 5


def register() -> None:
    register_guest_section(section, order=40)


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """For who may see reservations."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.VIEW, hotel.pk):
        return None
    # The line of time has them all.
    found = stays_of_guest(hotel_id=hotel.pk, guest_id=card.guest_id, limit=SHOWN)
    return GuestSection(
        "frontdesk/guest_stays.html", {"stays": [(stay, *STATUS_CHIPS[Status(stay.status)]) for stay in found]}
    )
