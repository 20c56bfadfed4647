"""Which files are one person's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.kernel import db


def current_file(*, group_id: int, guest_id: int) -> int:
    """The file that stands for this one: itself, or the one it was joined into. Unknown ids come back as they are."""
    found: int | None = db.fetch_value(
        "SELECT coalesce(merged_into_id, id) FROM guests_guest WHERE group_id = %s AND id = %s", [group_id, guest_id]
    )
    return guest_id if found is None else found


def files_of(*, group_id: int, guest_id: int) -> list[int]:
    """All files of the person, the standing one first: records that do not move are read under all of them."""
    return [guest_id, *db.fetch_values(
        "SELECT id FROM guests_guest WHERE group_id = %s AND merged_into_id = %s ORDER BY id", [group_id, guest_id]
    )]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A file that was joined into another. `may_undo` false: the file it went into was itself joined further."""

    merge_id: int
    merged_id: int
    name: str
    phone_masked: str
    stays: int
    rows: int
    at: datetime
    by: str
    may_undo: bool


_MERGES = """
SELECT m.id AS merge_id, m.merged_id, g.name, g.phone_masked, g.stays, m.at, coalesce(u.name, '') AS by,
    m.survivor_id = %(guest)s AS may_undo, (SELECT count(*) FROM guests_mergedrow r WHERE r.merge_id = m.id) AS rows
FROM guests_merge m JOIN guests_guest g ON g.id = m.merged_id LEFT JOIN people_user u ON u.id = m.user_id
WHERE m.group_id = %(group)s AND m.undone_at IS NULL AND g.merged_into_id = %(guest)s ORDER BY m.at DESC, m.id DESC
"""


def merges_of(*, group_id: int, guest_id: int) -> list[MergeLine]:
    """What was joined into this file and stands, the latest first."""
    return [MergeLine(**row) for row in db.fetch_all(_MERGES, {"group": group_id, "guest": guest_id})]
