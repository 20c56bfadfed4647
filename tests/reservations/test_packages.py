"""What a rate contains: parts that end and are never changed, and that never come to more than the price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, Forbidden
from binzhi.reservations.access import Permission
from binzhi.reservations.models import PackagePart
from binzhi.reservations.packages.queries import parts_of, parts_of_stay
from binzhi.reservations.packages.services import PartInput, set_parts
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import change_room, create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_actor

BREAKFAST = PartInput(charge_code="2010", name="早餐", amount=Decimal(68), child_amount=Decimal(34))
TICKET = PartInput(
    charge_code="9020", name="门票", amount=Decimal("120.50"), per="room", frequency="arrival"
)  # fmt: skip


def common(hotel: TestHotel, actor: Any = SYSTEM) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": actor, "now": NOW}


def furnish(hotel: TestHotel, *parts: PartInput, plan: str = "bar") -> None:
    set_parts(rate_plan=plan, parts=parts, **common(hotel))


def posted_as(hotel: TestHotel, stay: int) -> list[tuple[int, str, Decimal]]:
    return [
        ((part.night - TODAY).days, part.name, part.amount)
        for part in parts_of_stay(hotel_id=hotel.pk, room_reservation_id=stay)
    ]


def book(hotel: TestHotel, **of: Any) -> int:
    return create_reservation(booking=booking(**of), **common(hotel)).room_ids[0]


def test_parts_are_of_each_night_or_once_and_by_who_comes(hotel: TestHotel) -> None:
    furnish(hotel, BREAKFAST, TICKET)
    stay = book(hotel)
    assert posted_as(hotel, stay) == [
        (0, "早餐", Decimal(136)), (0, "门票", Decimal("120.50")), (1, "早餐", Decimal(136)),
    ]  # fmt: skip
    assert [(part.name, part.charge_code) for part in parts_of(hotel.pk, "bar")] == [("早餐", "2010"), ("门票", "9020")]


def test_set_parts_what_was_booked_keeps_its_parts(hotel: TestHotel) -> None:
    furnish(hotel, BREAKFAST)
    before = book(hotel)
    furnish(hotel, BREAKFAST, TICKET)
    after = book(hotel)
    furnish(hotel)
    none = book(hotel)
    assert [len(posted_as(hotel, stay)) for stay in (before, after, none)] == [2, 3, 0]
    # The breakfast that stayed went on as it was.
    assert PackagePart.objects.filter(hotel_id=hotel.pk).count() == 2


def test_change_to_a_package_takes_its_parts_and_keeps_the_sum(hotel: TestHotel) -> None:
    stay = book(hotel)
    furnish(hotel, BREAKFAST, plan="bb")
    change_room(
        room_reservation_id=stay, **common(hotel),
        change=RoomChange(
            arrival=TODAY, departure=TODAY + timedelta(days=3), room_type="std", rate_plan="bb", adults=2
        ),
    )  # fmt: skip
    assert posted_as(hotel, stay) == [(night, "早餐", Decimal(136)) for night in range(3)]


def test_parts_never_come_to_more_than_the_price(hotel: TestHotel) -> None:
    furnish(hotel, BREAKFAST, TICKET)
    stay = book(hotel)
    db.execute("UPDATE reservations_staynight SET price = 150 WHERE room_reservation_id = %s", [stay])
    assert posted_as(hotel, stay) == [(0, "早餐", Decimal(136)), (0, "门票", Decimal(14)), (1, "早餐", Decimal(136))]
    db.execute("UPDATE reservations_staynight SET price = 0 WHERE room_reservation_id = %s", [stay])
    assert posted_as(hotel, stay) == []


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"charge_code": "1000"}, "parts.0.charge_code"),
        ({"charge_code": "nope"}, "parts.0.charge_code"),
        ({"amount": Decimal(0)}, "parts.0.amount"),
        ({"amount": Decimal("NaN")}, "parts.0.amount"),
        ({"amount": Decimal("0.001")}, "parts.0.amount"),
        ({"child_amount": Decimal(-1)}, "parts.0.child_amount"),
        ({"name": " "}, "parts.0.name"),
        ({"per": "floor"}, "parts.0.per"),
        ({"frequency": "hourly"}, "parts.0.frequency"),
    ],
)
def test_set_parts_bad_part_is_refused_at_its_field(hotel: TestHotel, part: dict[str, Any], field: str) -> None:
    furnish(hotel, TICKET)
    given = {"charge_code": "2010", "name": "早餐", "amount": Decimal(68)} | part
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        furnish(hotel, PartInput(**given))
    assert refusal.value.field == field
    assert [one.name for one in parts_of(hotel.pk)] == ["门票"]


def test_set_parts_needs_the_right_and_a_known_rate(hotel: TestHotel) -> None:
    clerk = make_actor(hotel, [Permission.VIEW])
    with pytest.raises(Forbidden):
        set_parts(rate_plan="bar", parts=[BREAKFAST], **common(hotel, clerk))
    with pytest.raises(DomainError) as refusal:
        furnish(hotel, BREAKFAST, plan="nope")
    assert refusal.value.field == "rate_plan"
    assert not PackagePart.objects.filter(hotel_id=hotel.pk).exists()


@pytest.mark.parametrize("change", ["SET amount = 1", "SET ended_at = NULL"])
def test_a_part_is_ended_and_never_changed(hotel: TestHotel, change: str) -> None:
    furnish(hotel, BREAKFAST)
    furnish(hotel)
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute(f"UPDATE reservations_packagepart {change} WHERE hotel_id = %s", [hotel.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute("DELETE FROM reservations_packagepart WHERE hotel_id = %s", [hotel.pk])
