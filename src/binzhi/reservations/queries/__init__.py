"""Reservations and what can be booked, read."""

from binzhi.reservations.queries.actions import allowed_actions, allowed_on_reservation
from binzhi.reservations.queries.offers import Offer, offers
from binzhi.reservations.queries.quotes import CancellationQuote, cancellation_quote, total_fee
from binzhi.reservations.queries.views import (
    ReservationRow,
    ReservationView,
    RoomView,
    details_of,
    reservation_list,
    reservation_of_room,
    reservation_view,
    room_of,
)

__all__ = [
    "CancellationQuote",
    "Offer",
    "ReservationRow",
    "ReservationView",
    "RoomView",
    "allowed_actions",
    "allowed_on_reservation",
    "cancellation_quote",
    "details_of",
    "offers",
    "reservation_list",
    "reservation_of_room",
    "reservation_view",
    "room_of",
    "total_fee",
]
