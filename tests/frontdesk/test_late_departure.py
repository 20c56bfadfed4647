"""What a late departure costs: the narrowest rule, the latest hour, once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing.counter import settings
from binzhi.billing.counter.settings import LateStep
from binzhi.billing.errors import AlreadyPosted
from binzhi.billing.ledger import balance_of
from binzhi.frontdesk import late_departure as late
from binzhi.frontdesk import services
from binzhi.frontdesk.errors import NoLateFee
from binzhi.kernel import db
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TestHotel, booking, make_hotel

# 12:00, 15:00 and 19:00 on the hotel's clocks, on the day of departure.
NOON, THREE, SEVEN = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (4, 7, 11))


@pytest.fixture
def house(db: None) -> TestHotel:
    return make_hotel(with_billing=True, types={"std": 2}, nights=5, documents_required=False)


@pytest.fixture
def stay(house: TestHotel) -> int:
    made = create_reservation(hotel_id=house.pk, booking=booking(nights=1), actor=SYSTEM, now=NOW)
    (room,) = made.room_ids
    services.check_in(hotel_id=house.pk, room_reservation_id=room, room_id=house.rooms["101"], actor=SYSTEM, now=NOW)
    return room


def lay_down(house: TestHotel, *steps: tuple[int, str, int | None]) -> None:
    rule = [LateStep(from_time=time(hour), percent=Decimal(percent), plan_id=plan) for hour, percent, plan in steps]
    settings.set_late_fees(hotel_id=house.pk, steps=rule, actor=SYSTEM, now=NOW)


def fee(house: TestHotel, stay: int, at: datetime) -> Decimal | None:
    found = late.fee_now(hotel_id=house.pk, room_reservation_id=stay, now=at)
    return found.amount if found else None


def test_fee_goes_by_the_latest_hour_that_has_passed(house: TestHotel, stay: int) -> None:
    assert fee(house, stay, SEVEN) is None
    lay_down(house, (14, "50", None), (18, "100", None))
    price = db.fetch_value("SELECT price FROM reservations_staynight WHERE room_reservation_id = %s", [stay])
    assert [fee(house, stay, at) for at in (NOON, THREE, SEVEN, SEVEN + timedelta(hours=8))] == [
        None, price / 2, price, price,
    ]  # fmt: skip
    assert fee(house, stay, THREE - timedelta(days=1)) is None


def test_narrower_rule_takes_the_place_of_everybodys(house: TestHotel, stay: int) -> None:
    plan = db.fetch_value("SELECT rate_plan_id FROM reservations_roomreservation WHERE id = %s", [stay])
    lay_down(house, (14, "50", None), (16, "20", plan))
    assert fee(house, stay, THREE) is None
    assert fee(house, stay, SEVEN) is not None


def test_fee_is_charged_once(house: TestHotel, stay: int) -> None:
    lay_down(house, (14, "50", None))
    what: dict[str, Any] = {"hotel_id": house.pk, "room_reservation_id": stay, "actor": SYSTEM}
    with pytest.raises(NoLateFee):
        late.charge_late_departure(now=NOON, **what)
    done = late.charge_late_departure(now=THREE, **what)
    assert balance_of(done.folio_id) == done.gross
    assert fee(house, stay, SEVEN) is None
    with pytest.raises(AlreadyPosted):
        late.charge_late_departure(now=SEVEN, **what)
    assert balance_of(done.folio_id) == done.gross
