"""The book of rates of a twin hotel: a season, a rule, a painting."""

from __future__ import annotations

import contextlib
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.conditions.services import ConditionsInput, create_conditions
from binzhi.reservations.errors import PromotionNotKnown
from binzhi.reservations.fees import Fee, Step
from binzhi.reservations.models import Promotion
from binzhi.reservations.promotions.services import PromotionInput, create_promotion
from binzhi.reservations.promotions.using import try_code
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.rule_services import RuleInput, SeasonInput, put_rule, put_season, set_base_price
from binzhi.reservations.ratebook.services import paint
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking

_RULES = "binzhi.reservations.ratebook.rule_services"
RULE = RuleInput(rate_plan="bar", name="周末", action="percent", value=Decimal(10))
OWN: dict[str, dict[str, Any]] = {
    f"{_RULES}.put_rule": {"rule": RULE},
    "binzhi.reservations.promotions.services.set_agreed_price": {
        "rate_plan": "corp",
        "percent": None,
        "amount": None,
        "valid_until": None,
    },
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    season = SeasonInput(code="peak", name="旺季", first=TODAY, last=TODAY + timedelta(days=9))
    correct_days(first=TODAY, last=TODAY, kind="holiday", **what)
    half = Fee("percent", Decimal(50))
    steps = (Step(3, time(12), half), Step(0, time(18), Fee("all")))
    create_conditions(conditions=ConditionsInput(code="ladder", name="阶梯", deadlines=steps), **what)
    ids["season_id"] = put_season(season=season, **what)
    ids["rule_id"] = put_rule(rule=RULE, **what)
    set_base_price(rate_plan="bar", room_type="std", price=Decimal(500), floor=Decimal(100), **what)
    day = TODAY + timedelta(days=50)
    brush = Brush(first=day, last=day, room_types=("std",), rate_plans=("bar",), price=Decimal(520))
    promotion = PromotionInput(name="湖畔", rate_plan="bb", code="TWIN2026")
    create_promotion(promotion=promotion, **what)
    booked = booking(arrival=TODAY + timedelta(days=40), rate_plan="bb", nights=1, promotion_code="TWIN2026")
    create_reservation(booking=booked, **what)
    with contextlib.suppress(PromotionNotKnown):
        try_code(hotel_id=hotel.pk, code="WRONG123", actor=SYSTEM, now=NOW)
    ids["promotion_id"] = Promotion.objects.get(hotel_id=hotel.pk).pk
    ids["painting_id"] = paint(brush=brush, **what).painting_id
