"""The last use of a promotion code under many hands: it is had once; and proof that the race is real."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.reservations.models import Promotion, PromotionUse, Reservation
from binzhi.reservations.promotions import using
from binzhi.reservations.promotions.services import PromotionInput, create_promotion
from binzhi.reservations.services import create_reservation
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TestHotel, booking, make_hotel, sold

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, USES = 12, 3


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    made = make_hotel(types={"std": 40}, nights=5)
    wanted = PromotionInput(name="限量", rate_plan="bb", code="LIMIT003", most_uses=USES)
    create_promotion(hotel_id=made.pk, promotion=wanted, actor=SYSTEM, now=NOW)
    return made


def buy(hotel: TestHotel) -> Any:
    wanted = booking(rate_plan="bb", nights=1, promotion_code="LIMIT003")
    return create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW)


def test_last_uses_of_a_code_are_had_as_often_as_it_says(hotel: TestHotel) -> None:
    assert run_all([lambda: buy(hotel) for _buyer in range(BUYERS)]) == {
        "ok": USES, "PromotionUsedUp": BUYERS - USES,
    }  # fmt: skip
    db.enter_scope("*", "*")
    assert (Promotion.objects.get().uses, PromotionUse.objects.count(), Reservation.objects.count()) == (USES,) * 3
    assert sold(hotel)[0] == USES


def test_negative_control_without_the_condition_the_tables_rule_is_all_that_stands(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = "AND is_active AND (most_uses IS NULL OR uses < most_uses)"
    assert condition in using._USE
    monkeypatch.setattr(using, "_USE", using._USE.replace(condition, ""))
    # All of them have seen that the code is good; only the check constraint refuses.
    outcomes = run_all([lambda: buy(hotel) for _buyer in range(BUYERS)])
    assert outcomes["ok"] == USES
    assert outcomes.get("IntegrityError", 0) > 0
