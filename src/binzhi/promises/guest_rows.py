"""What runs hold of a guest: when what was done stays, for whom by name goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_rights
from binzhi.kernel import db

NOBODY = "—"


def register() -> None:
    register_rights(Rights("promises_run", _("What was promised"), _runs, _erase))


def _runs(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT r.label, r.status, r.started_at, r.ended_at, count(t.id) AS tasks FROM promises_run r"
        " LEFT JOIN promises_task t ON t.run_id = r.id WHERE r.guest_id = %s GROUP BY r.id ORDER BY r.id",
        [guest_id],
    )


def _erase(guest_id: int, _now: datetime) -> int:
    return db.execute(
        "UPDATE promises_run SET label = %s, row_version = row_version + 1 WHERE guest_id = %s", [NOBODY, guest_id]
    )
