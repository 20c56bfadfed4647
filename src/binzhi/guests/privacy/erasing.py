"""Nothing personal is left of a guest; stays, bills and the audit trail stay right, with nobody's name."""

from __future__ import annotations

from datetime import datetime

from binzhi.guests.merging.moving import whole_group
from binzhi.guests.privacy import states
from binzhi.guests.privacy.rows import erase_rows
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.erasing import erasing

# A file forwards to the one it was merged into, and has its own name and numbers still.
_WITH_MERGED = """
WITH RECURSIVE mine AS (
    SELECT %(guest)s::bigint AS id UNION SELECT g.id FROM guests_guest g JOIN mine m ON g.merged_into_id = m.id
)
SELECT id FROM mine ORDER BY id
"""


def with_merged(guest_id: int) -> list[int]:
    """The file and all that were merged into it."""
    return db.fetch_values(_WITH_MERGED, {"guest": guest_id})


def erase_file(*, group_id: int, guest_id: int, actor: Actor, now: datetime) -> dict[str, int]:
    """Building block: empty the file, those merged into it, and everything every context of any hotel holds of them.

    How many rows of each table were changed. The guest's row must be locked. Idempotent: an empty file has nothing
    more to lose.
    """
    done: dict[str, int] = {}
    with whole_group(actor, group_id), erasing():
        for each in with_merged(guest_id):
            for table, count in erase_rows(each, now).items():
                done[table] = done.get(table, 0) + count
            states.mark_erased(group_id=group_id, guest_id=each, now=now)
            db.execute(
                "UPDATE guests_rightsrequest SET secret_hash = NULL, link_ends_at = NULL WHERE guest_id = %s"
                " AND secret_hash IS NOT NULL",
                [each],
            )
    return done
