"""What is still promised, on the guest's page."""

from __future__ import annotations

from binzhi.guests.queries import GuestCard
from binzhi.guests.sections import GuestSection, register_guest_section
from binzhi.kernel import clock
from binzhi.people.web import StaffRequest, hotel_of
from binzhi.promises.access import Permission
from binzhi.promises.queries.of_guest import open_promises

SHOWN = 4


def register() -> None:
    register_guest_section(section, order=90, place="head")


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """For who may see tasks; nothing where nothing is open."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.VIEW, hotel.pk):
        return None
    found = open_promises(hotel_id=hotel.pk, guest_id=card.guest_id, now=clock.now())
    if not found:
        return None
    return GuestSection(
        "promises/guest_promises.html", {"cards": found[:SHOWN], "count": len(found), "run": found[0].run_id}
    )
