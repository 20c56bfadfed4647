"""What is still to be followed up: the standing list against reservations, visits against their stays and seals.

All of it is read off how things stand, not off single events: what a crash or a stopped worker missed is found at the
next look, and a booking, which is made a hundred times a second, carries no job for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from binzhi.kernel import db

# Each way to the list by its own index: the guest of the room or of the booking, the booking organisation, the one in
# the guest's file.
_UNPROPOSED = """
WITH entry AS MATERIALIZED (
    SELECT id, hotel_id, guest_id, organisation_id FROM vip_standingentry
    WHERE approved_at IS NOT NULL AND ended_at IS NULL
), known AS (
    SELECT e.id, e.hotel_id, e.guest_id FROM entry e WHERE e.guest_id IS NOT NULL
    UNION ALL
    SELECT e.id, e.hotel_id, g.id FROM entry e JOIN guests_guest g ON g.organisation_id = e.organisation_id
), booked AS (
    SELECT k.id AS entry_id, rr.id FROM known k
    JOIN reservations_roomreservation rr ON rr.guest_id = k.guest_id AND rr.hotel_id = k.hotel_id
    UNION ALL
    SELECT k.id, rr.id FROM known k
    JOIN reservations_reservation v ON v.guest_id = k.guest_id AND v.hotel_id = k.hotel_id
    JOIN reservations_roomreservation rr ON rr.reservation_id = v.id
    UNION ALL
    SELECT e.id, rr.id FROM entry e
    JOIN reservations_reservation v ON v.organisation_id = e.organisation_id AND v.hotel_id = e.hotel_id
    JOIN reservations_roomreservation rr ON rr.reservation_id = v.id
)
SELECT DISTINCT ON (rr.id) rr.hotel_id, rr.id AS room_reservation_id, e.id AS standing_id,
    coalesce(rr.guest_id, v.guest_id) AS guest_id
FROM booked b
JOIN entry e ON e.id = b.entry_id
JOIN reservations_roomreservation rr ON rr.id = b.id
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
WHERE rr.status = 'reserved' AND rr.departure >= h.business_date
    AND NOT EXISTS (SELECT 1 FROM vip_visit x WHERE x.room_reservation_id = rr.id)
ORDER BY rr.id, e.guest_id IS NULL, e.id
LIMIT %s
"""
_OUT_OF_STEP = """
SELECT x.hotel_id, x.id AS visit_id
FROM vip_visit x JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
LEFT JOIN promises_run r ON r.id = x.run_id AND r.status = 'live'
WHERE x.ended_at IS NULL AND (
    (r.id IS NOT NULL AND rr.status IN ('reserved', 'in_house') AND r.room_id IS DISTINCT FROM rr.room_id) OR
    (rr.status IN ('cancelled', 'no_show') AND x.status <> 'in_house')
    OR (rr.status IN ('reserved', 'in_house')
        AND (rr.arrival, rr.departure) IS DISTINCT FROM (x.stay_arrival, x.stay_departure)))
ORDER BY x.id LIMIT %s
"""
_ARRIVED = """
SELECT x.hotel_id, x.id AS visit_id, least(rr.checked_in_at, %s) AS at
FROM vip_visit x JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
WHERE x.ended_at IS NULL AND x.status IN ('approved', 'noticed') AND rr.status = 'in_house'
ORDER BY x.id LIMIT %s
"""
_CHECKED_OUT = """
SELECT * FROM (
    SELECT x.hotel_id, x.id AS visit_id, least(rr.checked_out_at, %(now)s) AS at, x.departure_at <= %(now)s AS gone,
        NOT EXISTS (SELECT 1 FROM vip_visitevent e WHERE e.visit_id = x.id AND e.kind = 'check_out') AS unnoted
    FROM vip_visit x JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
    WHERE x.ended_at IS NULL AND x.status = 'in_house' AND rr.status = 'checked_out'
) y WHERE gone OR unnoted ORDER BY visit_id LIMIT %(limit)s
"""
_SEALS = """
SELECT x.hotel_id, x.id AS visit_id, s.id AS seal_id
FROM vip_visit x JOIN property_roomseal s ON s.hotel_id = x.hotel_id AND s.stay_id = x.room_reservation_id
WHERE x.ended_at IS NULL AND s.broken_at IS NOT NULL AND s.reason <> ''
    AND NOT EXISTS (
        SELECT 1 FROM vip_visitevent e
        WHERE e.visit_id = x.id AND e.kind = 'seal_broken' AND e.text LIKE '#' || s.id || ' %%')
ORDER BY s.id LIMIT %s
"""
_LIMIT = 200


def unproposed() -> list[dict[str, Any]]:
    """Reserved rooms of who is on a standing list, for which there was never a visit: hotel, stay, entry, guest."""
    return db.fetch_all(_UNPROPOSED, [_LIMIT])


def out_of_step() -> list[dict[str, Any]]:
    """Visits whose stay was cancelled, put on other days or given another room since."""
    return db.fetch_all(_OUT_OF_STEP, [_LIMIT])


def arrived(now: datetime) -> list[dict[str, Any]]:
    """Visits whose guest has been checked in."""
    return db.fetch_all(_ARRIVED, [now, _LIMIT])


def checked_out(now: datetime) -> list[dict[str, Any]]:
    """Visits whose guest has checked out: `unnoted` yet, or `gone` as the planned departure has passed."""
    return db.fetch_all(_CHECKED_OUT, {"now": now, "limit": _LIMIT})


def broken_seals() -> list[dict[str, Any]]:
    """Seals broken at the room itself, of which their visit knows nothing yet."""
    return db.fetch_all(_SEALS, [_LIMIT])
