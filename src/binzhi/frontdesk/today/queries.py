"""What 今日 counts. With `waiting` eight statements, however many guests the house has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from binzhi.frontdesk.today.moment import Moment
from binzhi.kernel import db
from binzhi.property.queries import localised

# Same weekday last year.
A_YEAR = timedelta(days=364)
SPARK_DAYS = 14
# Nights after tonight.
AHEAD = 7


@dataclass(frozen=True, slots=True)
class Counters:
    """Rooms of the day. `expected_revenue` is what tonight's rooms bring net of tax, by the prices agreed."""

    due_in: int
    arrived: int
    unassigned: int
    due_out: int
    departed: int
    in_house: int
    guests: int
    staying_over: int
    do_not_disturb: int
    walk_ins: int
    walk_in_value: Decimal
    cancelled: int
    no_shows_yesterday: int
    expected_rooms: int
    expected_revenue: Decimal

    @property
    def arrivals(self) -> int:
        return self.due_in + self.arrived

    @property
    def departures(self) -> int:
        return self.due_out + self.departed


# The three branches of `day` are disjoint by status, each on its own partial or leading index.
_COUNTERS = """
WITH day AS (
    SELECT id, status, arrival, departure, adults + children + infants AS guests, walk_in, room_id, ended_on
    FROM reservations_roomreservation WHERE hotel_id = %(hotel)s AND status = 'in_house'
    UNION ALL
    SELECT id, status, arrival, departure, 0, walk_in, room_id, ended_on
    FROM reservations_roomreservation WHERE hotel_id = %(hotel)s AND status = 'reserved' AND arrival <= %(today)s
    UNION ALL
    SELECT id, status, arrival, departure, 0, walk_in, room_id, ended_on
    FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND status IN ('checked_out', 'cancelled', 'no_show')
      AND ended_on IN (%(today)s, %(yesterday)s)
), tax AS (
    SELECT coalesce(max(c.tax_rate), 0) AS rate
    FROM property_hotel h
    LEFT JOIN billing_chargecode c ON c.hotel_id = h.id AND c."group" = 'room' AND c.code = '1000'
    WHERE h.id = %(hotel)s AND h.prices_include_tax
)
SELECT count(*) FILTER (WHERE d.status = 'reserved') AS due_in,
    count(*) FILTER (WHERE d.arrival = %(today)s AND NOT d.walk_in
        AND (d.status = 'in_house' OR (d.status = 'checked_out' AND d.ended_on = %(today)s))) AS arrived,
    count(*) FILTER (WHERE d.status = 'reserved' AND d.room_id IS NULL) AS unassigned,
    count(*) FILTER (WHERE d.status = 'in_house' AND d.departure <= %(today)s) AS due_out,
    count(*) FILTER (WHERE d.status = 'checked_out' AND d.ended_on = %(today)s) AS departed,
    count(*) FILTER (WHERE d.status = 'in_house') AS in_house,
    coalesce(sum(d.guests), 0)::int AS guests,
    count(*) FILTER (WHERE d.status = 'in_house' AND d.departure > %(today)s AND d.arrival < %(today)s) AS staying_over,
    count(*) FILTER (WHERE d.status = 'in_house' AND r.do_not_disturb) AS do_not_disturb,
    count(*) FILTER (WHERE d.walk_in AND d.arrival = %(today)s
        AND (d.status = 'in_house' OR (d.status = 'checked_out' AND d.ended_on = %(today)s))) AS walk_ins,
    coalesce(sum(n.price) FILTER (WHERE d.walk_in AND d.arrival = %(today)s AND d.status = 'in_house'), 0)
        AS walk_in_value,
    count(*) FILTER (WHERE d.status = 'cancelled' AND d.ended_on = %(today)s) AS cancelled,
    count(*) FILTER (WHERE d.status = 'no_show' AND d.ended_on = %(yesterday)s) AS no_shows_yesterday,
    count(n.price) FILTER (WHERE d.status IN ('in_house', 'reserved')) AS expected_rooms,
    coalesce(sum(round(n.price / (1 + coalesce(tax.rate, 0)), 2))
        FILTER (WHERE d.status IN ('in_house', 'reserved')), 0) AS expected_revenue
FROM day d
LEFT JOIN tax ON true
LEFT JOIN property_room r ON r.id = d.room_id AND d.status = 'in_house'
LEFT JOIN reservations_staynight n
    ON n.room_reservation_id = d.id AND n.night = %(today)s AND d.status IN ('in_house', 'reserved')
"""


def counters(moment: Moment) -> Counters:
    row = db.fetch_one(_COUNTERS, moment.params)
    assert row is not None  # an aggregate without GROUP BY always gives one row
    return Counters(**row)


@dataclass(frozen=True, slots=True)
class TypeTonight:
    """One room type tonight, by its counter."""

    room_type: str
    name: str
    name_en: str
    rank: int
    available: int
    sold: int
    held: int
    overbooking: int

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def free(self) -> int:
        return max(0, self.available - self.sold - self.held)

    @property
    def over(self) -> int:
        return max(0, self.sold + self.held - self.available)


_TONIGHT = """
SELECT t.code AS room_type, t.name, t.name_en, t.rank, n.rooms - n.out_of_order AS available, n.sold, n.held,
       n.overbooking
FROM reservations_night n JOIN property_roomtype t ON t.id = n.room_type_id
WHERE n.night = %(today)s AND n.hotel_id = %(hotel)s
ORDER BY t.position, t.code
"""


def types_tonight(moment: Moment) -> list[TypeTonight]:
    return [TypeTonight(**row) for row in db.fetch_all(_TONIGHT, moment.params)]


@dataclass(frozen=True, slots=True)
class NightAhead:
    """One of the coming nights over all types, by the counters."""

    night: date
    available: int
    sold: int
    free: int

    @property
    def share(self) -> float:
        return min(self.sold * 100 / self.available, 100.0) if self.available > 0 else 0.0


# The nights are given one by one, so that the key (night, hotel, type) is entered at the hotel.
_AHEAD = """
SELECT n.night, sum(n.rooms - n.out_of_order)::int AS available, sum(n.sold + n.held)::int AS sold,
       sum(CASE WHEN n.closed THEN 0 ELSE greatest(n.rooms - n.out_of_order - n.sold - n.held, 0) END)::int AS free
FROM reservations_night n
WHERE n.night = ANY (%(ahead)s::date[]) AND n.hotel_id = %(hotel)s
GROUP BY n.night ORDER BY n.night
"""


def nights_ahead(moment: Moment) -> list[NightAhead]:
    """The seven nights after tonight, those that are open for sale."""
    days = [moment.business_date + timedelta(days=offset) for offset in range(1, AHEAD + 1)]
    return [NightAhead(**row) for row in db.fetch_all(_AHEAD, moment.params | {"ahead": days})]


_ROOM_STATES = """
SELECT CASE WHEN r.maintenance = 'out_of_order' THEN 'ooo' WHEN r.maintenance = 'out_of_service' THEN 'oos'
            WHEN s.id IS NULL AND r.housekeeping = 'dirty' THEN 'vd' WHEN s.id IS NULL THEN 'vc'
            WHEN r.housekeeping = 'dirty' THEN 'od' ELSE 'oc' END AS state, count(*) AS rooms
FROM property_room r
LEFT JOIN reservations_roomreservation s ON s.room_id = r.id AND s.status = 'in_house' AND s.hotel_id = r.hotel_id
WHERE r.hotel_id = %(hotel)s AND r.is_active
GROUP BY 1
"""


def room_states(moment: Moment) -> dict[str, int]:
    """Rooms by state (vc, vd, oc, od, ooo, oos); one in repair counts as such even while somebody sleeps in it."""
    return {row["state"]: row["rooms"] for row in db.fetch_all(_ROOM_STATES, moment.params)}


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What the night audit wrote of one day."""

    business_date: date
    rooms: int
    out_of_order: int
    sold: int
    room_revenue: Decimal

    @property
    def available(self) -> int:
        return self.rooms - self.out_of_order


_CLOSED_DAYS = """
SELECT business_date, rooms, out_of_order, sold, room_revenue
FROM frontdesk_daystatistics
WHERE hotel_id = %(hotel)s AND (business_date BETWEEN %(from)s AND %(yesterday)s
                                OR business_date BETWEEN %(from_last_year)s AND %(last_year)s)
ORDER BY business_date
"""


def closed_days(moment: Moment) -> dict[date, ClosedDay]:
    """The last fourteen days, this month so far, and the same weekdays of last year: those that were closed."""
    today = moment.business_date
    first = min(today - timedelta(days=SPARK_DAYS), today.replace(day=1))
    params = moment.params | {
        "from": first,
        "from_last_year": today - timedelta(days=SPARK_DAYS) - A_YEAR,
        "last_year": today - A_YEAR,
    }
    return {row["business_date"]: ClosedDay(**row) for row in db.fetch_all(_CLOSED_DAYS, params)}


@dataclass(frozen=True, slots=True)
class Hour:
    """Rooms that came or go in one hour of the hotel day; `hour` is None where nobody named one."""

    hour: int | None
    arrived: int
    to_arrive: int
    departed: int
    to_depart: int


_HOURS = """
WITH moves AS (
    SELECT extract(hour FROM v.expected_at)::int AS hour, 0 AS arrived, 1 AS to_arrive, 0 AS departed, 0 AS to_depart
    FROM reservations_roomreservation s JOIN reservations_reservation v ON v.id = s.reservation_id
    WHERE s.hotel_id = %(hotel)s AND s.status = 'reserved' AND s.arrival <= %(today)s
    UNION ALL
    SELECT extract(hour FROM checked_in_at AT TIME ZONE %(zone)s)::int, 1, 0, 0, 0
    FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND arrival = %(today)s AND status IN ('in_house', 'checked_out')
      AND checked_in_at IS NOT NULL
    UNION ALL
    SELECT extract(hour FROM checked_out_at AT TIME ZONE %(zone)s)::int, 0, 0, 1, 0
    FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND ended_on = %(today)s AND status = 'checked_out'
    UNION ALL
    SELECT NULL, 0, 0, 0, 1
    FROM reservations_roomreservation
    WHERE hotel_id = %(hotel)s AND status = 'in_house' AND departure <= %(today)s
)
SELECT hour, sum(arrived)::int AS arrived, sum(to_arrive)::int AS to_arrive, sum(departed)::int AS departed,
       sum(to_depart)::int AS to_depart
FROM moves GROUP BY hour ORDER BY hour NULLS LAST
"""


def hours(moment: Moment) -> list[Hour]:
    return [Hour(**row) for row in db.fetch_all(_HOURS, moment.params)]
