"""The rules behind the prices of the demo hotel, and what sales painted with them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from binzhi.demo.house import TYPES
from binzhi.demo.house_state import House
from binzhi.demo.selling import BASE, BREAKFAST
from binzhi.kernel import db
from binzhi.reservations.calendar.days import LAST_KNOWN
from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.rule_services import RuleInput, SeasonInput, put_rule, put_season, set_base_price
from binzhi.reservations.ratebook.services import apply_rules, paint

FLOOR = Decimal("0.7")
TEN = Decimal(10)
SUITE = "STE"
# Weeks from today in which sales writes prices anew.
AHEAD, WEEKS = 63, 8


def keep_rules(running: House) -> None:
    """Base prices, floors, seasons, rules; eight weeks written by them, a week painted by hand."""
    seller, manager = running.cast["sales-manager"], running.cast["front-office-manager"]
    for kind in TYPES:
        price = Decimal(kind.price)
        set_base_price(
            hotel_id=running.hotel_id, rate_plan=BASE, room_type=kind.spec.code, price=price,
            floor=(price * FLOOR / TEN).to_integral_value() * TEN, actor=manager, now=running.at(8),
        )  # fmt: skip
    by_seller: dict[str, Any] = {"hotel_id": running.hotel_id, "actor": seller, "now": running.at(9)}
    today = running.today
    for season in _seasons(today):
        put_season(season=season, **by_seller)
    for rule in _rules():
        put_rule(rule=rule, **by_seller)
    new_year = date(LAST_KNOWN + 1, 1, 1)
    correct_days(first=new_year, last=new_year + timedelta(days=2), kind="holiday", name="元旦（暂定）", **by_seller)
    _write(running, by_seller)


def _seasons(today: date) -> list[SeasonInput]:
    year = today.year
    return [
        SeasonInput(code="spring", name="春游季", name_en="Spring", first=date(year, 3, 20), last=date(year, 5, 31)),
        SeasonInput(code="summer", name="暑期", name_en="Summer", first=date(year, 7, 1), last=date(year, 8, 31)),
        SeasonInput(
            code="winter", name="冬季淡季", name_en="Winter", first=date(year, 12, 1), last=date(year + 1, 2, 28)
        ),
    ]  # fmt: skip


def _rules() -> list[RuleInput]:
    def rule(position: int, name: str, action: str, value: int, **of: Any) -> RuleInput:
        return RuleInput(rate_plan=BASE, name=name, action=action, value=Decimal(value), position=position, **of)

    return [
        rule(1, "冬季淡季", "percent", -8, season="winter"),
        rule(2, "春游季", "percent", 10, season="spring"),
        rule(3, "暑期", "percent", 12, season="summer"),
        rule(4, "周末加价", "percent", 15, night_kinds=("weekend",)),
        rule(5, "节假日", "percent", 45, night_kinds=("holiday",)),
        rule(6, "套房周日优惠", "amount", -60, weekdays=(7,), room_types=(SUITE,)),
    ]


def _write(running: House, by_seller: dict[str, Any]) -> None:
    today = running.today
    sold = set(
        db.fetch_values("SELECT code FROM property_roomtype WHERE hotel_id = %s AND is_active", [running.hotel_id])
    )
    types = tuple(kind.spec.code for kind in TYPES if kind.spec.code in sold)
    first = today + timedelta(days=AHEAD)
    apply_rules(rate_plan=BASE, room_types=types, first=first, last=first + timedelta(weeks=WEEKS), **by_seller)
    congress = today + timedelta(days=9)
    for brush in (
        Brush(
            first=congress, last=congress + timedelta(days=2), room_types=types, rate_plans=(BASE,),
            percent=Decimal(20), min_nights=2,
        ),
        Brush(first=congress, last=congress, room_types=types[:2], rate_plans=(BREAKFAST,), closed_to_arrival=True),
        Brush(first=congress, last=congress + timedelta(days=1), room_types=types[:1], overbooking=2),
    ):  # fmt: skip
        paint(brush=brush, reason="湖畔论坛", **by_seller)
