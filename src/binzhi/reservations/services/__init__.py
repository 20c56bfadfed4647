"""Everything that changes reservations, rates and what is for sale."""

from binzhi.reservations.requests import (
    Cancelled,
    LimitChange,
    NewReservation,
    RateRange,
    ReservationDetails,
    ReservationRef,
    RoomChange,
    RoomRequest,
)
from binzhi.reservations.services.change import ChangeQuote, change_room, quote_change
from binzhi.reservations.services.create import create_reservation
from binzhi.reservations.services.details import confirm_reservation, update_details
from binzhi.reservations.services.endings import cancel_reservation, mark_no_show, reinstate
from binzhi.reservations.services.inventory import open_nights, set_rates, set_sell_limits
from binzhi.reservations.services.out_of_order import return_room_to_service, set_room_out_of_order

__all__ = [
    "Cancelled",
    "ChangeQuote",
    "LimitChange",
    "NewReservation",
    "RateRange",
    "ReservationDetails",
    "ReservationRef",
    "RoomChange",
    "RoomRequest",
    "cancel_reservation",
    "change_room",
    "confirm_reservation",
    "create_reservation",
    "mark_no_show",
    "open_nights",
    "quote_change",
    "reinstate",
    "return_room_to_service",
    "set_rates",
    "set_room_out_of_order",
    "set_sell_limits",
    "update_details",
]
