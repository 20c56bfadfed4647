"""What reservations hold of a guest: the guest's copy, and erasure that leaves nights and money as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_busy, register_rights
from binzhi.kernel import db

NOBODY = "—"
# Bookings under the guest's file, and those under nobody's in which the guest alone sleeps.
_MINE = """
SELECT id FROM reservations_reservation WHERE guest_id = %(guest)s
UNION SELECT b.id FROM reservations_roomreservation r JOIN reservations_reservation b ON b.id = r.reservation_id
WHERE r.guest_id = %(guest)s AND b.guest_id IS NULL AND NOT EXISTS (
    SELECT FROM reservations_roomreservation o WHERE o.reservation_id = b.id AND o.guest_id <> %(guest)s
)
"""


def register() -> None:
    register_rights(Rights("reservations_reservation", _("Reservations"), _bookings, _erase_bookings))
    register_rights(Rights("reservations_roomreservation", _("Stays and rooms"), _stays, _erase_stays))
    register_rights(Rights("reservations_block", _("Groups"), _groups, _erase_groups))
    register_rights(Rights("reservations_expectedguest", _("Announced for a room"), _announced, None))
    register_rights(Rights("reservations_waitlistentry", _("Waitlist"), _waiting, _erase_waiting))
    register_rights(Rights("reservations_walk", _("Housed elsewhere"), _walks, _erase_walks))
    register_busy("reservations", busy)


def busy(guest_ids: list[int]) -> set[int]:
    """Guests with a room that is booked or lived in, whether they booked it or sleep in it."""
    return set(
        db.fetch_values(
            "SELECT r.guest_id FROM reservations_roomreservation r WHERE r.guest_id = ANY(%(ids)s)"
            " AND r.status IN ('reserved', 'in_house')"
            " UNION SELECT b.guest_id FROM reservations_reservation b JOIN reservations_roomreservation r"
            " ON r.reservation_id = b.id WHERE b.guest_id = ANY(%(ids)s) AND r.status IN ('reserved', 'in_house')",
            {"ids": guest_ids},
        )
    )


def _bookings(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, b.number, b.booker_name, b.booker_phone_masked, b.channel, b.remarks, b.created_at"
        " FROM reservations_reservation b JOIN property_hotel h ON h.id = b.hotel_id WHERE b.guest_id = %s"
        " ORDER BY b.id",
        [guest_id],
    )


def _stays(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, b.number, r.status, r.arrival, r.departure, t.name AS room_type, o.number AS room,"
        " r.checked_in_at, r.checked_out_at FROM reservations_roomreservation r"
        " JOIN reservations_reservation b ON b.id = r.reservation_id JOIN property_hotel h ON h.id = r.hotel_id"
        " JOIN property_roomtype t ON t.id = r.room_type_id LEFT JOIN property_room o ON o.id = r.room_id"
        " WHERE r.guest_id = %s ORDER BY r.id",
        [guest_id],
    )


def _erase_bookings(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE reservations_reservation SET booker_name = %(nobody)s, booker_phone_sealed = NULL,"  # noqa: S608  (constants)
        f" booker_phone_masked = '', remarks = '', version = version + 1 WHERE id IN ({_MINE})",
        {"nobody": NOBODY, "guest": guest_id},
    )


def _erase_stays(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE reservations_roomreservation SET end_note = '', room_fixed = ''"
        " WHERE guest_id = %s AND (end_note <> '' OR room_fixed <> '')",
        [guest_id],
    )


def _groups(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, b.number, b.name, b.arrival, b.departure, b.note FROM reservations_block b"
        " JOIN property_hotel h ON h.id = b.hotel_id WHERE b.guest_id = %s ORDER BY b.id",
        [guest_id],
    )


def _erase_groups(guest_id: int, _now: datetime) -> int:
    """Whom one spoke to is no longer named, nor what was noted of the talk; a reason is the hotel's own."""
    return db.execute(
        "UPDATE reservations_block SET note = '', end_reason = '', version = version + 1 WHERE guest_id = %s",
        [guest_id],
    )


def _waiting(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, w.name, w.phone_masked, w.status, w.arrival, w.departure, w.note, w.created_at"
        " FROM reservations_waitlistentry w JOIN property_hotel h ON h.id = w.hotel_id WHERE w.guest_id = %s"
        " ORDER BY w.id",
        [guest_id],
    )


def _erase_waiting(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE reservations_waitlistentry SET name = %s, phone_sealed = NULL, phone_masked = '', note = ''"
        " WHERE guest_id = %s",
        [NOBODY, guest_id],
    )


def _walks(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, p.name AS partner, w.business_date, w.nights, w.returns_on, w.transport,"
        " w.compensation, w.reason, w.note FROM reservations_walk w JOIN property_hotel h ON h.id = w.hotel_id"
        " JOIN reservations_partnerhotel p ON p.id = w.partner_id WHERE w.guest_id = %s ORDER BY w.id",
        [guest_id],
    )


def _erase_walks(guest_id: int, _now: datetime) -> int:
    """What it cost stays; words about the guest go."""
    return db.execute(
        "UPDATE reservations_walk SET reason = %s, note = '', transport = '', compensation = '' WHERE guest_id = %s",
        [NOBODY, guest_id],
    )


def _announced(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, b.number, r.arrival, r.departure FROM reservations_expectedguest e"
        " JOIN property_hotel h ON h.id = e.hotel_id"
        " JOIN reservations_roomreservation r ON r.id = e.room_reservation_id"
        " JOIN reservations_reservation b ON b.id = r.reservation_id WHERE e.guest_id = %s ORDER BY e.id",
        [guest_id],
    )
