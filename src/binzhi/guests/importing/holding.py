"""What imports hold of a guest: which rows became whose file, and for a month the tables as they were sent."""

from __future__ import annotations

from datetime import datetime

from binzhi.guests.importing import parts
from binzhi.guests.importing.queries import WORKING
from binzhi.guests.privacy.rows import Rights, register_busy, register_rights, strike_out
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import db

_SENT = """
SELECT DISTINCT i.id FROM guests_import i JOIN guests_importrow r ON r.file_id = i.id
WHERE r.guest_id = %s AND i.group_id = (SELECT group_id FROM guests_guest WHERE id = %s)
"""


def register() -> None:
    register_rights(Rights("guests_importrow", erase=_forget))
    register_busy("imports", busy)
    register_sealed("guests_importpart", "sealed", parts.part_place)


def busy(guest_ids: list[int]) -> set[int]:
    """Guests of a table that is being worked on: its rows are still read."""
    return set(
        db.fetch_values(
            "SELECT DISTINCT r.guest_id FROM guests_import i JOIN guests_importrow r ON r.file_id = i.id"
            " WHERE i.state = ANY(%s) AND r.guest_id = ANY(%s)",
            [[str(state) for state in WORKING], guest_ids],
        )
    )


def _forget(guest_id: int, now: datetime) -> int:
    """Throw away the whole tables the guest came in, headings too where the first guest stood for them."""
    found = db.fetch_values(_SENT, [guest_id, guest_id])
    for import_id in found:
        parts.throw_away(import_id, parts.RAW, parts.READ)
        db.execute("UPDATE guests_import SET forgotten_at = coalesce(forgotten_at, %s) WHERE id = %s", [now, import_id])
        strike_out("guests_import", "name", "id = %s", [import_id], guest_id)
        strike_out("guests_import", "header", "id = %s", [import_id], guest_id, is_json=True)
    return len(found)
