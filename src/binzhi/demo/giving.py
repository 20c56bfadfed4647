"""Rooms that cost nothing at the demo hotel: asked for at the desk, decided by the duty manager."""

from __future__ import annotations

from binzhi.demo.house_state import Booked, House, Remember
from binzhi.frontdesk.free_rooms.services import ask_free_room, decide_free_room

EVERY = 6
REASONS = (
    ("comp", "总经理招待合作伙伴"),
    ("comp", "空调故障，投诉补偿"),
    ("house", "值班经理用房"),
    ("comp", "旅行社踩线考察"),
)


def give_away(house: House) -> None:
    """Every few days one of those who came today sleeps for nothing."""
    if house.today.toordinal() % EVERY:
        return

    def give(stay: Booked) -> Remember:
        decide_free_room(
            hotel_id=house.hotel_id, free_room_id=_ask(house, stay), approve=True, actor=house.cast["duty-manager"],
            now=house.at(21, 10),
        )  # fmt: skip
        return lambda: None

    house.each(_came_today(house)[:1], give)


def ask(house: House) -> None:
    """Two requests of today wait for their decision."""

    def wait(stay: Booked) -> Remember:
        _ask(house, stay)
        return lambda: None

    house.each(house.in_house[:2], wait)


def _came_today(house: House) -> list[Booked]:
    return [stay for stay in house.in_house if stay.planned.arrival == house.today and stay.planned.rooms == 1]


def _ask(house: House, stay: Booked) -> int:
    kind, reason = house.pick(stay.planned.number, REASONS)
    return ask_free_room(
        hotel_id=house.hotel_id, room_reservation_id=stay.room_reservation_id, kind=kind, reason=reason,
        actor=house.cast["receptionist"], now=house.at(20),
    )  # fmt: skip
