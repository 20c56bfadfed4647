"""What receptions hold of a guest: that a visit was received stays, for whom and with which needs goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_busy, register_rights
from binzhi.kernel import db

NOBODY = "—"
# Visits under the guest's file, and those under nobody's that receive the guest's stay.
_MINE = """
SELECT id FROM vip_visit WHERE guest_id = %(guest)s
UNION SELECT v.id FROM reservations_roomreservation r JOIN reservations_reservation b ON b.id = r.reservation_id
JOIN vip_visit v ON v.room_reservation_id = r.id
WHERE v.guest_id IS NULL AND %(guest)s IN (r.guest_id, CASE WHEN r.guest_id IS NULL THEN b.guest_id END)
"""
# Of every visit of the guest: who sat where, what was said at meetings, told to departments, noted on the way and given
# as a reason. A notice keeps its form, so that what was signed under it can still be printed.
_VISITS_WORDS = f"""
WITH mine AS ({_MINE}),
menus AS (UPDATE vip_menu SET seats = '' WHERE visit_id IN (SELECT id FROM mine) AND seats <> ''),
cards AS (
    UPDATE vip_keycard SET received_by = %(nobody)s WHERE visit_id IN (SELECT id FROM mine) AND received_by <> ''
),
meetings AS (
    UPDATE vip_meeting SET minutes = %(nobody)s, attendees = %(nobody)s WHERE visit_id IN (SELECT id FROM mine)
),
decisions AS (
    UPDATE vip_decision SET text = %(nobody)s
    WHERE meeting_id IN (SELECT id FROM vip_meeting WHERE visit_id IN (SELECT id FROM mine))
),
events AS (UPDATE vip_visitevent SET text = '' WHERE visit_id IN (SELECT id FROM mine) AND text <> ''),
notices AS (
    UPDATE vip_notice SET content = content
        || jsonb_build_object('title', %(nobody)s::text, 'needs', '', 'cautions', '')
        || CASE WHEN content ? 'changes' THEN '{{"changes": []}}'::jsonb ELSE '{{}}'::jsonb END
    WHERE visit_id IN (SELECT id FROM mine)
)
UPDATE vip_levelrequest SET reason = %(nobody)s, note = '' WHERE visit_id IN (SELECT id FROM mine)
"""  # noqa: S608  (constants)


def register() -> None:
    register_rights(Rights("vip_visit", _("Receptions"), _visits, _erase_visits))
    register_rights(Rights("vip_standingentry", _("Standing list"), _entries, _erase_entries))
    register_busy("vip", busy)


def busy(guest_ids: list[int]) -> set[int]:
    """Guests whose visit is proposed or on."""
    return set(
        db.fetch_values(
            "SELECT guest_id FROM vip_visit WHERE guest_id = ANY(%s) AND status NOT IN ('gone', 'cancelled')",
            [guest_ids],
        )
    )


def _visits(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT title, arrival_at, departure_at, needs, cautions, letter FROM vip_visit WHERE guest_id = %s"
        " ORDER BY id",
        [guest_id],
    )


def _entries(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT post, reason, proposed_at, ended_at FROM vip_standingentry WHERE guest_id = %s ORDER BY id", [guest_id]
    )


def _erase_visits(guest_id: int, _now: datetime) -> int:
    db.execute(_VISITS_WORDS, {"guest": guest_id, "nobody": NOBODY})
    return db.execute(
        f"UPDATE vip_visit SET title = %(nobody)s, needs = '', cautions = '', letter = '' WHERE id IN ({_MINE})",  # noqa: S608
        {"guest": guest_id, "nobody": NOBODY},
    )


def _erase_entries(guest_id: int, now: datetime) -> int:
    return db.execute(
        "UPDATE vip_standingentry SET post = '', reason = %s, ended_at = coalesce(ended_at, %s) WHERE guest_id = %s",
        [NOBODY, now, guest_id],
    )
