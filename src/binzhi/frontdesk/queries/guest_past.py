"""A guest's past in the house: bookings, arrivals, moves, departures and what was spent, for the line of time.

Each source reads the newest rows before a moment through the guest's own indexes: its cost is that of a page.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from binzhi.guests.timeline import TimelineEntry
from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.reservations.enums import Status

# Main guest or registered with somebody; the hotels the reader may see are seen to by the walls.
_HIS = """
WITH his AS MATERIALIZED (
    SELECT id FROM reservations_roomreservation WHERE guest_id = %(guest)s
    UNION SELECT room_reservation_id FROM frontdesk_registration WHERE guest_id = %(guest)s
), stay AS MATERIALIZED (
    SELECT rr.* FROM reservations_roomreservation rr WHERE rr.id = ANY (ARRAY(SELECT id FROM his))
)
"""
_STAYS = f"""{_HIS}
SELECT e.at, e.what, coalesce(nullif(u.name, ''), u.username, '') AS actor, rr.arrival, rr.departure, r.number,
       h.code AS hotel,
       coalesce(room.number, '') AS room, coalesce(old.number, '') AS old_room, money.spent, e.is_first
FROM (
    SELECT i.at, 'in' AS what, a.user_id, i.id, NULL::bigint AS was, i.is_first FROM (
        SELECT id, hotel_id, checked_in_at AS at, checked_in_at = (SELECT min(checked_in_at) FROM stay) AS is_first
        FROM stay
        WHERE checked_in_at IS NOT NULL AND (%(before)s::timestamptz IS NULL OR checked_in_at < %(before)s)
        ORDER BY checked_in_at DESC LIMIT %(limit)s) i
    LEFT JOIN LATERAL (SELECT a.user_id FROM kernel_audit_entry a WHERE a.hotel_id = i.hotel_id
        AND a.subject = 'room_reservation' AND a.subject_id = i.id AND a.operation = 'stay.checked_in'
        ORDER BY a.id DESC LIMIT 1) a ON true
    UNION ALL
    SELECT o.at, 'out', a.user_id, o.id, NULL, false FROM (
        SELECT id, hotel_id, checked_out_at AS at FROM stay
        WHERE checked_out_at IS NOT NULL AND (%(before)s::timestamptz IS NULL OR checked_out_at < %(before)s)
        ORDER BY checked_out_at DESC LIMIT %(limit)s) o
    LEFT JOIN LATERAL (SELECT a.user_id FROM kernel_audit_entry a WHERE a.hotel_id = o.hotel_id
        AND a.subject = 'room_reservation' AND a.subject_id = o.id AND a.operation = 'stay.checked_out'
        ORDER BY a.id DESC LIMIT 1) a ON true
    UNION ALL
    SELECT a.at, 'move', a.user_id, s.id, (a.before ->> 'room_id')::bigint, false
    FROM stay s JOIN kernel_audit_entry a ON a.hotel_id = s.hotel_id AND a.subject = 'room_reservation'
        AND a.subject_id = s.id AND a.operation = 'stay.moved'
    WHERE s.checked_in_at IS NOT NULL AND (%(before)s::timestamptz IS NULL OR a.at < %(before)s)
    ORDER BY at DESC LIMIT %(limit)s
) e
JOIN stay rr ON rr.id = e.id
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
LEFT JOIN property_room room ON room.id = rr.room_id
LEFT JOIN property_room old ON old.id = e.was
LEFT JOIN people_user u ON u.id = e.user_id
LEFT JOIN LATERAL (
    SELECT sum(l.amount) AS spent FROM billing_transaction t
    JOIN billing_line l ON l.transaction_id = t.id JOIN billing_account a ON a.id = l.account_id
    WHERE e.what = 'out' AND t.folio_id = rr.folio_id AND a.folio_id = rr.folio_id AND a.kind = 'folio'
      AND (t.kind = 'charge' OR (t.kind = 'reversal' AND EXISTS (
          SELECT 1 FROM billing_transaction o WHERE o.id = t.reverses_id AND o.kind = 'charge')))
) money ON true
ORDER BY e.at DESC
"""  # noqa: S608  (constants)
_BOOKINGS = """
SELECT r.created_at AS at, r.number, h.code AS hotel, rooms.arrival, rooms.departure,
       rooms.count, rooms.gone, rooms.status, coalesce(nullif(u.name, ''), u.username, '') AS actor
FROM (
    SELECT r.* FROM reservations_reservation r
    WHERE r.id = ANY (ARRAY(
        SELECT id FROM reservations_reservation WHERE guest_id = %(guest)s
        UNION SELECT reservation_id FROM reservations_roomreservation WHERE guest_id = %(guest)s AND NOT walk_in
    )) AND (%(before)s::timestamptz IS NULL OR r.created_at < %(before)s)
    ORDER BY r.created_at DESC LIMIT %(limit)s
) r
JOIN property_hotel h ON h.id = r.hotel_id
JOIN LATERAL (
    SELECT min(arrival) AS arrival, max(departure) AS departure, count(*), min(status) AS status,
           bool_and(status IN ('cancelled', 'no_show')) AS gone, bool_or(walk_in) AS walk_in
    FROM reservations_roomreservation rr WHERE rr.reservation_id = r.id
) rooms ON NOT rooms.walk_in
LEFT JOIN LATERAL (SELECT a.user_id FROM kernel_audit_entry a WHERE a.hotel_id = r.hotel_id
    AND a.subject = 'reservation' AND a.subject_id = r.id ORDER BY a.id LIMIT 1) booked ON true
LEFT JOIN people_user u ON u.id = booked.user_id
ORDER BY r.created_at DESC
"""
_SPEND = """
SELECT t.posted_at AS at, t.name, t.name_en, t.description, f.number, h.code AS hotel,
       coalesce(nullif(u.name, ''), u.username, '') AS actor, line.amount
FROM (
    SELECT t.*, c.name, c.name_en FROM billing_transaction t
    JOIN billing_chargecode c ON c.id = t.charge_code_id AND c."group" <> 'room'
    WHERE t.folio_id = ANY (ARRAY(SELECT folio_id FROM reservations_roomreservation
                                  WHERE guest_id = %(guest)s AND folio_id IS NOT NULL))
      AND t.kind = 'charge' AND (%(before)s::timestamptz IS NULL OR t.posted_at < %(before)s)
      AND NOT EXISTS (SELECT 1 FROM billing_transaction back WHERE back.reverses_id = t.id)
    ORDER BY t.posted_at DESC LIMIT %(limit)s
) t
JOIN billing_folio f ON f.id = t.folio_id
JOIN property_hotel h ON h.id = f.hotel_id
LEFT JOIN people_user u ON u.id = t.user_id
JOIN LATERAL (SELECT sum(l.amount) AS amount FROM billing_line l JOIN billing_account a ON a.id = l.account_id
              WHERE l.transaction_id = t.id AND a.folio_id = t.folio_id AND a.kind = 'folio') line ON true
ORDER BY t.posted_at DESC
"""


def _rows(sql: str, guest_id: int, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    return db.fetch_all(sql, {"guest": guest_id, "before": before, "limit": limit})


def stays(_group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Arrivals, room moves and departures; a departure carries what the stay came to."""
    return [_stay(row) for row in _rows(_STAYS, guest_id, before, limit)]


def _stay(row: dict[str, Any]) -> TimelineEntry:
    nights = (row["departure"] - row["arrival"]).days
    long = ngettext("%(n)s night", "%(n)s nights", nights) % {"n": nights} if nights else _("day use")
    if row["what"] == "move":
        word, icon = pgettext("timeline", "Moved"), "move"
        words = _("From %(old)s to %(room)s") % {"old": row["old_room"] or "—", "room": row["room"]}
    elif row["what"] == "out":
        word, icon, words = pgettext("timeline", "Left"), "depart", f"{row['room']} · {long}"
    else:
        word, icon = (_("First stay"), "star") if row["is_first"] else (_("Arrived"), "arrive")
        words = f"{row['room']} · {long}"
    return TimelineEntry(
        at=row["at"], kind="stay", word=word, icon=icon, text=words, by=row["actor"], amount=row["spent"],
        url=reverse("reservations:detail", args=[row["hotel"], row["number"]]),
    )  # fmt: skip


def bookings(_group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Reservations as they were made; those that came to nothing say so."""
    return [_booking(row) for row in _rows(_BOOKINGS, guest_id, before, limit)]


def _booking(row: dict[str, Any]) -> TimelineEntry:
    days = f"{row['arrival']:%m-%d}–{row['departure']:%m-%d}"
    rooms = ngettext("%(n)s room", "%(n)s rooms", row["count"]) % {"n": row["count"]}
    gone = f" · {Status(row['status']).label}" if row["gone"] else ""
    return TimelineEntry(
        at=row["at"], kind="booking", text=f"{row['number']} · {days} · {rooms}{gone}", by=row["actor"],
        url=reverse("reservations:detail", args=[row["hotel"], row["number"]]),
    )  # fmt: skip


def spend(_group_id: int, guest_id: int, before: datetime | None, limit: int) -> list[TimelineEntry]:
    """Every charge that was not taken back but the nights, which a departure sums up with all the rest."""
    return [
        TimelineEntry(
            at=row["at"], kind="spend", text=_charge(row), by=row["actor"], amount=Decimal(row["amount"] or 0),
            url=reverse("billing:folio", args=[row["hotel"], row["number"]]),
        )
        for row in _rows(_SPEND, guest_id, before, limit)
    ]  # fmt: skip


def _charge(row: dict[str, Any]) -> str:
    name = localised(row["name"], row["name_en"])
    return f"{name} · {row['description']}" if row["description"] and row["description"] != row["name"] else name
