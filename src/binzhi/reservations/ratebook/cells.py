"""The rows under the brush: read, locked, written. All statements are set-based."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from binzhi.kernel import db
from binzhi.reservations import nights
from binzhi.reservations.ratebook.brush import PRICES

# Which night, which type, under which plan (None: the limits of the type itself).
Key = tuple[date, int, int | None]
NOTHING: dict[str, Any] = {
    "price": None, "single_price": None, "extra_adult": Decimal(0), "extra_child": Decimal(0), "min_nights": None,
    "max_nights": None, "closed": False, "closed_to_arrival": False, "closed_to_departure": False,
}  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of one row that are touched, before and after."""

    night: date
    room_type_id: int
    rate_plan_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return self.night, self.room_type_id, self.rate_plan_id


# Painters take turns in a hotel: what one of them reads nobody else paints before he is done.
_TURN = "SELECT pg_advisory_xact_lock(7104, %s)"
_ENSURE = """
INSERT INTO reservations_ratenight (night, hotel_id, rate_plan_id, room_type_id)
SELECT d.night, %(hotel)s, p.id, t.id FROM unnest(%(nights)s::date[]) AS d (night)
CROSS JOIN unnest(%(plans)s::bigint[]) AS p (id) CROSS JOIN unnest(%(types)s::bigint[]) AS t (id)
ORDER BY d.night, p.id, t.id
ON CONFLICT DO NOTHING
"""
_RATES = """
SELECT night, room_type_id, rate_plan_id, price, single_price, extra_adult, extra_child, min_nights, max_nights, closed,
       closed_to_arrival, closed_to_departure
FROM reservations_ratenight
WHERE night = ANY (%(nights)s::date[]) AND hotel_id = %(hotel)s AND rate_plan_id = ANY (%(plans)s::bigint[])
  AND room_type_id = ANY (%(types)s::bigint[])
ORDER BY night, hotel_id, rate_plan_id, room_type_id
"""
_LIMITS = """
SELECT night, room_type_id, overbooking, closed AS stop_sell FROM reservations_night
WHERE night = ANY (%(nights)s::date[]) AND hotel_id = %(hotel)s AND room_type_id = ANY (%(types)s::bigint[])
ORDER BY night, hotel_id, room_type_id
"""
_LOCKED = " FOR NO KEY UPDATE"


def take_turn(hotel_id: int) -> None:
    """Wait until no other painting of this hotel is under way; till the end of the transaction."""
    db.execute(_TURN, [hotel_id])


def rates_under(
    *, hotel_id: int, nights: Sequence[date], plans: Sequence[int], types: Sequence[int], lock: bool
) -> dict[Key, dict[str, Any]]:
    """The rate rows of nights × plans × types by key; `lock` makes those that are not there yet and holds all."""
    params = {"hotel": hotel_id, "nights": db.array(nights), "plans": db.array(plans), "types": db.array(types)}
    if lock:
        db.execute(_ENSURE, params)
    rows = db.fetch_all(_RATES + _LOCKED if lock else _RATES, params)
    return {(row.pop("night"), row.pop("room_type_id"), row.pop("rate_plan_id")): row for row in rows}


def limits_under(
    *, hotel_id: int, nights: Sequence[date], types: Sequence[int], lock: bool
) -> dict[Key, dict[str, Any]]:
    """The limits of nights × types that are open for sale, by key."""
    params = {"hotel": hotel_id, "nights": db.array(nights), "types": db.array(types)}
    rows = db.fetch_all(_LIMITS + _LOCKED if lock else _LIMITS, params)
    return {(row.pop("night"), row.pop("room_type_id"), None): row for row in rows}


_KEEP = """
WITH painting AS (
    INSERT INTO reservations_painting (
        hotel_id, at, user_id, source, undoes_id, first, last, cells, under_floor, reason)
    VALUES (%(hotel)s, %(now)s, %(user)s::bigint, %(source)s, %(undoes)s::bigint, %(first)s, %(last)s, %(count)s,
            %(under)s, %(reason)s)
    RETURNING id
), c AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(cells)s::jsonb)
        AS c (night date, type bigint, plan bigint, before jsonb, after jsonb)
), kept AS (
    INSERT INTO reservations_paintedcell (painting_id, hotel_id, night, room_type_id, rate_plan_id, before, after)
    SELECT painting.id, %(hotel)s, c.night, c.type, c.plan, c.before, c.after FROM painting, c
), written AS (
    UPDATE reservations_ratenight r SET
        price = CASE WHEN c.after ? 'price' THEN (c.after ->> 'price')::numeric ELSE r.price END,
        single_price = CASE WHEN c.after ? 'single_price' THEN (c.after ->> 'single_price')::numeric
            ELSE r.single_price END,
        extra_adult = coalesce((c.after ->> 'extra_adult')::numeric, r.extra_adult),
        extra_child = coalesce((c.after ->> 'extra_child')::numeric, r.extra_child),
        min_nights = CASE WHEN c.after ? 'min_nights' THEN (c.after ->> 'min_nights')::smallint ELSE r.min_nights END,
        max_nights = CASE WHEN c.after ? 'max_nights' THEN (c.after ->> 'max_nights')::smallint ELSE r.max_nights END,
        closed = coalesce((c.after ->> 'closed')::boolean, r.closed),
        closed_to_arrival = coalesce((c.after ->> 'closed_to_arrival')::boolean, r.closed_to_arrival),
        closed_to_departure = coalesce((c.after ->> 'closed_to_departure')::boolean, r.closed_to_departure)
    FROM c WHERE r.night = c.night AND r.hotel_id = %(hotel)s AND r.rate_plan_id = c.plan AND r.room_type_id = c.type
)
SELECT id FROM painting
"""


def keep(
    *,
    hotel_id: int,
    cells: Sequence[Cell],
    source: str,
    user_id: int | None,
    now: datetime,
    undoes: int | None = None,
    under_floor: int = 0,
    reason: str = "",
) -> int:
    """Write the cells (their rows are locked) and the record of them; the painting's id. Raises LimitBelowSold."""
    limits = {
        (cell.night, cell.room_type_id): (cell.after.get("overbooking"), cell.after.get("stop_sell"))
        for cell in cells
        if cell.rate_plan_id is None
    }
    nights.write_limits(hotel_id=hotel_id, limits=limits)
    return int(
        db.fetch_value(
            _KEEP,
            {
                "hotel": hotel_id, "now": now, "user": user_id, "source": source, "undoes": undoes,
                "first": min(cell.night for cell in cells), "last": max(cell.night for cell in cells),
                "count": len(cells), "under": under_floor, "reason": reason, "cells": _as_json(cells),
            },
        )
    )  # fmt: skip


def _as_json(cells: Sequence[Cell]) -> str:
    rows = [
        {
            "night": cell.night, "type": cell.room_type_id, "plan": cell.rate_plan_id, "before": _plain(cell.before),
            "after": _plain(cell.after),
        }
        for cell in cells
    ]  # fmt: skip
    return orjson.dumps(rows).decode()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Prices as numbers, so that the database compares them as such; ten digits and two places survive a float."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def from_json(values: Any) -> dict[str, Any]:
    """The values of a kept cell as they are in a row."""
    plain: dict[str, Any] = db.plain_json(values)
    return {
        name: Decimal(str(value)).quantize(CENT) if name in PRICES and value is not None else value
        for name, value in plain.items()
    }
