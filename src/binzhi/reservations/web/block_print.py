"""A group on paper: who is in which room, for keys, luggage and the guide."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import queries


@screen(Permission.VIEW)
@require_GET
def sheet(request: StaffRequest, block_id: int) -> HttpResponse:
    """Rooms with all their people, a box to tick for each key."""
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    people = queries.announced(hotel_id=hotel.pk, block_id=block_id)
    rooms = [
        (row, people.get(row.room_reservation_id) or [row.guest])
        for row in queries.block_rooms(hotel_id=hotel.pk, block_id=block_id)
        if row.status in ("reserved", "in_house")
    ]
    return render(request, "reservations/block_sheet.html", {"view": view, "hotel": hotel, "rooms": rooms})
