"""Taking an import back: what it made goes, unless somebody wrote it or something names it."""

from __future__ import annotations

from binzhi.guests.enums import RowOutcome
from binzhi.guests.holdings import holdings
from binzhi.guests.merging.moving import whole_group
from binzhi.kernel import db
from binzhi.kernel.actor import Actor

# Rows that the import itself made, and suggestions about its files, hold nothing fast.
_ITS_OWN = {"guests_guestdocument", "guests_duplicatepair"}


def take_back(*, group_id: int, import_id: int, limit: int, actor: Actor) -> tuple[int, int]:
    """Remove a batch of the files that an import made: how many went, how many are in use and stay."""
    rows = db.fetch_values(
        "SELECT guest_id FROM guests_importrow WHERE file_id = %s AND outcome = %s ORDER BY line LIMIT %s",
        [import_id, RowOutcome.MADE, limit],
    )
    if not rows:
        return 0, 0
    with whole_group(actor, group_id):
        free = db.fetch_values(_untouched(), {"ids": rows, "file": import_id})
        db.execute(
            "DELETE FROM guests_duplicatepair WHERE first_id = ANY(%(ids)s) OR second_id = ANY(%(ids)s)", {"ids": free}
        )
        db.execute("DELETE FROM guests_guestdocument WHERE guest_id = ANY(%s)", [free])
        db.execute("DELETE FROM guests_guest WHERE id = ANY(%s)", [free])
    db.execute(
        "UPDATE guests_importrow SET outcome = CASE WHEN guest_id = ANY(%(free)s) THEN 'undone' ELSE 'kept' END"
        " WHERE file_id = %(file)s AND outcome = 'made' AND guest_id = ANY(%(ids)s)",
        {"free": free, "ids": rows, "file": import_id},
    )
    return len(free), len(rows) - len(free)


def _untouched() -> str:
    """Files as the import left them: first version, no stay, no later document, no row of any context."""
    named = " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {each.table} h WHERE h.{each.column} = g.id)"  # noqa: S608  (constants)
        for each in holdings()
        if each.table not in _ITS_OWN
    )
    return (
        "SELECT g.id FROM guests_guest g JOIN guests_import i ON i.id = %(file)s WHERE g.id = ANY(%(ids)s)"  # noqa: S608
        " AND g.version = 1 AND g.stays = 0 AND g.merged_into_id IS NULL AND NOT EXISTS (SELECT 1 FROM"
        " guests_guestdocument d WHERE d.guest_id = g.id AND d.checked_at <> g.created_at)"
        " AND NOT EXISTS (SELECT 1 FROM guests_duplicatepair p WHERE g.id IN (p.first_id, p.second_id)"
        f" AND p.state = 'same') {named} FOR UPDATE OF g"
    )
