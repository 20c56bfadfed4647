"""The effect of a painting in lines a person reads: runs of nights with the same change, old → new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from binzhi.kernel.ui import formats
from binzhi.property.queries import RoomTypeRef
from binzhi.reservations.ratebook.cells import Cell
from binzhi.reservations.ratebook.effects import Effect
from binzhi.reservations.ratebook.queries import PlanRow

MOST_LINES = 60
WORDS: dict[str, Promise] = {
    "price": gettext_lazy("Price"),
    "single_price": gettext_lazy("For one guest"),
    "extra_adult": gettext_lazy("Extra adult"),
    "extra_child": gettext_lazy("Extra child"),
    "min_nights": gettext_lazy("Shortest stay"),
    "max_nights": gettext_lazy("Longest stay"),
    "closed": gettext_lazy("Rate"),
    "closed_to_arrival": gettext_lazy("Arrival"),
    "closed_to_departure": gettext_lazy("Departure"),
    "stop_sell": gettext_lazy("Sale"),
    "overbooking": gettext_lazy("Overbooking"),
}
SWITCHED: dict[str, tuple[Promise, Promise]] = {
    "closed": (gettext_lazy("Closed"), pgettext_lazy("rate", "Open")),
    "closed_to_arrival": (gettext_lazy("Not allowed"), gettext_lazy("Allowed")),
    "closed_to_departure": (gettext_lazy("Not allowed"), gettext_lazy("Allowed")),
    "stop_sell": (gettext_lazy("Stopped"), pgettext_lazy("sale", "Open")),
}


@dataclass(frozen=True, slots=True)
class Change:
    word: str
    before: str
    after: str


@dataclass(slots=True)
class Line:
    """Nights `first` to `last` of one type and rate that change alike."""

    room_type: str
    rate_plan: str
    first: date
    last: date
    nights: int
    changes: Sequence[Change]
    floor: Decimal | None
    floor_plan: str
    why: str


@dataclass(frozen=True, slots=True)
class EffectView:
    lines: Sequence[Line]
    more: int
    effect: Effect

    @property
    def refused(self) -> bool:
        return bool(self.effect.broken)


def view_of(effect: Effect, *, types: Sequence[RoomTypeRef], plans: Sequence[PlanRow]) -> EffectView:
    """Lines by type and rate; cells that follow each other and change alike are one."""
    type_names = {kind.pk: kind.label for kind in types}
    plan_names: dict[int | None, str] = {plan.pk: plan.label for plan in plans}
    codes = {plan.code: plan.label for plan in plans}
    broken = {(one.night, one.room_type_id): one for one in effect.broken}
    order = {kind.pk: place for place, kind in enumerate(types)}
    lines: list[Line] = []
    last: tuple[Any, ...] = ()
    for cell in sorted(
        effect.cells, key=lambda one: (order.get(one.room_type_id, 0), one.rate_plan_id or 0, one.night)
    ):
        below = broken.get((cell.night, cell.room_type_id)) if cell.rate_plan_id is not None else None
        why = effect.why.get((cell.night, cell.room_type_id), "")
        key = (cell.room_type_id, cell.rate_plan_id, tuple(cell.before.items()), tuple(cell.after.items()), below and
               (below.floor, below.rate_plan), why)  # fmt: skip
        if key == last and lines[-1].last + timedelta(days=1) == cell.night:
            lines[-1].last = cell.night
            lines[-1].nights += 1
            continue
        last = key
        lines.append(
            Line(
                type_names.get(cell.room_type_id, ""), plan_names.get(cell.rate_plan_id, ""), cell.night, cell.night, 1,
                changes_of(cell), below.floor if below else None, codes.get(below.rate_plan, "") if below else "", why,
            )
        )  # fmt: skip
    # What is refused stands first.
    lines.sort(key=lambda line: line.floor is None)
    return EffectView(lines[:MOST_LINES], max(len(lines) - MOST_LINES, 0), effect)


def changes_of(cell: Cell) -> list[Change]:
    return [Change(str(WORDS[name]), said(name, cell.before), said(name, cell.after)) for name in cell.after]


def said(name: str, values: Mapping[str, Any]) -> str:
    """A value in words."""
    value = values[name]
    if name in SWITCHED:
        return str(SWITCHED[name][0 if value else 1])
    if value is None:
        return _("none")
    if isinstance(value, Decimal):
        return formats.number(value, decimals=0 if value == value.to_integral_value() else 2)
    return str(value)
