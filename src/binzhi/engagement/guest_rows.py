"""What messages hold of a guest: when something was sent stays, to where and in which words goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_rights
from binzhi.kernel import db

# Messages under the guest's file, and those under nobody's about a reservation of the guest.
_MINE = """
SELECT id FROM engagement_message WHERE guest_id = %(guest)s
UNION SELECT m.id FROM engagement_message m JOIN reservations_reservation b ON b.id = m.reservation_id
WHERE m.guest_id IS NULL AND b.guest_id = %(guest)s
UNION SELECT m.id FROM engagement_message m JOIN reservations_waitlistentry w ON w.id = m.entry_id
WHERE w.guest_id = %(guest)s
"""
_ERASE = f"""
UPDATE engagement_message SET address_sealed = NULL, address_masked = '', content_sealed = NULL,
    state = CASE WHEN state IN ('queued', 'sending', 'dead') THEN 'cancelled' ELSE state END,
    reason = CASE WHEN state IN ('queued', 'sending', 'dead') THEN 'erased' ELSE reason END,
    ended_at = CASE WHEN state IN ('queued', 'sending', 'dead') THEN %(now)s ELSE ended_at END, claimed_until = NULL
WHERE id IN ({_MINE}) AND (address_masked <> '' OR address_sealed IS NOT NULL OR content_sealed IS NOT NULL)
"""  # noqa: S608  (constants)


def register() -> None:
    register_rights(Rights("engagement_message", _("Messages"), _messages, _erase))


def _messages(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT h.name AS hotel, m.kind, m.way, m.address_masked AS sent_to, m.state, m.created_at, m.ended_at"  # noqa: S608
        " FROM engagement_message m JOIN property_hotel h ON h.id = m.hotel_id"
        f" WHERE m.id IN ({_MINE}) ORDER BY m.id",
        {"guest": guest_id},
    )


def _erase(guest_id: int, now: datetime) -> int:
    return db.execute(_ERASE, {"guest": guest_id, "now": now})
