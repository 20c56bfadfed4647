"""The grid of rates as a screen or a program sees it, and what was painted lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.property.queries import HotelRef, RoomTypeRef, localised, room_types
from binzhi.reservations.calendar import HotelDay, days_of, nights_of
from binzhi.reservations.ratebook.floors import derived


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An active plan; a derived one shows the price that follows from its parent's."""

    pk: int
    code: str
    name: str
    name_en: str
    kind: str
    parent_id: int | None
    percent: Decimal
    amount: Decimal
    round_to: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def is_derived(self) -> bool:
        return self.parent_id is not None


@dataclass(frozen=True, slots=True)
class RateCell:
    """A night of a type under a plan: the price that is asked and the restrictions of the plan's own row."""

    night: date
    price: Decimal | None
    single_price: Decimal | None
    extra_adult: Decimal
    extra_child: Decimal
    min_nights: int | None
    max_nights: int | None
    closed: bool
    closed_to_arrival: bool
    closed_to_departure: bool


@dataclass(frozen=True, slots=True)
class StockCell:
    """A night of a type: how many are left, the limits; `is_open` False before the night is on sale."""

    night: date
    left: int
    overbooking: int
    stop_sell: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class TypeBlock:
    """A type with its stock and a row of cells for every plan shown."""

    type: RoomTypeRef
    stock: Sequence[StockCell]
    rates: Sequence[tuple[PlanRow, Sequence[RateCell]]]


@dataclass(frozen=True, slots=True)
class Grid:
    nights: Mapping[date, HotelDay]
    plans: Sequence[PlanRow]
    blocks: Sequence[TypeBlock]


_PLANS = """
SELECT id AS pk, code, name, name_en, kind, parent_id, percent, amount, round_to FROM reservations_rateplan
WHERE hotel_id = %s AND is_active ORDER BY position, code
"""
_RATES = """
SELECT night, rate_plan_id, room_type_id, price, single_price, extra_adult, extra_child, min_nights, max_nights, closed,
       closed_to_arrival, closed_to_departure
FROM reservations_ratenight
WHERE hotel_id = %(hotel)s AND night = ANY (%(nights)s::date[]) AND rate_plan_id = ANY (%(plans)s::bigint[])
"""
_STOCK = """
SELECT night, room_type_id, greatest(rooms - out_of_order + overbooking - sold - held, 0) AS left, overbooking, closed
FROM reservations_night WHERE hotel_id = %(hotel)s AND night = ANY (%(nights)s::date[])
"""


def plans_of(hotel_id: int) -> list[PlanRow]:
    """The active plans in the order of their position."""
    return [PlanRow(**row) for row in db.fetch_all(_PLANS, [hotel_id])]


def grid(*, hotel: HotelRef, first: date, days: int, rate_plans: Sequence[str] = ()) -> Grid:
    """Types × plans × nights from `first` on, in five statements; no plans named: all of them."""
    plans = plans_of(hotel.pk)
    shown = [plan for plan in plans if plan.code in rate_plans] or plans
    nights = [first + timedelta(days=offset) for offset in range(days)]
    wanted = {plan.pk for plan in shown} | {plan.parent_id for plan in shown if plan.parent_id}
    params: dict[str, Any] = {"hotel": hotel.pk, "nights": db.array(nights), "plans": db.array(wanted)}
    rates = {(row["night"], row["rate_plan_id"], row["room_type_id"]): row for row in db.fetch_all(_RATES, params)}
    stock = {(row["night"], row["room_type_id"]): row for row in db.fetch_all(_STOCK, params)}
    day_of = nights_of(days_of(hotel_id=hotel.pk, first=first, last=first + timedelta(days=days)), first, nights[-1])
    blocks = [
        TypeBlock(
            kind,
            [_stock(night, stock.get((night, kind.pk))) for night in nights],
            [(plan, [_rate(night, plan, kind.pk, rates) for night in nights]) for plan in shown],
        )
        for kind in room_types(hotel.pk)
    ]
    return Grid(day_of, plans, blocks)


def _stock(night: date, row: Mapping[str, Any] | None) -> StockCell:
    if row is None:
        return StockCell(night, 0, 0, False, False)
    return StockCell(night, row["left"], row["overbooking"], row["closed"], True)


_EMPTY: dict[str, Any] = {
    "price": None, "single_price": None, "extra_adult": Decimal(0), "extra_child": Decimal(0), "min_nights": None,
    "max_nights": None, "closed": False, "closed_to_arrival": False, "closed_to_departure": False,
}  # fmt: skip


def _rate(night: date, plan: PlanRow, type_id: int, rates: Mapping[tuple[date, int, int], dict[str, Any]]) -> RateCell:
    own = rates.get((night, plan.pk, type_id), _EMPTY)
    values = {name: own[name] for name in _EMPTY}
    if plan.parent_id is not None:
        parent = rates.get((night, plan.parent_id, type_id), _EMPTY)
        for name in ("price", "single_price"):
            value = parent[name]
            values[name] = None if value is None else derived(
                value, percent=plan.percent, amount=plan.amount, round_to=plan.round_to
            )  # fmt: skip
    return RateCell(night, **values)


@dataclass(frozen=True, slots=True)
class PaintingRow:
    """A painting of the past days; `undone_by` is the painting that took it back."""

    pk: int
    at: datetime
    source: str
    who: str
    first: date
    last: date
    cells: int
    under_floor: int
    reason: str
    undoes_id: int | None
    undone_by: int | None


_PAINTINGS = """
SELECT p.id AS pk, p.at, p.source, coalesce(u.name, '') AS who, p.first, p.last, p.cells, p.under_floor, p.reason,
       p.undoes_id, x.id AS undone_by
FROM reservations_painting p
LEFT JOIN people_user u ON u.id = p.user_id
LEFT JOIN reservations_painting x ON x.undoes_id = p.id
WHERE p.hotel_id = %s AND p.id < %s ORDER BY p.id DESC LIMIT %s
"""


def paintings(*, hotel_id: int, before: int = 2**62, limit: int = 20) -> list[PaintingRow]:
    """The last paintings, newest first."""
    return [PaintingRow(**row) for row in db.fetch_all(_PAINTINGS, [hotel_id, before, limit])]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as its list shows it."""

    pk: int
    rate_plan: str
    plan_label: str
    name: str
    position: int
    season: str
    season_name: str
    room_types: list[str]
    weekdays: list[int]
    night_kinds: list[str]
    action: str
    value: Decimal
    is_active: bool


_RULES = """
SELECT r.id AS pk, p.code AS rate_plan, p.name AS plan, p.name_en AS plan_en, r.name, r.position,
       coalesce(s.code, '') AS season, coalesce(s.name, '') AS of_season, coalesce(s.name_en, '') AS of_season_en,
       r.room_types, r.weekdays, r.night_kinds, r.action, r.value, r.is_active
FROM reservations_raterule r
JOIN reservations_rateplan p ON p.id = r.rate_plan_id
LEFT JOIN reservations_season s ON s.id = r.season_id
WHERE r.hotel_id = %s ORDER BY p.position, r.position, r.id
"""


def rules(hotel_id: int) -> list[RuleRow]:
    """All rules of the hotel, by plan, in the order in which they are applied."""
    return [
        RuleRow(
            plan_label=localised(row.pop("plan"), row.pop("plan_en")),
            season_name=localised(row.pop("of_season"), row.pop("of_season_en")), **row,
        )
        for row in db.fetch_all(_RULES, [hotel_id])
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeasonRow:
    pk: int
    code: str
    name: str
    name_en: str
    first: date
    last: date

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


def seasons(hotel_id: int) -> list[SeasonRow]:
    """The seasons of the hotel by their first day."""
    return [
        SeasonRow(**row)
        for row in db.fetch_all(
            "SELECT id AS pk, code, name, name_en, first, last FROM reservations_season WHERE hotel_id = %s"
            " ORDER BY first, code",
            [hotel_id],
        )
    ]


@dataclass(frozen=True, slots=True)
class BaseRow:
    """Base price and floor of a type under a plan."""

    price: Decimal | None
    floor: Decimal | None


def base_prices(hotel_id: int) -> dict[tuple[int, int], BaseRow]:
    """By (plan, type)."""
    return {
        (row["rate_plan_id"], row["room_type_id"]): BaseRow(row["price"], row["floor"])
        for row in db.fetch_all(
            "SELECT rate_plan_id, room_type_id, price, floor FROM reservations_baseprice WHERE hotel_id = %s",
            [hotel_id],
        )
    }
