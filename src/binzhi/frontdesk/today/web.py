"""The screen 今日 and its live part."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.today.board import today_board
from binzhi.frontdesk.today.words import BoardWords
from binzhi.kernel import clock
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef


@require_GET
@screen(Permission.VIEW)
def today(request: StaffRequest) -> HttpResponse:
    hotel = request.hotel
    assert hotel is not None  # the gate has let it through
    board = today_board(hotel=hotel, now=clock.now())
    links = _links(hotel)
    context = {"board": board, "links": links, "words": BoardWords(board, hotel, rack=links["rack"])}
    return render_screen(request, "frontdesk/today.html", context, part="frontdesk/today_board.html")


def _links(hotel: HotelRef) -> dict[str, str]:
    """Every number opens the list behind it."""
    today, reservations = hotel.business_date, _url("reservations:list", hotel)
    return {
        "new": _url("reservations:new", hotel),
        "walk_in": _url("frontdesk:walk_in", hotel),
        "rack": _url("frontdesk:rack", hotel),
        "arrivals": _url("frontdesk:arrivals", hotel),
        "departures": _url("frontdesk:departures", hotel),
        "in_house": _url("frontdesk:in_house", hotel),
        "reservations": reservations,
        "tonight": f"{reservations}?{urlencode({'night': today})}",
        "walk_ins": f"{reservations}?{urlencode({'walk_in': 1, 'from': today, 'to': today})}",
        "cancelled": f"{reservations}?{urlencode({'status': 'cancelled', 'ended': today})}",
        "no_shows": f"{reservations}?{urlencode({'status': 'no_show', 'ended': today - timedelta(days=1)})}",
    }


def _url(name: str, hotel: HotelRef) -> str:
    try:
        return reverse(name, args=[hotel.code])
    except NoReverseMatch:
        return ""  # a screen that this installation does not have
