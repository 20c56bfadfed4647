"""What runs hold of a guest: when what was done stays, for whom by name goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.guests.privacy.rows import Rights, register_rights, strike_out
from binzhi.kernel import crypto, db
from binzhi.promises.photos import photo_place

NOBODY = "—"
# Own words of a task: what it asks stays as a form (who, by when, which evidence), what it says goes.
_BLANK = {"title": NOBODY, "title_en": NOBODY, "text": "", "text_en": "", "checklist": []}
_PHOTOS = """
SELECT DISTINCT p.photo_id FROM promises_proof p JOIN promises_task t ON t.id = p.task_id
JOIN promises_run r ON r.id = t.run_id WHERE r.guest_id = %(guest)s AND p.photo_id IS NOT NULL
"""
_WORDS = """
WITH runs AS (SELECT id FROM promises_run WHERE guest_id = %(guest)s),
mine AS (SELECT id FROM promises_task WHERE run_id IN (SELECT id FROM runs)),
proofs AS (UPDATE promises_proof SET text = %(nobody)s WHERE task_id IN (SELECT id FROM mine) AND text <> ''),
notices AS (UPDATE promises_notice SET text = '' WHERE task_id IN (SELECT id FROM mine) AND text <> ''),
anchors AS (UPDATE promises_anchor SET at = NULL WHERE run_id IN (SELECT id FROM runs) AND name = 'birthday'),
logs AS (UPDATE promises_logentry SET text = %(nobody)s WHERE run_id IN (SELECT id FROM runs))
UPDATE promises_task SET reason = CASE WHEN reason = '' THEN '' ELSE %(nobody)s END,
    own = CASE WHEN own IS NULL THEN NULL ELSE own || %(blank)s::jsonb END
WHERE id IN (SELECT id FROM mine) AND (reason <> '' OR own IS NOT NULL)
"""


def register() -> None:
    register_rights(Rights("promises_run", _("What was promised"), _runs, _erase))


def _runs(guest_id: int) -> list[dict[str, Any]]:
    return db.fetch_all(
        "SELECT r.label, r.status, r.started_at, r.ended_at, count(t.id) AS tasks FROM promises_run r"
        " LEFT JOIN promises_task t ON t.run_id = r.id WHERE r.guest_id = %s GROUP BY r.id ORDER BY r.id",
        [guest_id],
    )


def _erase(guest_id: int, _now: datetime) -> int:
    given = {"guest": guest_id, "nobody": NOBODY, "blank": orjson.dumps(_BLANK).decode()}
    for photo_id in db.fetch_values(_PHOTOS, given):
        db.execute(
            "UPDATE promises_photo SET sealed = %s WHERE id = %s",
            [crypto.seal("", place=photo_place(photo_id)), photo_id],
        )
    db.execute(_WORDS, given)
    # Lines of a log that belong to no run are the guest's where the name stands in them.
    strike_out("promises_logentry", "text", "run_id IS NULL", [], guest_id)
    return db.execute(
        "UPDATE promises_run SET label = %s, facts = '{}', row_version = row_version + 1 WHERE guest_id = %s",
        [NOBODY, guest_id],
    )
