"""The days to come on the room calendar: rooms given a week ahead, and one long stay that has to change its room."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from binzhi.demo.house_state import House
from binzhi.frontdesk.calendar.placing import split_stay
from binzhi.frontdesk.errors import NothingToAssign
from binzhi.frontdesk.services import assign_proposed
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.reservations.stays import free_rooms

WEEK = 7
# Long enough to be split in the middle.
LONG = 4
_LONG_STAY = """
SELECT id, arrival, departure, room_type_id, room_id FROM reservations_roomreservation
WHERE hotel_id = %s AND status = 'reserved' AND room_id IS NOT NULL AND arrival > %s AND departure - arrival >= %s
ORDER BY arrival, id LIMIT 1
"""


def plan_ahead(house: House) -> None:
    """The evening shift gave next week's arrivals their rooms; today's are given in the morning."""
    clerk = house.cast["front-office-supervisor"]
    for ahead in range(1, WEEK + 1):
        with suppress(NothingToAssign):
            assign_proposed(
                hotel_id=house.hotel_id, arrival=house.today + timedelta(days=ahead), actor=clerk, now=house.at(9, 50)
            )
    row = db.fetch_one(_LONG_STAY, [house.hotel_id, house.today, LONG])
    if row is not None:
        _split(house, row["id"], row["arrival"] + timedelta(days=2), row["departure"], row["room_type_id"])


def _split(house: House, stay: int, night: date, departure: date, room_type_id: int) -> None:
    rooms = free_rooms(
        hotel_id=house.hotel_id, dates=StayDates(night, departure), room_type_id=room_type_id, limit=1, besides=None
    )
    if rooms:
        split_stay(
            hotel_id=house.hotel_id, room_reservation_id=stay, night=night, room_id=rooms[0].room_id,
            actor=house.cast["front-office-supervisor"], now=house.at(9, 55),
        )  # fmt: skip
