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
    register_rights(Rights("frontdesk_guestmessage", _("Messages at the desk"), _messages, _erase_messages))
    register_rights(Rights("frontdesk_wakeupcall", erase=_unnote_calls))
    register_rights(Rights("frontdesk_keptthing", _("Things in keeping"), _things, _erase_things))
    register_rights(Rights("frontdesk_freeroom", erase=_erase_leaves))
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


_OF_STAYS = """
room_reservation_id IN (
    SELECT rr.id FROM reservations_roomreservation rr JOIN reservations_reservation v ON v.id = rr.reservation_id
    WHERE coalesce(rr.guest_id, v.guest_id) = %s
)
"""


def _messages(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT taken_at, from_whom, text, done_at FROM frontdesk_guestmessage"  # noqa: S608  (constants)
        f" WHERE {_OF_STAYS} ORDER BY id",
        [guest_id],
    )


def _erase_messages(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE frontdesk_guestmessage SET text = '', from_whom = '' WHERE (text, from_whom) <> ('', '')"  # noqa: S608
        f" AND {_OF_STAYS}",
        [guest_id],
    )


def _unnote_calls(guest_id: int, _now: datetime) -> int:
    return db.execute(
        f"UPDATE frontdesk_wakeupcall SET note = '' WHERE note <> '' AND {_OF_STAYS}",  # noqa: S608  (constants)
        [guest_id],
    )


def _things(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT number, kind, name, pieces, description, kept_at, collected_by, collected_at FROM frontdesk_keptthing"
        " WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )


def _erase_things(guest_id: int, _now: datetime) -> int:
    """That something was kept and given out stays; whose and what it was goes. What is still here keeps its name."""
    db.execute(
        "UPDATE frontdesk_keptmove SET note = '' WHERE note <> '' AND thing_id IN"
        " (SELECT id FROM frontdesk_keptthing WHERE guest_id = %s AND collected_at IS NOT NULL)",
        [guest_id],
    )
    return db.execute(
        "UPDATE frontdesk_keptthing SET name = '–', description = '', collected_by = '–'"
        " WHERE guest_id = %s AND collected_at IS NOT NULL AND name <> '–'",
        [guest_id],
    )


def _erase_leaves(guest_id: int, _now: datetime) -> int:
    """That a night cost nothing, and by whose leave, stays; why is told of a person."""
    return db.execute(
        f"UPDATE frontdesk_freeroom SET reason = '–' WHERE reason <> '–' AND {_OF_STAYS}",  # noqa: S608  (constants)
        [guest_id],
    )
