"""The calendar's window: rooms, who has them on which nights, who waits without one, what is left of each type.

Five statements, whatever the size; what is sent is arrays, because five hundred rooms have four thousand stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from binzhi.frontdesk.names import board_name, vip_weight
from binzhi.kernel import db
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations.calendar.days import DayKind, days_of
from binzhi.reservations.enums import Status

LONGEST_WINDOW = 42
_ROOMS = """
SELECT r.id, r.number, r.room_type_id, f.name AS floor, r.housekeeping, r.maintenance, r.features, r.smoking,
       r.accessible, r.connects_to_id, r.orientation, t.code, t.name, t.name_en, t.position,
       EXISTS (SELECT 1 FROM property_roomseal s WHERE s.room_id = r.id AND s.broken_at IS NULL) AS sealed
FROM property_room r
JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_floor f ON f.id = r.floor_id
WHERE r.hotel_id = %s AND r.is_active
ORDER BY t.position, t.code, f.level, r.number
"""
# Who has which room when comes from the nights themselves: a stay that moved has a bar in each of its rooms.
_STAY = """
       rr.reservation_id, rr.status, rr.arrival, rr.departure, rr.room_type_id, rr.room_id AS is_in, rr.room_fixed,
       v.number, v.version, v.confirmed_at IS NULL AND v.guarantee = 'none' AS tentative,
       coalesce(g.name, v.booker_name, '') AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked,
       coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank, rr.guest_id
"""
_STAY_FROM = """
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
"""
_HELD = f"""
WITH held AS MATERIALIZED (
    SELECT n.room_id, n.room_reservation_id AS id, min(n.night) AS first, max(n.night) AS last, count(*) AS nights
    FROM reservations_roomnight n
    WHERE n.hotel_id = %(hotel)s AND n.night >= %(first)s AND n.night < %(until)s AND n.room_reservation_id IS NOT NULL
    GROUP BY n.room_id, n.room_reservation_id
)
SELECT held.room_id, held.id, held.first, held.last,
       CASE WHEN held.nights <> held.last - held.first + 1 THEN (
           SELECT array_agg(x.night ORDER BY x.night) FROM reservations_roomnight x
           WHERE x.room_id = held.room_id AND x.room_reservation_id = held.id
             AND x.night >= %(first)s AND x.night < %(until)s) END AS apart,
{_STAY}
FROM held JOIN reservations_roomreservation rr ON rr.id = held.id
{_STAY_FROM}
UNION ALL
SELECT CASE WHEN rr.arrival = rr.departure THEN rr.room_id END, rr.id, greatest(rr.arrival, %(first)s),
       least(rr.departure, %(until)s) - 1, NULL,
{_STAY}
FROM reservations_roomreservation rr
{_STAY_FROM}
WHERE rr.hotel_id = %(hotel)s AND rr.status IN ('reserved', 'in_house', 'checked_out')
  AND rr.arrival < %(until)s AND rr.arrival >= %(first)s - %(longest)s
  AND (rr.departure > %(first)s OR (rr.arrival = rr.departure AND rr.arrival = %(first)s))
  AND (rr.arrival = rr.departure OR (rr.room_id IS NULL AND rr.status = 'reserved'))
"""  # noqa: S608  (constants)
_OUT = """
SELECT n.room_id, n.out_of_order_id AS id, min(n.night) AS first, max(n.night) AS last, o.reason
FROM reservations_roomnight n JOIN reservations_outoforder o ON o.id = n.out_of_order_id
WHERE n.hotel_id = %s AND n.night >= %s AND n.night < %s AND n.out_of_order_id IS NOT NULL
GROUP BY n.room_id, n.out_of_order_id, o.reason
"""
# The price shown is that of the first plan in the hotel's order that has its own.
_NIGHTS = """
SELECT n.night, n.room_type_id, n.rooms - n.out_of_order + n.overbooking - n.sold - n.held AS left,
       n.overbooking, n.rooms - n.out_of_order AS rooms, n.sold + n.held AS sold, n.closed, p.price
FROM reservations_night n
LEFT JOIN reservations_ratenight p ON p.night = n.night AND p.hotel_id = n.hotel_id
    AND p.room_type_id = n.room_type_id AND p.rate_plan_id = (
        SELECT b.id FROM reservations_rateplan b
        WHERE b.hotel_id = %(hotel)s AND b.kind = 'base' AND b.is_active ORDER BY b.position, b.id LIMIT 1)
WHERE n.hotel_id = %(hotel)s AND n.night >= %(first)s AND n.night < %(until)s
ORDER BY n.night
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Nights `first` to `first + days - 1`."""

    first: date
    days: int

    @property
    def until(self) -> date:
        return self.first + timedelta(days=self.days)


def window_from(first: date | None, days: int, *, hotel: HotelRef) -> Window:
    """The window asked for; without a day from yesterday on, so that who left is still seen."""
    first = first or hotel.business_date - timedelta(days=1)
    # Far beyond what was ever open there is nothing to see, and dates end somewhere.
    edge = timedelta(days=3660)
    return Window(
        min(max(first, hotel.business_date - edge), hotel.business_date + edge), min(max(days, 1), LONGEST_WINDOW)
    )


def calendar_of(*, hotel: HotelRef, window: Window, now: datetime) -> dict[str, Any]:
    """Everything the grid draws. Five statements. Names are those of the boards: surname and title."""
    rooms = db.fetch_all(_ROOMS, [hotel.pk])
    params = {
        "hotel": hotel.pk, "first": window.first, "until": window.until, "longest": hotel.longest_stay,
    }  # fmt: skip
    types = _types(rooms)
    place = {type_id: index for index, type_id in enumerate(types)}
    shown = Shown(hotel=hotel, window=window, now=now)
    held = db.fetch_all(_HELD, params)
    shown.learn_ends(held)
    bars = [bar for row in held for bar in shown.bars_of(row, place)]
    out = [shown.out_of(row) for row in db.fetch_all(_OUT, [hotel.pk, window.first, window.until])]
    return {
        "first": window.first,
        "days": window.days,
        "today": hotel.business_date,
        "types": [[type_id, code, label] for type_id, (code, label) in types.items()],
        "rooms": [_room(row, place) for row in rooms],
        "bars": bars,
        "out": out,
        "nights": _nights(db.fetch_all(_NIGHTS, params), window, place),
        "marks": _marks(hotel.pk, window),
    }


def _marks(hotel_id: int, window: Window) -> list[list[Any]]:
    """Holidays, weekends and make-up workdays, as the hotel keeps its calendar."""
    days = days_of(hotel_id=hotel_id, first=window.first, last=window.until - timedelta(days=1))
    return [
        [(day.day - window.first).days, day.kind.value, day.name or str(day.kind.label)]
        for day in days.values() if day.kind != DayKind.WORKDAY
    ]  # fmt: skip


def version_of_stay(*, hotel_id: int, room_reservation_id: int) -> int:
    """The version of its reservation, which the next change is made on."""
    return int(db.fetch_value(
        "SELECT v.version FROM reservations_roomreservation rr JOIN reservations_reservation v"
        " ON v.id = rr.reservation_id WHERE rr.hotel_id = %s AND rr.id = %s", [hotel_id, room_reservation_id],
    ))  # fmt: skip


def _types(rooms: Sequence[Mapping[str, Any]]) -> dict[int, tuple[str, str]]:
    """Types that have rooms, in their order."""
    return {row["room_type_id"]: (row["code"], localised(row["name"], row["name_en"])) for row in rooms}


def _room(row: Mapping[str, Any], place: Mapping[int, int]) -> list[Any]:
    named = {
        "accessible": row["accessible"], "smoking": row["smoking"], "connecting": row["connects_to_id"],
        row["orientation"]: row["orientation"],
    }  # fmt: skip
    has = [*row["features"], *(name for name, holds in named.items() if holds)]
    condition = "sealed" if row["sealed"] else row["housekeeping"]
    if row["maintenance"] != "in_service":
        condition = row["maintenance"]
    return [row["id"], row["number"], place[row["room_type_id"]], row["floor"], condition, " ".join(has)]


def _nights(rows: Sequence[Mapping[str, Any]], window: Window, place: Mapping[int, int]) -> dict[str, Any]:
    """By type: what is left and what it costs, night by night; and how full the house is."""
    left: list[list[int | None]] = [[None] * window.days for _type in place]
    price: list[list[int | None]] = [[None] * window.days for _type in place]
    full: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        at, index = (row["night"] - window.first).days, place.get(row["room_type_id"])
        if index is None:
            continue
        # Planned overbooking is no room to move into: what is sold beyond the rooms is shown as short.
        left[index][at] = row["rooms"] - row["sold"]
        price[index][at] = None if row["price"] is None else round(row["price"])
        full[at][0] += row["sold"]
        full[at][1] += row["rooms"]
    share = [round(full[at][0] * 100 / full[at][1]) if full[at][1] else None for at in range(window.days)]
    return {"left": left, "price": price, "full": share}


class Shown:
    """Bars as the desk sees them now."""

    def __init__(self, *, hotel: HotelRef, window: Window, now: datetime) -> None:
        self.window = window
        self.today = hotel.business_date
        local = hotel.local(now).replace(tzinfo=None)
        self.after_check_out = local >= datetime.combine(self.today, hotel.check_out_time)
        self.ends: set[tuple[int, date]] = set()
        self.after_hold = local >= datetime.combine(self.today, max(hotel.hold_until, time(18)))

    def learn_ends(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """When whose stays end: one that begins then goes on from there. What ends before the window is not seen."""
        self.ends = {
            (row["guest_id"], row["departure"]) for row in rows if row["guest_id"] and row["arrival"] < row["departure"]
        }

    def bars_of(self, row: Mapping[str, Any], place: Mapping[int, int]) -> list[list[Any]]:
        """One bar, or several when a stay came back to a room it had left."""
        nights = row["apart"]
        if nights is None:
            return [self._bar(row, row["first"], row["last"], place)]
        runs: list[list[date]] = []
        for night in nights:
            if runs and runs[-1][1] == night - timedelta(days=1):
                runs[-1][1] = night
            else:
                runs.append([night, night])
        return [self._bar(row, first, last, place) for first, last in runs]

    def _bar(self, row: Mapping[str, Any], first: date, last: date, place: Mapping[int, int]) -> list[Any]:
        start = self.window.first
        return [
            row["id"], row["room_id"] or 0, (first - start).days, max((last - first).days + 1, 0),
            self._state(row, last), board_name(row["name"], row["sex"], row["marked"]),
            int(vip_weight(row["vip_level"], row["vip_rank"])), (row["arrival"] - start).days,
            (row["departure"] - start).days, row["version"], row["number"], place.get(row["room_type_id"], 0),
            self._part(row, first, last), int(row["room_fixed"] != ""), int(self._goes_on(row)),
        ]  # fmt: skip

    def _state(self, row: Mapping[str, Any], last: date) -> str:
        """`ih` in house, `du` due out, `lt` overdue; `ar` due in, `la` late to come, `tn` not confirmed, `rs` reserved;
        `co` gone."""
        if row["status"] == Status.IN_HOUSE:
            if last + timedelta(days=1) < row["departure"]:
                return "ih"
            if row["departure"] < self.today or (row["departure"] == self.today and self.after_check_out):
                return "lt" if row["arrival"] < row["departure"] else "du"
            return "du" if row["departure"] == self.today else "ih"
        if row["status"] == Status.CHECKED_OUT:
            return "co"
        if row["arrival"] <= self.today:
            return "la" if row["arrival"] < self.today or (row["tentative"] and self.after_hold) else "ar"
        return "tn" if row["tentative"] else "rs"

    def _goes_on(self, row: Mapping[str, Any]) -> bool:
        """From another booking of the same guest."""
        return row["arrival"] < row["departure"] and (row["guest_id"], row["arrival"]) in self.ends

    def _part(self, row: Mapping[str, Any], first: date, last: date) -> int:
        """0: where the stay begins or is. Of a stay over several rooms: 1 planned and due now, 2 planned, 3 slept."""
        if row["room_id"] is None or row["is_in"] == row["room_id"] or row["status"] == Status.CHECKED_OUT:
            return 0
        if last < self.today and row["status"] == Status.IN_HOUSE:
            return 3
        return 1 if first <= self.today and row["status"] == Status.IN_HOUSE else 2

    def out_of(self, row: Mapping[str, Any]) -> list[Any]:
        return [
            row["id"], row["room_id"], (row["first"] - self.window.first).days, (row["last"] - row["first"]).days + 1,
            row["reason"],
        ]  # fmt: skip
