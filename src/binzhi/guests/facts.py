"""The few figures beside a guest's name, and what an organisation brings: contexts above count them.

Registered from `AppConfig.ready`; each source checks rights itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from binzhi.people.web import StaffRequest


@dataclass(frozen=True, slots=True)
class GuestFact:
    """下次 今日 · 1201 · 2 晚"""

    label: str
    value: Any
    detail: Any = ""


FactSource = Callable[[StaffRequest, int], list[GuestFact]]
_facts: list[FactSource] = []


def register_facts(source: FactSource) -> None:
    """Add a source: `source(request, guest_id)`."""
    _facts.append(source)


def facts_of(request: StaffRequest, guest_id: int) -> list[GuestFact]:
    return [fact for source in _facts for fact in source(request, guest_id)]


@dataclass(frozen=True, slots=True)
class YearOfProduction:
    """What an organisation brought in a year at the hotels the reader may see."""

    year: int
    bookings: int
    nights: int
    room_revenue: Decimal
    spend: Decimal


ProductionSource = Callable[[int, int], list[YearOfProduction]]
_production: list[ProductionSource] = []


def register_production(source: ProductionSource) -> None:
    """Add a source: `source(group_id, organisation_id)`, the latest year first."""
    _production.append(source)


def production_of(group_id: int, organisation_id: int) -> list[YearOfProduction]:
    return [year for source in _production for year in source(group_id, organisation_id)]
