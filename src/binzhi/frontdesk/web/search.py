"""Rooms for the one box that finds everything: by number, with who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.guests.privacy.masking import name_for
from binzhi.kernel import db
from binzhi.kernel.ui.finding import Hit, register_search
from binzhi.kernel.ui.rooms import ROOM_STATES
from binzhi.property.queries import localised

SHOWN = 5
LONGEST_NUMBER = 10

_ROOMS = """
SELECT r.number, t.name, t.name_en, coalesce(g.name, v.booker_name, '') AS guest_name,
       CASE WHEN r.maintenance = 'out_of_order' THEN 'ooo' WHEN r.maintenance = 'out_of_service' THEN 'oos'
            WHEN s.id IS NULL AND r.housekeeping = 'dirty' THEN 'vd' WHEN s.id IS NULL THEN 'vc'
            WHEN r.housekeeping = 'dirty' THEN 'od' ELSE 'oc' END AS state
FROM property_room r
JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN reservations_roomreservation s ON s.room_id = r.id AND s.status = 'in_house' AND s.hotel_id = r.hotel_id
LEFT JOIN reservations_reservation v ON v.id = s.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(s.guest_id, v.guest_id)
WHERE r.hotel_id = %s AND r.is_active AND starts_with(upper(r.number), %s)
ORDER BY length(r.number), r.number LIMIT %s
"""


def register() -> None:
    """Called once, when the applications are ready."""
    register_search(_("Rooms"), find_rooms, order=20)


def find_rooms(request: HttpRequest, query: str) -> Iterable[Hit]:
    hotel: Any = getattr(request, "hotel", None)
    actor: Any = getattr(request, "actor", None)
    number = query.strip().upper()
    if hotel is None or not actor.may(Permission.VIEW, hotel.pk):
        return
    if not number or len(number) > LONGEST_NUMBER or not any(character.isdigit() for character in number):
        return
    for row in db.fetch_all(_ROOMS, [hotel.pk, number, SHOWN]):
        state = ROOM_STATES[row["state"]]
        yield Hit(
            title=row["number"],
            url=reverse("frontdesk:room", args=[hotel.code, row["number"]]),
            icon=state.icon,
            detail=localised(row["name"], row["name_en"]),
            tail=f"{state.label} {name_for(actor, hotel.pk, row['guest_name'])}".strip(),
        )
