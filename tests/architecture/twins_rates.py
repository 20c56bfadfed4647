"""The book of rates of a twin hotel: a season, a rule, a painting."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.rule_services import RuleInput, SeasonInput, put_rule, put_season, set_base_price
from binzhi.reservations.ratebook.services import paint
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

_RULES = "binzhi.reservations.ratebook.rule_services"
RULE = RuleInput(rate_plan="bar", name="周末", action="percent", value=Decimal(10))
OWN: dict[str, dict[str, Any]] = {f"{_RULES}.put_rule": {"rule": RULE}}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    season = SeasonInput(code="peak", name="旺季", first=TODAY, last=TODAY + timedelta(days=9))
    ids["season_id"] = put_season(season=season, **what)
    ids["rule_id"] = put_rule(rule=RULE, **what)
    set_base_price(rate_plan="bar", room_type="std", price=Decimal(500), floor=Decimal(100), **what)
    day = TODAY + timedelta(days=50)
    brush = Brush(first=day, last=day, room_types=("std",), rate_plans=("bar",), price=Decimal(520))
    ids["painting_id"] = paint(brush=brush, **what).painting_id
