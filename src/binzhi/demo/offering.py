"""What the demo hotel offers to some only: two promotions, members' and a company's price; who booked on stays on."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from binzhi.demo.house_state import House
from binzhi.demo.selling import AGREED, BASE, MEMBER
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import setup
from binzhi.reservations.promotions.services import (
    PromotionInput,
    create_promotion,
    set_agreed_price,
    set_members_rate,
)
from binzhi.reservations.requests import NewReservation, RoomRequest
from binzhi.reservations.services import create_reservation
from binzhi.reservations.setup import PlanSpec

LAKE, RUN = "LAKE", "RUN"
LAKE_CODE, RUN_CODE = "HUPAN2026", "HANGMA26"
_BASE = "SELECT id, cancellation_policy_id FROM reservations_rateplan WHERE hotel_id = %s AND code = %s"
# Due out today under a file of their own, in a type of which rooms are left.
_LEAVING = """
SELECT rr.id, rr.guest_id, v.booker_name, t.code AS room_type FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id JOIN property_roomtype t ON t.id = rr.room_type_id
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND rr.departure = %s AND rr.arrival < rr.departure
  AND rr.guest_id IS NOT NULL AND rr.block_id IS NULL
ORDER BY rr.id LIMIT 6
"""
STAY_ON = 2
BOOKED = ((9, LAKE_CODE, LAKE, "许知远"), (12, LAKE_CODE, LAKE, "乔木"), (20, RUN_CODE, RUN, "韩奔"))


def offer(house: House) -> None:
    """Two codes with a few bookings each, members only for the members' price, guests who booked on."""
    seller: dict[str, Any] = {
        "hotel_id": house.hotel_id, "actor": house.cast["sales-manager"], "now": house.at(9, 5)
    }  # fmt: skip
    base = db.fetch_one(_BASE, [house.hotel_id, BASE])
    assert base is not None  # sold since the first day
    with unit_of_work():
        for position, (code, name, english, percent) in enumerate(
            ((LAKE, "湖畔冬日", "Lakeside winter", -12), (RUN, "马拉松参赛价", "Marathon runners", -18)), start=6
        ):
            spec = PlanSpec(
                code=code, name=name, name_en=english, kind="derived", parent_id=base["id"], percent=Decimal(percent),
                cancellation_policy_id=base["cancellation_policy_id"], position=position,
            )  # fmt: skip
            setup.create_plan(hotel_id=house.hotel_id, spec=spec)
    until = house.today + timedelta(days=90)
    create_promotion(
        promotion=PromotionInput(
            name="湖畔冬日", rate_plan=LAKE, code=LAKE_CODE, stay_until=until, book_until=until, most_uses=300
        ),
        **seller,
    )
    run = house.today + timedelta(days=21)
    create_promotion(
        promotion=PromotionInput(
            name="湖畔马拉松", rate_plan=RUN, code=RUN_CODE, stay_from=run - timedelta(days=2),
            stay_until=run + timedelta(days=2), most_uses=50,
        ),
        **seller,
    )  # fmt: skip
    set_members_rate(rate_plan=MEMBER, members_only=True, **seller)
    set_agreed_price(
        rate_plan=AGREED, organisation_id=next(iter(house.organisations.companies)), percent=Decimal(-22), amount=None,
        valid_until=date(house.today.year + 2, 1, 1), **seller,
    )  # fmt: skip
    for ahead, code, plan, name in BOOKED:
        _book(house, ahead=ahead, promotion_code=code, rate_plan=plan, booker_name=name)
    for row in db.fetch_all(_LEAVING, [house.hotel_id, house.today])[:STAY_ON]:
        _book(house, ahead=0, rate_plan=BASE, **row)


def _book(
    house: House, *, ahead: int, rate_plan: str, booker_name: str, promotion_code: str = "", room_type: str = "",
    guest_id: int | None = None, **_of: Any,
) -> None:  # fmt: skip
    arrival = house.today + timedelta(days=ahead)
    room = RoomRequest(
        room_type=room_type or house.rooms[0].type_code, rate_plan=rate_plan, arrival=arrival,
        departure=arrival + timedelta(days=2), adults=1, guest_id=guest_id,
    )  # fmt: skip
    booking = NewReservation(
        booker_name=booker_name, rooms=(room,), guest_id=guest_id, promotion_code=promotion_code, guarantee="card"
    )
    # Full on one of the nights: then not.
    with suppress(DomainError), unit_of_work():
        create_reservation(
            hotel_id=house.hotel_id, booking=booking, actor=house.cast["receptionist"], now=house.at(9, 20)
        )
