"""Today: the hotel as a visitor of the demo finds it, in the middle of its day, something to do on every screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from binzhi.demo import days
from binzhi.demo.ahead import plan_ahead
from binzhi.demo.house_state import Booked, House, Remember
from binzhi.demo.plan import WAYS, Planned
from binzhi.frontdesk.services import assign_proposed, unassign_room
from binzhi.kernel import db
from binzhi.property.services import set_do_not_disturb, set_room_condition
from binzhi.reservations.services import set_room_out_of_order

# Of who leaves today so many have left; of who comes so many are in.
GONE, COME = 0.7, 0.35
WITHOUT_ROOM = 7
# Shares of the dirty rooms that were cleaned by now (empty ones first: somebody waits for them), and inspected since.
CLEANED_EMPTY, CLEANED_OCCUPIED, INSPECTED = 0.7, 0.45, 0.55

FIRST_VIP = 900_001
BROKEN = (("STD", "空调压缩机更换", 2), ("KNG", "卫生间渗水维修", 4))
_DIRTY = """
SELECT r.id, EXISTS (
    SELECT 1 FROM reservations_roomreservation rr WHERE rr.room_id = r.id AND rr.status = 'in_house') AS occupied
FROM property_room r WHERE r.hotel_id = %s AND r.housekeeping = 'dirty' AND r.maintenance = 'in_service'
ORDER BY r.number
"""


def vip_bookings(house: House) -> list[Planned]:
    """The guests of honour who are due today: the first of the people are the VIPs."""
    suite, deluxe = ("STE", 2), ("DLX", 1)
    ways = {way.source: way for way in WAYS}
    return [
        Planned(
            number=FIRST_VIP + person, booked_on=house.today - timedelta(days=3), arrival=house.today, nights=nights,
            room_type=code, adults=2, children=0, way=ways["phone"], person=person, hour=hour, remark=remark,
            requests=requests,
        )
        for person, ((code, nights), hour, requests, remark) in enumerate(
            (
                (suite, 16, ("high_floor", "lake_view"), "随行4人，两部车；总经理迎接"),
                (suite, 18, ("high_floor", "quiet"), "18:20到店，提前开空调26℃"),
                (deluxe, 19, (), "自带司机，车位一个"),
            )
        )
    ]  # fmt: skip


def break_rooms(house: House) -> None:
    """Two rooms out of order, found before today's arrivals are given rooms."""
    for wanted, reason, nights in BROKEN:
        until = house.today + timedelta(days=nights)
        for code in (wanted, *house.free):
            if house.free[code] and house.has_room(code, house.today, until):
                house.each([(house.free[code][-1], until, reason)], lambda entry: _break(house, *entry))
                break


def _break(house: House, room: int, until: date, reason: str) -> Remember:
    set_room_out_of_order(
        hotel_id=house.hotel_id, room_id=room, start=house.today, until=until, reason=reason,
        actor=house.cast["engineering-manager"], now=house.at(8, 40),
    )  # fmt: skip
    return lambda: house.close_room(room, house.today, until)


def set_scene(house: House, bookings: Sequence[Planned]) -> None:
    """The morning and the early afternoon of the open day."""
    days.take_bookings(house, bookings)
    days.lose_bookings(house)
    break_rooms(house)
    _refit(house)
    days.bill_extras(house)
    leaving = [stay for stay in house.in_house if stay.departure <= house.today]
    days.leave(house, leaving[: round(len(leaving) * GONE)])
    _clean(house)
    coming = house.expected.pop(house.today, [])
    _arrive_some(house, coming)
    _give_rooms(house, [stay for stay in coming if stay.planned.number >= FIRST_VIP])
    plan_ahead(house)
    _signs(house)


def _refit(house: House) -> None:
    """A free room, a suite if there is one, that is being refitted: out of service, but not out of the inventory."""
    code = next((code for code in ("STE", *house.free) if house.free[code]), None)
    if code is not None:
        db.execute("UPDATE property_room SET maintenance = 'out_of_service' WHERE id = %s", [house.free[code].pop(0)])


def _arrive_some(house: House, coming: Sequence[Booked]) -> None:
    """Some are in by now: those with a clean room of their type, VIPs later."""
    ordinary = [stay for stay in coming if stay.planned.number < FIRST_VIP and stay.planned.rooms == 1]
    ready = {row["id"] for row in db.fetch_all(_READY, [house.hotel_id])}
    for code, rooms in house.free.items():
        house.free[code] = [room for room in rooms if room in ready]
    days.arrive(house, ordinary[: round(len(ordinary) * COME)], latest_hour=14)


_READY = "SELECT id FROM property_room WHERE hotel_id = %s AND housekeeping <> 'dirty' AND maintenance = 'in_service'"


def _clean(house: House) -> None:
    """The attendants are through with some floors, the supervisors behind them."""
    dirty = db.fetch_all(_DIRTY, [house.hotel_id])
    empty = [row["id"] for row in dirty if not row["occupied"]]
    occupied = [row["id"] for row in dirty if row["occupied"]]
    cleaned = empty[: round(len(empty) * CLEANED_EMPTY)] + occupied[: round(len(occupied) * CLEANED_OCCUPIED)]
    inspected = cleaned[: round(len(cleaned) * INSPECTED)]
    house.each(cleaned, lambda room: _set(house, room, "clean", "room-attendant", 10))
    house.each(inspected, lambda room: _set(house, room, "inspected", "housekeeping-supervisor", 12))


def _set(house: House, room: int, condition: str, post: str, hour: int) -> Remember:
    set_room_condition(
        hotel_id=house.hotel_id,
        room_id=room,
        housekeeping=condition,
        actor=house.cast[post],
        now=house.moment(room, hour, hour + 1),
    )
    return lambda: None


def _give_rooms(house: House, vips: Sequence[Booked]) -> None:
    """One press assigns the rest of the day; a few have lost their room again and wait for a clerk."""
    given = assign_proposed(
        hotel_id=house.hotel_id, arrival=house.today, actor=house.cast["front-office-supervisor"], now=house.at(9, 15)
    )
    others = sorted(set(given) - {stay.room_reservation_id for stay in vips})
    chosen = others[::3][:WITHOUT_ROOM]

    def take_back(room_reservation_id: int) -> Remember:
        unassign_room(
            hotel_id=house.hotel_id,
            room_reservation_id=room_reservation_id,
            actor=house.cast["front-office-supervisor"],
            now=house.at(9, 40),
        )
        return lambda: None

    house.each(chosen, take_back)


def _signs(house: House) -> None:
    """Guests who do not want to be disturbed."""
    rooms = [stay.room for stay in house.in_house if stay.room is not None and stay.departure > house.today]

    def sign(room: int) -> Remember:
        set_do_not_disturb(
            hotel_id=house.hotel_id,
            room_id=room,
            do_not_disturb=True,
            actor=house.cast["room-attendant"],
            now=house.moment(room, 8, 9),
        )
        return lambda: None

    house.each(rooms[:5], sign)
