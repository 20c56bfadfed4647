"""Nothing personal is left of a guest; stays, bills and the audit trail stay right, with nobody's name."""

from __future__ import annotations

from datetime import datetime

from binzhi.guests.privacy import states
from binzhi.guests.privacy.rows import erase_rows
from binzhi.kernel import db


def erase_file(*, group_id: int, guest_id: int, now: datetime) -> dict[str, int]:
    """Building block: empty the file and everything every context holds of it. The guest's row must be locked.

    How many rows of each table were changed. Idempotent: an empty file has nothing more to lose.
    """
    done = erase_rows(guest_id, now)
    states.mark_erased(group_id=group_id, guest_id=guest_id, now=now)
    db.execute(
        "UPDATE guests_rightsrequest SET secret_hash = NULL, link_ends_at = NULL WHERE guest_id = %s"
        " AND secret_hash IS NOT NULL",
        [guest_id],
    )
    return done
