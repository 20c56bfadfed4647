"""Many rooms given at once, in two statements, however many there are."""

from __future__ import annotations

from collections.abc import Mapping

from binzhi.kernel import db

# A room that somebody else got meanwhile leaves its reservation without a room; what was taken of its nights is
# given back by the second statement, because a statement does not see its own new rows.
_ASSIGN = """
WITH day AS MATERIALIZED (
    SELECT billing_hold_day(%(hotel)s) AS today
), wanted AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(rooms)s::bigint[]) AS w (id, room_id)
), locked AS MATERIALIZED (
    SELECT rr.id, rr.reservation_id, rr.arrival, rr.departure, w.room_id, greatest(rr.arrival, day.today) AS first
    FROM day CROSS JOIN wanted w
    JOIN reservations_roomreservation rr ON rr.id = w.id AND rr.hotel_id = %(hotel)s
    JOIN reservations_reservation v ON v.id = rr.reservation_id
    JOIN property_room r ON r.id = w.room_id AND r.hotel_id = rr.hotel_id AND r.room_type_id = rr.room_type_id
        AND r.is_active
        AND NOT EXISTS (SELECT 1 FROM property_roomseal s WHERE s.room_id = r.id AND s.broken_at IS NULL
                        AND s.stay_id IS DISTINCT FROM rr.id)
    WHERE rr.status = 'reserved' AND rr.room_id IS NULL
    ORDER BY v.id, rr.id
    FOR NO KEY UPDATE OF v, rr
), given AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
    SELECT l.room_id, l.first + n.offset_days, %(hotel)s, l.id
    FROM locked l CROSS JOIN LATERAL generate_series(0, l.departure - l.first - 1) AS n (offset_days)
    ORDER BY l.room_id, n.offset_days
    ON CONFLICT DO NOTHING
    RETURNING room_reservation_id
), counted AS (
    SELECT room_reservation_id, count(*) AS nights FROM given GROUP BY room_reservation_id
), whole AS (
    SELECT l.id, l.reservation_id, l.room_id FROM locked l LEFT JOIN counted c ON c.room_reservation_id = l.id
    WHERE coalesce(c.nights, 0) = greatest(l.departure - l.first, 0)
), raised AS (
    UPDATE reservations_reservation SET version = version + 1 WHERE id IN (SELECT reservation_id FROM whole)
)
UPDATE reservations_roomreservation rr SET room_id = whole.room_id FROM whole WHERE rr.id = whole.id
RETURNING rr.id, rr.room_id
"""
_GIVE_BACK = """
DELETE FROM reservations_roomnight n USING reservations_roomreservation rr
WHERE n.room_reservation_id = rr.id AND rr.id = ANY (%s) AND rr.hotel_id = %s AND rr.room_id IS NULL
"""


def assign_many(*, hotel_id: int, rooms: Mapping[int, int]) -> dict[int, int]:
    """Give each room reservation (key) its room (value); what was really given.

    Only reservations that still wait without a room and rooms of their own type count; a room that is sealed or that
    somebody else has for one of the nights is left out. Locks the hotel day, then the reservations by id, then the
    room nights.
    """
    pairs = sorted(rooms.items())
    params = {"hotel": hotel_id, "ids": [key for key, _room in pairs], "rooms": [room for _key, room in pairs]}
    given = {row["id"]: row["room_id"] for row in db.fetch_all(_ASSIGN, params)}
    left_out = [key for key in rooms if key not in given]
    if left_out:
        db.execute(_GIVE_BACK, [left_out, hotel_id])
    return given
