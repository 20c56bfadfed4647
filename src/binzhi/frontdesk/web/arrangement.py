"""The notice of the room arranged: to be read, copied, printed."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.arranging import notices_of
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen


@require_GET
@screen(Permission.VIEW)
def arrangement(request: StaffRequest, stay: int) -> HttpResponse:
    """Both languages on one page; without a room it says that there is nothing to tell yet."""
    hotel = hotel_of(request)
    context = {
        "card": stay_card(hotel=hotel, room_reservation_id=stay),
        "notices": notices_of(hotel=hotel, room_reservation_id=stay),
    }
    return render_screen(request, "frontdesk/arrangement.html", context)
