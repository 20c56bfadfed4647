"""Building blocks to furnish what a hotel sells: used by the demo, the replay and the tests."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, time
from decimal import Decimal

from binzhi.kernel import db
from binzhi.reservations.models import Agreement, CancellationPolicy, Code, RatePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySpec:
    """Free until `free_days` days before arrival at `free_until`, then the fee; no-shows have their own."""

    code: str
    name: str
    name_en: str = ""
    free_days: int = 0
    free_until: time = time(18, 0)
    fee_kind: str = "none"
    fee_percent: Decimal = Decimal(0)
    no_show_kind: str = "none"
    no_show_percent: Decimal = Decimal(0)
    deposit_kind: str = "none"
    deposit_percent: Decimal = Decimal(0)
    deposit_after: int | None = None
    deposit_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpec:
    code: str
    name: str
    cancellation_policy_id: int
    name_en: str = ""
    kind: str = "base"
    parent_id: int | None = None
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    round_to: Decimal = Decimal(1)
    guarantee_required: bool = False
    breakfasts: int = 0
    min_nights: int | None = None
    max_nights: int | None = None
    min_advance: int | None = None
    max_advance: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    position: int = 0


def create_policy(*, hotel_id: int, spec: PolicySpec) -> int:
    """Add a cancellation policy; its id."""
    return CancellationPolicy.objects.create(hotel_id=hotel_id, **asdict(spec)).pk


def create_plan(*, hotel_id: int, spec: PlanSpec) -> int:
    """Add a rate plan; its id. Its prices are written by `rates.write`."""
    return RatePlan.objects.create(hotel_id=hotel_id, **asdict(spec)).pk


def create_agreement(*, hotel_id: int, rate_plan_id: int, organisation_id: int, valid_until: date | None = None) -> int:
    """Let an organisation book a negotiated plan; the agreement's id."""
    return Agreement.objects.create(
        hotel_id=hotel_id, rate_plan_id=rate_plan_id, organisation_id=organisation_id, valid_until=valid_until
    ).pk


def create_code(*, hotel_id: int, kind: str, code: str, name: str, name_en: str = "", position: int = 0) -> int:
    """Add a market, source, channel, special request or reason of cancellation; its id."""
    return Code.objects.create(
        hotel_id=hotel_id, kind=kind, code=code, name=name, name_en=name_en, position=position
    ).pk


# Rooms out of order beyond the nights that were open until now are counted when their night opens.
_OPEN = """
INSERT INTO reservations_night (night, hotel_id, room_type_id, rooms, out_of_order)
SELECT d.night, t.hotel_id, t.id,
       coalesce(c.rooms, 0), coalesce(o.rooms, 0)
FROM (SELECT %(first)s::date + n AS night FROM generate_series(0, %(last)s::date - %(first)s::date) AS n) d
CROSS JOIN property_roomtype t
LEFT JOIN (
    SELECT r.room_type_id, count(*) AS rooms FROM property_room r
    WHERE r.hotel_id = %(hotel)s AND r.is_active GROUP BY r.room_type_id
) c ON c.room_type_id = t.id
LEFT JOIN (
    SELECT n.night, r.room_type_id, count(*) AS rooms
    FROM reservations_roomnight n JOIN property_room r ON r.id = n.room_id
    WHERE n.hotel_id = %(hotel)s AND n.night BETWEEN %(first)s AND %(last)s AND n.out_of_order_id IS NOT NULL
    GROUP BY n.night, r.room_type_id
) o ON o.night = d.night AND o.room_type_id = t.id
WHERE t.hotel_id = %(hotel)s AND t.is_active
ORDER BY d.night, t.id
ON CONFLICT DO NOTHING
"""
# Opening nights and taking rooms out of order must see each other's rows.
INVENTORY_LOCK = "SELECT pg_advisory_xact_lock(7102, %s)"


def open_nights(*, hotel_id: int, first: date, last: date) -> int:
    """Put nights `first` to `last` (both included) on sale; open ones stay as they are. How many rows were made.

    A row per night and type, with the rooms in use counted now. Nights are open to all that follows in the booking
    horizon; the night audit calls this daily.
    """
    db.execute(INVENTORY_LOCK, [hotel_id])
    return db.execute(_OPEN, {"hotel": hotel_id, "first": first, "last": last})
