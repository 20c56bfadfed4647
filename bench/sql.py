"""The product's SQL as pgbench scripts: its parameters become expressions over random :variables."""

from __future__ import annotations

import re

from bench.data import OPENS, TYPES
from binzhi.reservations.queries.offers import OFFERS

FIRST = f"('{OPENS}'::date + :offset::integer)"


def availability(*, hotel_id: int, nights: int = 3, span: int = 40) -> str:
    """The availability query of the product, for a random arrival."""
    days = ", ".join(f"{FIRST} + {n}" for n in range(nights))
    values = {
        "hotel": str(hotel_id),
        "organisation": "NULL::bigint",
        "guest": "NULL::bigint",
        "promotion": "NULL::bigint",
        "arrival": FIRST,
        "departure": f"({FIRST} + {nights})",
        "last": f"({FIRST} + {nights - 1})",
        "adults": "2",
        "children": "0",
        "ages": "'{}'",
        "beds": "0",
        "nights": f"ARRAY[{days}]",
        "days": f"ARRAY[{days}, {FIRST} + {nights}]",
    }
    sql = re.sub(r"%\((\w+)\)s", lambda found: values[found.group(1)], OFFERS).replace("%%", "%")
    return f"\\set offset random(0, {span})\n{sql};\n"


# Everything a booking writes, in one statement: counters in order, reservation, room, nights, audit row, event.
_BOOKING = """
WITH locked AS MATERIALIZED (
    SELECT n.night FROM reservations_night n
    WHERE n.hotel_id = {hotel} AND n.room_type_id = {type} AND n.night = ANY (ARRAY[{nights}])
    ORDER BY n.night FOR NO KEY UPDATE
), taken AS (
    UPDATE reservations_night n SET sold = n.sold + 1 FROM locked l
    WHERE n.hotel_id = {hotel} AND n.room_type_id = {type} AND n.night = l.night
      AND NOT n.closed AND n.sold + 1 <= n.rooms - n.out_of_order + n.overbooking - n.held
    RETURNING n.night
), whole AS (SELECT 1 FROM taken HAVING count(*) = {count}
), made AS (
    INSERT INTO reservations_reservation (hotel_id, booker_name, guarantee, booked_on, created_at)
    SELECT {hotel}, 'bench', 'none', '{today}', now() FROM whole RETURNING id
), rooms AS (
    INSERT INTO reservations_roomreservation (hotel_id, reservation_id, position, status, room_type_id, priced_type_id,
        rate_plan_id, arrival, departure, adults)
    SELECT {hotel}, id, 1, 'reserved', {type}, {type}, {plan}, {first}, {first} + {count}, 2 FROM made RETURNING id
), prices AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT rooms.id, {hotel}, {first} + d, 300, {plan} FROM rooms, generate_series(0, {count} - 1) d
), audit AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, actor, before, after, reason)
    SELECT now(), {hotel}, 'reservation.created', 'reservation', id, 'bench', '{{}}', '{{"rooms": 1}}', '' FROM made
)
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
SELECT now(), {hotel}, 'reservation.created', 'reservation', id, '{{}}' FROM made RETURNING subject_id;
"""


def booking(
    *, hotel_id: int, type_ids: list[int], plan_id: int, nights: int = 2, span: int = 50, hot: bool = False
) -> str:
    """One booking in one statement; on a hot night all clients want the same type and nights."""
    assert len(type_ids) == TYPES
    head = "" if hot else f"\\set offset random(0, {span})\n\\set type random(0, {TYPES - 1})\n"
    first = f"'{OPENS}'::date" if hot else FIRST
    room_type = str(type_ids[0]) if hot else f"({type_ids[0]} + :type::integer)"
    days = ", ".join(f"{first} + {n}" for n in range(nights))
    return head + _BOOKING.format(
        hotel=hotel_id, type=room_type, nights=days, count=nights, today=OPENS, plan=plan_id, first=first
    )
