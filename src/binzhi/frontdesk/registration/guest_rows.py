"""What registration and police reports hold of a guest: that it was done stays, what it said goes with the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.police.places import content_place as report_place
from binzhi.frontdesk.police.places import key_place
from binzhi.frontdesk.registration import cards, images, particulars, visitors
from binzhi.guests.holdings import Holding, register_holding
from binzhi.guests.privacy.retention import Cleared, DataClass, register_class
from binzhi.guests.privacy.rows import Rights, register_rights
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property.queries import HotelRef

MONTHS, LEAST_MONTHS = 36, 1
_MY_STAYS = "room_reservation_id IN (SELECT room_reservation_id FROM frontdesk_registration WHERE guest_id = %(guest)s)"
_EMPTY_VISITOR = "name_sealed = NULL, name_masked = '', number_sealed = NULL, number_masked = ''"
_ERASE_ALARMS = (
    "UPDATE frontdesk_minoralarm SET note = '', police_no = '' WHERE guest_id = %(guest)s",
    "UPDATE frontdesk_minorpatrol SET note = '' WHERE note <> '' AND alarm_id IN"
    " (SELECT id FROM frontdesk_minoralarm WHERE guest_id = %(guest)s)",
)
_ERASE_VISITORS = (f"UPDATE frontdesk_visitor SET {_EMPTY_VISITOR} WHERE {_MY_STAYS}",)  # noqa: S608  (constants)
_ERASE_CARDS = (
    "UPDATE frontdesk_registrationcard SET content_sealed = NULL, signature_sealed = NULL"  # noqa: S608  (constants)
    f" WHERE content_sealed IS NOT NULL AND {_MY_STAYS}",
)
_ERASE_IMAGES = (
    "UPDATE frontdesk_documentimage SET image_sealed = NULL, cleared_at = %(now)s"
    " WHERE guest_id = %(guest)s AND cleared_at IS NULL",
)
_ERASE_REPORTS = (
    "UPDATE frontdesk_policereport SET content_sealed = NULL, receipt = '', claimed_until = NULL,"
    " reason = CASE WHEN state IN ('received', 'withdrawn') THEN reason ELSE 'erased' END,"
    " state = CASE WHEN state = 'received' THEN state ELSE 'withdrawn' END WHERE guest_id = %(guest)s",
)
_SWEEP = f"""
UPDATE frontdesk_visitor SET {_EMPTY_VISITOR} WHERE id IN (
    SELECT id FROM frontdesk_visitor WHERE hotel_id IN (SELECT id FROM property_hotel WHERE group_id = %s)
    AND came_at < %s AND name_sealed IS NOT NULL ORDER BY id LIMIT %s
)
"""  # noqa: S608  (constants)


def register() -> None:
    """Make the tables of registration and police known to merge, copy, erasure, rotation and the clock."""
    register_sealed("frontdesk_registration", "particulars_sealed", particulars.particulars_place)
    register_sealed("frontdesk_visitor", "name_sealed", visitors.name_place)
    register_sealed("frontdesk_visitor", "number_sealed", visitors.number_place)
    register_sealed("frontdesk_registrationcard", "content_sealed", cards.content_place)
    register_sealed("frontdesk_registrationcard", "signature_sealed", cards.signature_place)
    register_sealed("frontdesk_documentimage", "image_sealed", images.image_place)
    register_sealed("frontdesk_policereport", "content_sealed", report_place)
    register_sealed("frontdesk_policelink", "key_sealed", key_place)
    for position, table in enumerate(("minoralarm", "documentimage", "policereport")):
        register_holding(Holding(table=f"frontdesk_{table}", locks_at=21 + position))
    for table, label, export, statements in (
        ("minoralarm", _("Looked after as a minor"), _alarms, _ERASE_ALARMS),
        ("visitor", _("Visitors"), None, _ERASE_VISITORS),
        ("registrationcard", _("Signed registration cards"), _cards, _ERASE_CARDS),
        ("documentimage", _("Pictures of documents"), _images, _ERASE_IMAGES),
        ("policereport", _("Reports to the police"), _reports, _ERASE_REPORTS),
    ):
        register_rights(Rights(f"frontdesk_{table}", label, export, _eraser(statements)))
    register_class(DataClass(
        "visitors", _("Visitors"), _("from the day of the visit; then no name is left"), MONTHS, LEAST_MONTHS, _sweep,
    ))  # fmt: skip


def _eraser(statements: tuple[str, ...]) -> Callable[[int, datetime], int]:
    def erase(guest_id: int, now: datetime) -> int:
        given = {"guest": guest_id, "now": now}
        return sum(db.execute(sql, given) for sql in statements)

    return erase


def _sweep(hotel: HotelRef, before: date, limit: int, _actor: Actor, now: datetime) -> Cleared:
    moment = datetime.combine(before, time(), tzinfo=hotel.local(now).tzinfo)
    return Cleared(db.execute(_SWEEP, [hotel.group_id, moment, limit]))


def _alarms(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT reason, raised_at, outcome, closed_at FROM frontdesk_minoralarm WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )


def _cards(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        f"SELECT number, signed_at FROM frontdesk_registrationcard WHERE {_MY_STAYS} ORDER BY id",  # noqa: S608
        {"guest": guest_id},
    )


def _images(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT taken_at, cleared_at FROM frontdesk_documentimage WHERE guest_id = %s ORDER BY id", [guest_id]
    )


def _reports(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT kind, occurred_at, state, received_at FROM frontdesk_policereport WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )
