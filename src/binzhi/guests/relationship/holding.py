"""What the relationship's tables hold of a guest, and how it leaves the house or goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.holdings import Holding, register_holding
from binzhi.guests.privacy.rows import Rights, register_profile, register_rights
from binzhi.kernel import db

# The house's own opinions of a guest are personal data of the guest.
_OWN = {
    "guests_assessment": (_("Assessments"), "kind, answers, at"),
    "guests_relationshipcheck": (_("Relationship"), "signs, level, at"),
    "guests_switchingmeans": (_("What we do for you"), "means, note, since, ended_on"),
    "guests_plannedcontact": (_("Visits and calls"), "channel, purpose, due_on, outcome, result, done_at"),
}


def register() -> None:
    for table, (label, columns) in _OWN.items():
        register_holding(Holding(table=table))
        register_rights(Rights(table, label, _export_of(table, columns), _erase_of(table)))
        register_profile(table, _clear_of(table))


def _export_of(table: str, columns: str) -> Any:
    def export(guest_id: int) -> list[dict[str, Any]]:
        return db.fetch_all(f"SELECT {columns} FROM {table} WHERE guest_id = %s ORDER BY id", [guest_id])  # noqa: S608

    return export


def _erase_of(table: str) -> Any:
    def erase(guest_id: int, _now: datetime) -> int:
        return db.execute(f"DELETE FROM {table} WHERE guest_id = %s", [guest_id])  # noqa: S608  (constants)

    return erase


def _clear_of(table: str) -> Any:
    def clear(guest_ids: list[int], _now: datetime) -> int:
        return db.execute(f"DELETE FROM {table} WHERE guest_id = ANY(%s)", [guest_ids])  # noqa: S608  (constants)

    return clear
