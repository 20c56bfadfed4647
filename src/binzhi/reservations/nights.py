"""The counters of nights: the only code that changes how many rooms of a type are sold, held or out of order.

Rows are locked in the order (night, room type) before the first is changed, so that overlapping stays queue
instead of deadlocking. The guard in the update refuses; the table's CHECK is the backstop behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.reservations.errors import LimitBelowSold, NotOnSale, RoomTypeClosed, RoomTypeSoldOut

Key = tuple[date, int]  # a night and a room type
Deltas = Mapping[Key, int]

# The sort below the row locks is what makes the order; the CTE is read to its end before a row is updated or
# row by row in that order, and either way no row is locked out of turn.
# The arrays stand in sub-selects so that their length is hidden from the planner: it then keeps one plan instead of
# planning every call, which costs twice what the statement does.
_LOCKED = """
asked AS MATERIALIZED (
    SELECT * FROM unnest((SELECT %(nights)s::date[]), (SELECT %(types)s::bigint[]), (SELECT %(deltas)s::integer[]))
        AS a (night, room_type_id, delta){after}
), locked AS MATERIALIZED (
    SELECT n.night, n.room_type_id, a.delta
    FROM asked a JOIN reservations_night n
      ON n.night = a.night AND n.room_type_id = a.room_type_id AND n.hotel_id = %(hotel)s
    ORDER BY n.night, n.room_type_id
    FOR NO KEY UPDATE OF n
)
"""
_SELL = """
UPDATE reservations_night n SET sold = n.sold + l.delta
FROM locked l
WHERE n.hotel_id = %(hotel)s AND n.night = l.night AND n.room_type_id = l.room_type_id
  AND (l.delta < 0 OR (NOT n.closed AND n.sold + l.delta <= n.rooms - n.out_of_order + n.overbooking - n.held))
RETURNING n.night, n.room_type_id
"""
_TAKE = "WITH " + _LOCKED.format(after="") + _SELL


def taking_part(*, after: str = "") -> str:
    """Parts of a statement, the last of them `taken`: a row for each night that was to be had. Parameters: `taking`.

    `after`: parts of the same statement that write before a night is locked, so that others wait for less.
    """
    first = "".join(f", (SELECT count(*) FROM {part}) AS {part}_done" for part in after.split())  # noqa: S608  (constants)
    return _LOCKED.format(after=first) + f", taken AS ({_SELL})"


_PUT_OUT_OF_ORDER = f"""
WITH {_LOCKED.format(after="")}
UPDATE reservations_night n SET out_of_order = n.out_of_order + l.delta
FROM locked l
WHERE n.hotel_id = %(hotel)s AND n.night = l.night AND n.room_type_id = l.room_type_id
  AND (l.delta < 0 OR n.sold <= n.rooms - n.out_of_order - l.delta + n.overbooking - n.held)
RETURNING n.night, n.room_type_id
"""  # noqa: S608  (constants)
_WHY = """
SELECT closed FROM reservations_night WHERE night = %s AND hotel_id = %s AND room_type_id = %s
"""


def take(*, hotel_id: int, deltas: Deltas) -> None:
    """Sell (positive) or give back (negative) rooms per (night, room type): one statement when all goes well.

    Locks the nights in order. Raises RoomTypeSoldOut, RoomTypeClosed or NotOnSale naming the first short night;
    what was counted before it is undone by the rollback that the refusal causes.
    """
    done, asked = _change(_TAKE, hotel_id, deltas)
    if len(done) != len(asked):
        raise refusal(hotel_id, asked, done)


def put_out_of_order(*, hotel_id: int, deltas: Deltas) -> None:
    """Take rooms out of the inventory (positive) or bring them back (negative), per (night, room type).

    Nights that are not open yet are left alone: opening them counts the rooms that are out of order then.
    Locks the nights in order. Raises LimitBelowSold when more rooms are sold than would be left.
    """
    done, asked = _change(_PUT_OUT_OF_ORDER, hotel_id, deltas)
    for night, room_type_id in asked:
        if (night, room_type_id) not in done and _is_open(hotel_id, night, room_type_id):
            raise LimitBelowSold(night=night, room_type_id=room_type_id)


_SET_LIMITS = """
WITH locked AS MATERIALIZED (
    SELECT n.night FROM reservations_night n
    WHERE n.hotel_id = %(hotel)s AND n.room_type_id = %(type)s AND n.night = ANY (%(nights)s::date[])
    ORDER BY n.night FOR NO KEY UPDATE
)
UPDATE reservations_night n
SET overbooking = coalesce(%(overbooking)s::integer, n.overbooking), closed = coalesce(%(closed)s::boolean, n.closed)
FROM locked l
WHERE n.hotel_id = %(hotel)s AND n.room_type_id = %(type)s AND n.night = l.night
  AND n.sold <= n.rooms - n.out_of_order + coalesce(%(overbooking)s::integer, n.overbooking) - n.held
RETURNING n.night
"""
_OVERSOLD = """
SELECT min(night) FROM reservations_night
WHERE hotel_id = %s AND room_type_id = %s AND night = ANY (%s) AND NOT night = ANY (%s)
"""


def set_limits(
    *, hotel_id: int, room_type_id: int, first: date, last: date, overbooking: int | None, closed: bool | None
) -> int:
    """Set planned overbooking and stop sell of nights `first` to `last` (both included); how many are open.

    Locks the nights in order. Raises LimitBelowSold naming the first night on which more is sold.
    """
    asked = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    params = {"hotel": hotel_id, "type": room_type_id, "nights": asked, "overbooking": overbooking, "closed": closed}
    done = [row["night"] for row in db.fetch_all(_SET_LIMITS, params)]
    if len(done) != len(asked):
        over = db.fetch_value(_OVERSOLD, [hotel_id, room_type_id, asked, done])
        if over is not None:
            raise LimitBelowSold(night=over, room_type_id=room_type_id)
    return len(done)


_WRITE_LIMITS = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(nights)s::date[], %(types)s::bigint[], %(overbooking)s::integer[], %(closed)s::boolean[])
        AS a (night, room_type_id, overbooking, closed)
), locked AS MATERIALIZED (
    SELECT n.night, n.room_type_id, a.overbooking, a.closed
    FROM asked a JOIN reservations_night n
      ON n.night = a.night AND n.room_type_id = a.room_type_id AND n.hotel_id = %(hotel)s
    ORDER BY n.night, n.room_type_id
    FOR NO KEY UPDATE OF n
)
UPDATE reservations_night n
SET overbooking = coalesce(l.overbooking, n.overbooking), closed = coalesce(l.closed, n.closed)
FROM locked l
WHERE n.hotel_id = %(hotel)s AND n.night = l.night AND n.room_type_id = l.room_type_id
  AND n.sold <= n.rooms - n.out_of_order + coalesce(l.overbooking, n.overbooking) - n.held
RETURNING n.night, n.room_type_id
"""


def write_limits(*, hotel_id: int, limits: Mapping[Key, tuple[int | None, bool | None]]) -> None:
    """Set planned overbooking and stop sell of many nights and types, each its own; None leaves a value.

    Locks the nights in order. Raises LimitBelowSold naming the first night on which more is sold.
    """
    if not limits:
        return
    asked = sorted(limits)
    params = {
        "hotel": hotel_id, "nights": db.array(night for night, _type in asked),
        "types": db.array(room_type_id for _night, room_type_id in asked),
        "overbooking": db.array(limits[key][0] for key in asked), "closed": db.array(limits[key][1] for key in asked),
    }  # fmt: skip
    done = {(row["night"], row["room_type_id"]) for row in db.fetch_all(_WRITE_LIMITS, params)}
    for night, room_type_id in asked:
        if (night, room_type_id) not in done:
            raise LimitBelowSold(night=night, room_type_id=room_type_id)


# Rooms kept for groups are not for sale: what is held and what is sold change in one statement, so that a room of a
# group that somebody is named for is never on offer in between. `delta` is what the two take of the house together.
_SHIFT = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(nights)s::date[], %(types)s::bigint[], %(sold)s::integer[], %(held)s::integer[])
        AS a (night, room_type_id, sold, held)
), locked AS MATERIALIZED (
    SELECT n.night, n.room_type_id, a.sold, a.held, a.sold + a.held AS delta
    FROM asked a JOIN reservations_night n
      ON n.night = a.night AND n.room_type_id = a.room_type_id AND n.hotel_id = %(hotel)s
    ORDER BY n.night, n.room_type_id
    FOR NO KEY UPDATE OF n
)
UPDATE reservations_night n SET sold = n.sold + l.sold, held = n.held + l.held
FROM locked l
WHERE n.hotel_id = %(hotel)s AND n.night = l.night AND n.room_type_id = l.room_type_id
  AND (l.delta <= 0
       OR (NOT n.closed AND n.sold + n.held + l.delta <= n.rooms - n.out_of_order + n.overbooking))
RETURNING n.night, n.room_type_id
"""
_HOLD_STILL = """
SELECT n.night FROM reservations_night n
JOIN unnest(%(nights)s::date[], %(types)s::bigint[]) AS a (night, room_type_id)
  ON a.night = n.night AND a.room_type_id = n.room_type_id
WHERE n.hotel_id = %(hotel)s ORDER BY n.night, n.room_type_id FOR NO KEY UPDATE OF n
"""


def shift(*, hotel_id: int, sold: Deltas, held: Deltas) -> None:
    """Change what is sold and what groups hold, per (night, room type): a group's room taken up is sold + 1, held - 1.

    Locks the nights in order. Raises RoomTypeSoldOut, RoomTypeClosed or NotOnSale naming the first short night.
    """
    asked = sorted(key for key in {*sold, *held} if sold.get(key) or held.get(key))
    if not asked:
        return
    rows = db.fetch_all(
        _SHIFT,
        {
            "hotel": hotel_id, "nights": [night for night, _type in asked], "types": [kind for _night, kind in asked],
            "sold": [sold.get(key, 0) for key in asked], "held": [held.get(key, 0) for key in asked],
        },
    )  # fmt: skip
    done = {(row["night"], row["room_type_id"]) for row in rows}
    if len(done) != len(asked):
        raise refusal(hotel_id, asked, done)


def hold_still(*, hotel_id: int, keys: Iterable[Key]) -> None:
    """Lock nights in order without changing them: what counts upon them is read after this."""
    asked = sorted(set(keys))
    params = {
        "hotel": hotel_id, "nights": [night for night, _type in asked], "types": [kind for _night, kind in asked],
    }  # fmt: skip
    db.fetch_all(_HOLD_STILL, params)


def _change(sql: str, hotel_id: int, deltas: Deltas) -> tuple[set[Key], list[Key]]:
    asked = in_order(deltas)
    if not asked:
        return set(), []
    rows = db.fetch_all(sql, taking(hotel_id, asked, deltas))
    return {(row["night"], row["room_type_id"]) for row in rows}, asked


def in_order(deltas: Deltas) -> list[Key]:
    """The nights and types that change, in the order in which they are locked."""
    return sorted(key for key, delta in deltas.items() if delta)


def taking(hotel_id: int, asked: list[Key], deltas: Deltas) -> dict[str, Any]:
    """The parameters of `taking_part`, for a statement that sells and writes in one."""
    return {
        "hotel": hotel_id,
        "nights": db.array(night for night, _type in asked),
        "types": db.array(room_type_id for _night, room_type_id in asked),
        "deltas": db.array(deltas[key] for key in asked),
    }


def _is_open(hotel_id: int, night: date, room_type_id: int) -> bool:
    return db.fetch_one(_WHY, [night, hotel_id, room_type_id]) is not None


_SHORT = """
SELECT a.night, a.room_type_id, n.night IS NULL AS missing, n.closed
FROM unnest(%(nights)s::date[], %(types)s::bigint[], %(deltas)s::integer[]) AS a (night, room_type_id, delta)
LEFT JOIN reservations_night n
    ON n.night = a.night AND n.room_type_id = a.room_type_id AND n.hotel_id = %(hotel)s
WHERE n.night IS NULL OR n.closed OR n.sold + a.delta > n.rooms - n.out_of_order + n.overbooking - n.held
ORDER BY a.night, a.room_type_id LIMIT 1
"""


def shortage(hotel_id: int, asked: list[Key], deltas: Deltas) -> DomainError | None:
    """What stands against selling these nights now; None when they are to be had."""
    row = db.fetch_one(_SHORT, taking(hotel_id, asked, deltas))
    if row is None:
        return None
    return _reason((row["night"], row["room_type_id"]), on_sale=not row["missing"], closed=row["closed"])


def refusal(hotel_id: int, asked: list[Key], done: set[Key]) -> DomainError:
    """Why the first night that was not `done` could not be had: NotOnSale, RoomTypeClosed or RoomTypeSoldOut."""
    night, room_type_id = key = next(key for key in asked if key not in done)
    row = db.fetch_one(_WHY, [night, hotel_id, room_type_id])
    return _reason(key, on_sale=row is not None, closed=row is not None and row["closed"])


def _reason(key: Key, *, on_sale: bool, closed: bool) -> DomainError:
    night, room_type_id = key
    reason = NotOnSale if not on_sale else RoomTypeClosed if closed else RoomTypeSoldOut
    return reason(night=night, room_type_id=room_type_id)


def deltas_of(nights: list[date], room_type_id: int, delta: int) -> dict[tuple[date, int], int]:
    """The same change for one type on several nights."""
    return {(night, room_type_id): delta for night in nights}


def merged(*parts: Deltas) -> dict[tuple[date, int], int]:
    """The net change of several; what cancels out is left away, so that its night need not be free."""
    total: dict[tuple[date, int], int] = {}
    for part in parts:
        for key, delta in part.items():
            total[key] = total.get(key, 0) + delta
    return {key: delta for key, delta in total.items() if delta}
