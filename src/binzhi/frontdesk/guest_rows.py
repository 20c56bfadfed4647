"""What registrations hold of a guest: that somebody slept there stays, who the guardian was goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_rights
from binzhi.kernel import db


def register() -> None:
    register_rights(Rights("frontdesk_registration", _("Registrations"), _registrations, _erase))


def _registrations(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT registered_at, left_at, is_main, is_minor, guardian_name, guardian_relation FROM frontdesk_registration"
        " WHERE guest_id = %s ORDER BY id",
        [guest_id],
    )


def _erase(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE frontdesk_registration SET guardian_name = '', guardian_phone_sealed = NULL, guardian_relation = '',"
        " document_id = NULL WHERE guest_id = %s",
        [guest_id],
    )
