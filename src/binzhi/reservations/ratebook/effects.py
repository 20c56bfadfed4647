"""What a painting comes to: every value that would change, before a thing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.reservations.ratebook import cells as rows
from binzhi.reservations.ratebook.brush import FLAGS, LENGTHS, OF_LIMIT, PRICES, Brush, check
from binzhi.reservations.ratebook.cells import Cell
from binzhi.reservations.ratebook.floors import HUNDRED, Broken, broken_by, floors_of, rounded


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as painting sees it."""

    pk: int
    code: str
    parent_id: int | None
    round_to: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """The hotel's day and what of it is painted."""

    today: date
    currency: str
    longest_stay: int
    types: Mapping[str, int]
    plans: Mapping[str, Plan]


@dataclass(frozen=True, slots=True)
class Effect:
    """The cells that would change. `unpriced` counts prices that could not be moved because there is none.

    `unknown`: nights whose public calendar is not announced yet; `why`: by which rules a night is priced.
    """

    cells: tuple[Cell, ...]
    broken: tuple[Broken, ...] = ()
    unpriced: int = 0
    unknown: int = 0
    why: Mapping[tuple[date, int], str] = field(default_factory=dict)

    @property
    def nights(self) -> int:
        return len({cell.night for cell in self.cells})

    @property
    def digest(self) -> str:
        """By which a page says what it showed."""
        text = repr([(cell.key, sorted(cell.before.items()), sorted(cell.after.items())) for cell in self.cells])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


_HOUSE = "SELECT business_date, currency, longest_stay FROM property_hotel WHERE id = %s"
_TYPES = "SELECT code, id FROM property_roomtype WHERE hotel_id = %s AND is_active AND code = ANY (%s::text[])"
_PLANS = """
SELECT code, id AS pk, parent_id, round_to FROM reservations_rateplan
WHERE hotel_id = %s AND is_active AND code = ANY (%s::text[])
"""


def place_of(*, hotel_id: int, room_types: Sequence[str], rate_plans: Sequence[str]) -> Place:
    """Raises NotFound (no such hotel). Codes that are not known are left out."""
    house = db.fetch_one(_HOUSE, [hotel_id])
    if house is None:
        raise NotFound
    return Place(
        today=house["business_date"], currency=house["currency"], longest_stay=house["longest_stay"],
        types={row["code"]: row["id"] for row in db.fetch_all(_TYPES, [hotel_id, db.texts(list(room_types))])},
        plans={row["code"]: Plan(**row) for row in db.fetch_all(_PLANS, [hotel_id, db.texts(list(rate_plans))])},
    )  # fmt: skip


def effect_of(*, hotel_id: int, brush: Brush, lock: bool) -> Effect:
    """Every cell that the brush would change. Raises InvalidInput at the field, NotFound.

    `lock` holds the rows until the end of the transaction, as one that goes on to write must.
    """
    printable = [code for code in (*brush.room_types, *brush.rate_plans) if code.isascii() and code.isprintable()]
    place = place_of(hotel_id=hotel_id, room_types=printable, rate_plans=printable)
    check(brush, today=place.today, currency=place.currency, longest_stay=place.longest_stay)
    types, plans = _known(brush, place)
    nights = list(brush.nights())
    if lock:
        rows.take_turn(hotel_id)
    found: list[Cell] = []
    unpriced = 0
    if brush.touches_limits:
        found += _limits(hotel_id, brush, nights, types, lock)
    if brush.touches_rates:
        ids = [plan.pk for plan in plans]
        under = rows.rates_under(hotel_id=hotel_id, nights=nights, plans=ids, types=types, lock=lock)
        for night in nights:
            for plan in plans:
                for type_id in types:
                    before = under.get((night, type_id, plan.pk), rows.NOTHING)
                    unpriced += brush.moves and before["price"] is None
                    cell = cell_of(night, type_id, plan.pk, before, _after(brush, before, plan))
                    found += [cell] if cell else []
    broken = broken_by(found, floors_of(hotel_id=hotel_id, plans=[plan.pk for plan in plans], types=types))
    return Effect(tuple(found), tuple(broken), unpriced)


def _known(brush: Brush, place: Place) -> tuple[list[int], list[Plan]]:
    """Ids in the order of the keys. Raises InvalidInput at the field of a code that is not known."""
    for field_name, asked, known in (
        ("room_types", brush.room_types, place.types), ("rate_plans", brush.rate_plans, place.plans),
    ):  # fmt: skip
        for code in asked:
            if code not in known:
                raise InvalidInput(field=field_name, message=_("The code %(code)s is not known."), code=code)
    plans = sorted(place.plans.values(), key=lambda plan: plan.pk)
    if brush.prices and any(plan.parent_id is not None for plan in plans):
        raise InvalidInput(field="rate_plans", message=_("A derived rate takes its price from its parent."))
    return sorted(place.types.values()), plans


def _limits(hotel_id: int, brush: Brush, nights: list[date], types: list[int], lock: bool) -> list[Cell]:
    under = rows.limits_under(hotel_id=hotel_id, nights=nights, types=types, lock=lock)
    wanted = {name: getattr(brush, name) for name in OF_LIMIT if getattr(brush, name) is not None}
    cells = (cell_of(night, type_id, None, before, wanted) for (night, type_id, _plan), before in under.items())
    return [cell for cell in cells if cell]


def _after(brush: Brush, before: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    after = {
        name: getattr(brush, name) for name in (*PRICES, *LENGTHS, *FLAGS) if getattr(brush, name) is not None
    } | dict.fromkeys(brush.clear)
    if brush.moves:
        for name in ("price", "single_price"):
            if before[name] is not None and name not in after:
                after[name] = moved(before[name], brush.percent, brush.amount, plan.round_to)
    return after


def moved(price: Decimal, percent: Decimal | None, amount: Decimal | None, round_to: Decimal) -> Decimal:
    """A price so many per cent and so much dearer, rounded as the plan's prices are, never below zero."""
    return max(rounded(price * (1 + (percent or ZERO) / HUNDRED) + (amount or ZERO), round_to), ZERO)


def cell_of(
    night: date, type_id: int, plan_id: int | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Cell | None:
    """What differs; None when nothing does."""
    names = [name for name, value in after.items() if before[name] != value]
    if not names:
        return None
    return Cell(night, type_id, plan_id, {name: before[name] for name in names}, {name: after[name] for name in names})
