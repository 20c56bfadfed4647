"""Everything that changes reservations, rates and what is for sale."""

from binzhi.reservations.requests import (
    Cancelled,
    NewReservation,
    ReservationDetails,
    ReservationRef,
    RoomChange,
    RoomRequest,
)
from binzhi.reservations.services.create import create_reservation

__all__ = [
    "Cancelled",
    "NewReservation",
    "ReservationDetails",
    "ReservationRef",
    "RoomChange",
    "RoomRequest",
    "create_reservation",
]
