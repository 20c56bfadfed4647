"""Deposits that guests of the demo hotel have promised: paid, paid in part, still due, overdue."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.billing.payments import DepositInput
from binzhi.demo.house import TYPES
from binzhi.demo.house_state import House
from binzhi.demo.selling import ADVANCE
from binzhi.kernel.errors import DomainError
from binzhi.property.queries import hotel_by_id
from binzhi.reservations.conditions.queries import deposits_asked
from binzhi.reservations.conditions.services import (
    ConditionsInput,
    create_conditions,
    set_plan_conditions,
    take_deposit,
)
from binzhi.reservations.fees import Fee, Step
from binzhi.reservations.requests import NewReservation, RoomRequest
from binzhi.reservations.services import create_reservation

CODE = "first-night-ahead"
# The first night is asked for so many days before the arrival: who books later owes it at once.
DUE_BEFORE = 10
# Who, his number, in how many days, nights, how much of what is asked has come, how.
BOOKINGS = (
    ("阮清和", "13900010041", 8, 1, Decimal(0), ""),
    ("穆思远", "13900010042", 16, 2, Decimal(0), ""),
    ("卓依然", "13900010043", 20, 2, Decimal(1), "wechat"),
    ("岑子墨", "13900010044", 24, 1, Decimal("0.5"), "alipay"),
)


def promise(house: House) -> None:
    """The advance rate asks for its first night from now on; four have booked it since. Needs an open shift."""
    seller: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": house.cast["sales-manager"], "now": house.at(9, 20)}
    whole = Fee("all")
    conditions = ConditionsInput(
        code=CODE, name="不可取消，到店前10天付首晚定金", name_en="Not refundable, the first night ten days ahead",
        deadlines=(Step(365, time(0), whole),), no_show=whole, deposit=Fee("first_night"), deposit_before=DUE_BEFORE,
    )  # fmt: skip
    create_conditions(conditions=conditions, **seller)
    set_plan_conditions(rate_plan=ADVANCE, code=CODE, **seller)
    for name, phone, ahead, nights, share, means in BOOKINGS:
        # Over a holiday this rate is closed.
        with suppress(DomainError):
            _book(house, name, phone, ahead, nights, share, means)


def _book(house: House, name: str, phone: str, ahead: int, nights: int, share: Decimal, means: str) -> None:
    clerk: dict[str, Any] = {"hotel_id": house.hotel_id, "actor": house.cast["receptionist"], "now": house.at(9, 30)}
    arrival = house.today + timedelta(days=ahead)
    room = RoomRequest(
        room_type=TYPES[0].spec.code, rate_plan=ADVANCE, arrival=arrival, departure=arrival + timedelta(days=nights),
        adults=1,
    )  # fmt: skip
    booking = NewReservation(booker_name=name, booker_phone=phone, rooms=(room,), market="fit", source="phone")
    made = create_reservation(booking=booking, **clerk)
    if not share:
        return
    (asked,) = deposits_asked(hotel=hotel_by_id(house.hotel_id), reservation_id=made.id)
    deposit = DepositInput(means=means, amount=(asked.asked * share).quantize(Decimal("0.01")))
    take_deposit(reservation_id=made.id, deposit=deposit, **clerk)
