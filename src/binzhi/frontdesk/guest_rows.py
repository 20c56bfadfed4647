"""What registrations hold of a guest: that somebody slept there stays, who the guardian was goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, names_of, register_rights
from binzhi.kernel import db

_GUARDIAN = """
UPDATE frontdesk_registration SET guardian_name = '', guardian_phone_sealed = NULL, guardian_relation = ''
WHERE guardian_name = %(name)s AND room_reservation_id IN (
    SELECT room_reservation_id FROM frontdesk_registration WHERE guest_id = %(guest)s
)
"""


def register() -> None:
    register_rights(Rights("frontdesk_sharer", erase=_unname_windows))
    register_rights(Rights("frontdesk_registration", _("Registrations"), _registrations, _erase))


def _registrations(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT registered_at, left_at, is_main, is_minor, guardian_name, guardian_relation,"
        " room_relation, identity_by FROM frontdesk_registration"
        " WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )


def _erase(guest_id: int, _now: datetime) -> int:
    for name in names_of(guest_id):
        # Who was noted as guardian of a child in the same room.
        db.execute(_GUARDIAN, {"guest": guest_id, "name": name})
    return db.execute(
        "UPDATE frontdesk_registration SET guardian_name = '', guardian_phone_sealed = NULL, guardian_relation = '',"
        " document_id = NULL, particulars_sealed = NULL WHERE guest_id = %s",
        [guest_id],
    )


def _unname_windows(guest_id: int, _now: datetime) -> int:
    """A sharer's window carries his name on the bill of another."""
    return db.execute(
        "UPDATE billing_account a SET name = '' FROM frontdesk_sharer s JOIN frontdesk_registration r"
        " ON r.id = s.registration_id WHERE a.id = s.account_id AND r.guest_id = %s AND a.name <> ''",
        [guest_id],
    )
