"""Prices and restrictions by night, written set-based."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """What to write; None leaves a value as it is.

    A name in `clear` empties it: price, single_price, min_nights, max_nights.
    """

    price: Decimal | None = None
    single_price: Decimal | None = None
    extra_adult: Decimal | None = None
    extra_child: Decimal | None = None
    min_nights: int | None = None
    max_nights: int | None = None
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    clear: frozenset[str] = frozenset()


# Written in key order, so that two clerks writing overlapping ranges queue instead of deadlocking.
_WRITE = """
INSERT INTO reservations_ratenight AS r (
    night, hotel_id, rate_plan_id, room_type_id, price, single_price, extra_adult, extra_child, min_nights, max_nights,
    closed, closed_to_arrival, closed_to_departure)
SELECT d.night, %(hotel)s, %(plan)s, t.id, %(price)s::numeric, %(single_price)s::numeric,
    coalesce(%(extra_adult)s::numeric, 0), coalesce(%(extra_child)s::numeric, 0), %(min_nights)s::smallint,
    %(max_nights)s::smallint, coalesce(%(closed)s::boolean, false), coalesce(%(closed_to_arrival)s::boolean, false),
    coalesce(%(closed_to_departure)s::boolean, false)
FROM (SELECT %(first)s::date + n AS night FROM generate_series(0, %(last)s::date - %(first)s::date) AS n) d
CROSS JOIN unnest(%(types)s::bigint[]) AS t (id)
WHERE extract(isodow FROM d.night)::integer - 1 = ANY (%(weekdays)s::integer[])
ORDER BY d.night, t.id
ON CONFLICT (night, hotel_id, rate_plan_id, room_type_id) DO UPDATE SET
    price = CASE WHEN 'price' = ANY (%(clear)s::text[]) THEN NULL ELSE coalesce(EXCLUDED.price, r.price) END,
    single_price = CASE WHEN 'single_price' = ANY (%(clear)s::text[]) THEN NULL
        ELSE coalesce(EXCLUDED.single_price, r.single_price) END,
    extra_adult = coalesce(%(extra_adult)s::numeric, r.extra_adult),
    extra_child = coalesce(%(extra_child)s::numeric, r.extra_child),
    min_nights = CASE WHEN 'min_nights' = ANY (%(clear)s::text[]) THEN NULL
        ELSE coalesce(EXCLUDED.min_nights, r.min_nights) END,
    max_nights = CASE WHEN 'max_nights' = ANY (%(clear)s::text[]) THEN NULL
        ELSE coalesce(EXCLUDED.max_nights, r.max_nights) END,
    closed = coalesce(%(closed)s::boolean, r.closed),
    closed_to_arrival = coalesce(%(closed_to_arrival)s::boolean, r.closed_to_arrival),
    closed_to_departure = coalesce(%(closed_to_departure)s::boolean, r.closed_to_departure)
"""


def write(
    *,
    hotel_id: int,
    rate_plan_id: int,
    room_type_ids: Sequence[int],
    first: date,
    last: date,
    change: RateChange,
    weekdays: frozenset[int] = EVERY_DAY,
) -> int:
    """Write a plan's nights `first` to `last` (both included) for some types; 0 is Monday. How many rows."""
    return db.execute(
        _WRITE,
        {
            "hotel": hotel_id, "plan": rate_plan_id, "types": sorted(room_type_ids), "first": first, "last": last,
            "weekdays": sorted(weekdays), "clear": sorted(change.clear), "price": change.price,
            "single_price": change.single_price, "extra_adult": change.extra_adult, "extra_child": change.extra_child,
            "min_nights": change.min_nights, "max_nights": change.max_nights, "closed": change.closed,
            "closed_to_arrival": change.closed_to_arrival, "closed_to_departure": change.closed_to_departure,
        },
    )  # fmt: skip
