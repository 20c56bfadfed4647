"""Floors: below them a price is written by a manager only. A derived plan's floor holds what its parent is painted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.money import ZERO
from binzhi.reservations.access import Permission
from binzhi.reservations.errors import FloorBroken
from binzhi.reservations.models import RatePlan
from binzhi.reservations.ratebook.cells import CENT, Cell

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least price of a type under a plan; `root` is the plan whose painted price it is reckoned from."""

    room_type_id: int
    room_type: str
    rate_plan: str
    root: int
    floor: Decimal
    is_derived: bool
    percent: Decimal
    amount: Decimal
    round_to: Decimal

    def price(self, painted: Decimal) -> Decimal:
        """What the plan asks when its root is painted at this price."""
        if not self.is_derived:
            return painted
        return derived(painted, percent=self.percent, amount=self.amount, round_to=self.round_to)


@dataclass(frozen=True, slots=True)
class Broken:
    """A price below its floor: at which cell of the grid."""

    night: date
    room_type_id: int
    room_type: str
    rate_plan: str
    price: Decimal
    floor: Decimal


def derived(price: Decimal, *, percent: Decimal, amount: Decimal, round_to: Decimal) -> Decimal:
    """A parent's price under a derived plan, as `pricing.PRICE` reckons it."""
    return max(rounded(price * (1 + percent / HUNDRED) + amount, round_to), ZERO)


def rounded(price: Decimal, step: Decimal) -> Decimal:
    """To the nearest multiple of `step`, half up."""
    return ((price / step).quantize(Decimal(1), ROUND_HALF_UP) * step).quantize(CENT, ROUND_HALF_UP)


_FLOORS = """
SELECT b.room_type_id, t.code AS room_type, p.code AS rate_plan, coalesce(p.parent_id, p.id) AS root, b.floor,
       p.parent_id IS NOT NULL AS is_derived, p.percent, p.amount, p.round_to
FROM reservations_baseprice b
JOIN reservations_rateplan p ON p.id = b.rate_plan_id AND p.is_active
JOIN property_roomtype t ON t.id = b.room_type_id
WHERE b.hotel_id = %s AND b.floor IS NOT NULL AND (p.id = ANY (%s) OR p.parent_id = ANY (%s))
  AND b.room_type_id = ANY (%s)
"""


def floors_of(*, hotel_id: int, plans: Iterable[int], types: Iterable[int]) -> list[Floor]:
    """The floors that prices of these plans and types may break, those of derived plans included; one statement."""
    ids = list(plans)
    return [Floor(**row) for row in db.fetch_all(_FLOORS, [hotel_id, ids, ids, list(types)])]


# What a plan asks of one or of all included guests on nights that are painted, rounded as `pricing.PRICE` rounds.
_UNDER = """
SELECT r.night, x.price, b.floor
FROM reservations_baseprice b
JOIN property_hotel h ON h.id = b.hotel_id
JOIN property_roomtype t ON t.id = b.room_type_id AND t.is_active
JOIN reservations_ratenight r ON r.hotel_id = b.hotel_id AND r.rate_plan_id = %(root)s
    AND r.room_type_id = b.room_type_id AND r.price IS NOT NULL
    AND r.night >= greatest(h.business_date, %(first)s::date) AND r.night <= coalesce(%(last)s::date, 'infinity')
CROSS JOIN LATERAL (
    SELECT greatest(round((least(r.price, r.single_price) * (1 + %(percent)s::numeric / 100) + %(amount)s::numeric)
                          / %(round_to)s) * %(round_to)s, 0)::numeric(12,2) AS price) x
WHERE b.hotel_id = %(hotel)s AND b.rate_plan_id = %(plan)s AND x.price < b.floor
ORDER BY r.night, t.position, t.id LIMIT 1
"""


def require_floor_of_plan(
    *, plan: RatePlan, percent: Decimal | None, amount: Decimal | None, first: date | None = None,
    last: date | None = None, field: str, actor: Actor,
) -> bool:  # fmt: skip
    """Whether a derived plan at this distance stands below its floor on a night that is painted, and may.

    Raises FloorBroken naming the first such night, unless the actor may go below. Prices of its own are held where they
    are painted.
    """
    if plan.parent_id is None:
        return False
    row = db.fetch_one(
        _UNDER,
        {
            "hotel": plan.hotel_id, "plan": plan.pk, "root": plan.parent_id, "first": first, "last": last,
            "percent": plan.percent if percent is None else percent, "round_to": plan.round_to,
            "amount": plan.amount if amount is None else amount,
        },
    )  # fmt: skip
    if row is not None and not actor.may(Permission.BREAK_FLOOR, plan.hotel_id):
        raise FloorBroken(field=field, **row)
    return row is not None


def broken_by(cells: Sequence[Cell], floors: Sequence[Floor]) -> list[Broken]:
    """Where the prices written would stand below a floor; a price that is raised but still below it counts too."""
    by_key: dict[tuple[int, int | None], list[Floor]] = {}
    for floor in floors:
        by_key.setdefault((floor.room_type_id, floor.root), []).append(floor)
    found = []
    for cell in cells:
        for floor in by_key.get((cell.room_type_id, cell.rate_plan_id), ()):
            asked = lowest(cell.after)
            if asked is not None and floor.price(asked) < floor.floor:
                found.append(
                    Broken(cell.night, cell.room_type_id, floor.room_type, floor.rate_plan, floor.price(asked),
                           floor.floor)
                )  # fmt: skip
    return found


def lowest(values: Any) -> Decimal | None:
    """The lower of what one and what all included guests pay, of those that are written."""
    return min((values[name] for name in ("price", "single_price") if values.get(name) is not None), default=None)
