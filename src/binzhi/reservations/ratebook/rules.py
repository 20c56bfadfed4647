"""Rules as data: which night of which type they speak of, and what they make of its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.money import ZERO
from binzhi.reservations import facts
from binzhi.reservations.calendar import HotelDay, days_of, nights_of
from binzhi.reservations.ratebook import cells as rows
from binzhi.reservations.ratebook.brush import MOST_CELLS, check_range
from binzhi.reservations.ratebook.cells import Cell
from binzhi.reservations.ratebook.effects import Effect, Plan, cell_of, place_of
from binzhi.reservations.ratebook.floors import HUNDRED, broken_by, floors_of, rounded


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the span of its season (None: all the year)."""

    pk: int
    name: str
    room_types: tuple[str, ...]
    weekdays: tuple[int, ...]
    night_kinds: tuple[str, ...]
    action: str
    value: Decimal
    first: date | None
    last: date | None

    def speaks_of(self, night: date, leads_to: HotelDay, room_type: str) -> bool:
        return (
            (self.first is None or self.last is None or self.first <= night <= self.last)
            and night.isoweekday() in self.weekdays
            and (not self.night_kinds or leads_to.kind in self.night_kinds)
            and (not self.room_types or room_type in self.room_types)
        )

    def applied(self, price: Decimal) -> Decimal:
        if self.action == "set":
            return self.value
        return price * (1 + self.value / HUNDRED) if self.action == "percent" else price + self.value


def price_by(
    rules: Sequence[Rule], *, base: Decimal, night: date, leads_to: HotelDay, room_type: str, round_to: Decimal
) -> tuple[Decimal, list[str]]:
    """The base with all rules that speak of the night, in their order; rounded once, never below zero. And by which."""
    price, names = base, []
    for rule in rules:
        if rule.speaks_of(night, leads_to, room_type):
            price = rule.applied(price)
            names.append(rule.name)
    return max(rounded(price, round_to), ZERO), names


_RULES = """
SELECT r.id AS pk, r.name, r.room_types, r.weekdays, r.night_kinds, r.action, r.value, s.first, s.last
FROM reservations_raterule r
JOIN reservations_rateplan p ON p.id = r.rate_plan_id
LEFT JOIN reservations_season s ON s.id = r.season_id
WHERE r.hotel_id = %s AND p.code = %s AND r.is_active ORDER BY r.position, r.id
"""
_BASES = """
SELECT t.code, b.price FROM reservations_baseprice b JOIN property_roomtype t ON t.id = b.room_type_id
WHERE b.hotel_id = %s AND b.rate_plan_id = %s AND b.price IS NOT NULL
"""


def rules_of(*, hotel_id: int, rate_plan: str) -> list[Rule]:
    """The active rules of a plan in the order in which they are applied."""
    return [Rule(**{name: _tuple(value) for name, value in row.items()})
            for row in db.fetch_all(_RULES, [hotel_id, rate_plan])]  # fmt: skip


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def effect_of_rules(
    *, hotel_id: int, rate_plan: str, room_types: Sequence[str], first: date, last: date, lock: bool
) -> Effect:
    """What the rules of a plan make of the nights `first` to `last`: only prices that differ from those that stand.

    The price for one guest keeps its distance to the price. Raises InvalidInput at the field, NotFound.
    """
    facts.check_codes([("", rate_plan, "rate_plan"), *(("", code, "room_types") for code in room_types)])
    place = place_of(hotel_id=hotel_id, room_types=room_types, rate_plans=[rate_plan])
    check_range(first, last, place.today)
    plan = place.plans.get(rate_plan)
    if plan is None:
        raise InvalidInput(field="rate_plan", message=_("The code %(code)s is not known."), code=rate_plan)
    if plan.parent_id is not None:
        raise InvalidInput(field="rate_plan", message=_("A derived rate takes its price from its parent."))
    for code in room_types:
        if code not in place.types:
            raise InvalidInput(field="room_types", message=_("The code %(code)s is not known."), code=code)
    bases = {row["code"]: row["price"] for row in db.fetch_all(_BASES, [hotel_id, plan.pk])}
    priced = {code: place.types[code] for code in room_types if code in bases}
    if not priced:
        raise InvalidInput(field="room_types", message=_("Set a base price first: the rules reckon from it."))
    if ((last - first).days + 1) * len(priced) > MOST_CELLS:
        raise InvalidInput(field="last", message=_("That is too much at once."))
    return _effect(hotel_id, plan, priced, bases, first, last, lock)


def _effect(
    hotel_id: int, plan: Plan, types: dict[str, int], bases: dict[str, Decimal], first: date, last: date, lock: bool
) -> Effect:
    if lock:
        rows.take_turn(hotel_id)
    rules = rules_of(hotel_id=hotel_id, rate_plan=plan.code)
    days = days_of(hotel_id=hotel_id, first=first, last=last + timedelta(days=1))
    nights = nights_of(days, first, last)
    under = rows.rates_under(hotel_id=hotel_id, nights=list(nights), plans=[plan.pk], types=list(types.values()),
                             lock=lock)  # fmt: skip
    found: list[Cell] = []
    why: dict[tuple[date, int], str] = {}
    for night, leads_to in nights.items():
        for code, type_id in types.items():
            price, names = price_by(rules, base=bases[code], night=night, leads_to=leads_to, room_type=code,
                                    round_to=plan.round_to)  # fmt: skip
            before = under.get((night, type_id, plan.pk), rows.NOTHING)
            cell = cell_of(night, type_id, plan.pk, before, _prices(before, price))
            if cell is not None:
                found.append(cell)
                why[night, type_id] = " + ".join(names)
    return Effect(
        tuple(found),
        tuple(broken_by(found, floors_of(hotel_id=hotel_id, plans=[plan.pk], types=types.values()))),
        unknown=sum(1 for leads_to in nights.values() if not leads_to.is_known),
        why=why,
    )


def _prices(before: Any, price: Decimal) -> dict[str, Decimal]:
    after = {"price": price}
    if before["price"] is not None and before["single_price"] is not None:
        after["single_price"] = max(price + before["single_price"] - before["price"], ZERO)
    return after
