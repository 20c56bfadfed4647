"""What somebody was told, seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.promises import who
from binzhi.promises.access import Permission
from binzhi.promises.events import NoticesSeen

# One's own, and those to one's department, which whoever reads them first has read for all.
_SEE = """
UPDATE promises_notice n SET seen_at = %(now)s
WHERE n.hotel_id = %(hotel)s AND n.id = ANY (%(ids)s::bigint[]) AND n.seen_at IS NULL AND (
    n.staff_id = %(staff)s::bigint OR n.department_id = (
        SELECT p.department_id FROM people_staff s JOIN people_post p ON p.id = s.post_id
        WHERE s.id = %(staff)s::bigint))
"""
_THERE = "SELECT count(*) FROM promises_notice WHERE hotel_id = %(hotel)s AND id = ANY (%(ids)s::bigint[])"


@operation(Permission.WORK)
def see_notices(*, hotel_id: int, notice_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """Note that one has seen notices to oneself or one's department; how many those were, others are passed over.

    Locks the notices. Idempotent. Raises NotFound for who holds no post here, or a notice of no task of this hotel.
    Publishes NoticesSeen.
    """
    wanted = sorted(set(notice_ids))
    if db.fetch_value(_THERE, {"hotel": hotel_id, "ids": db.array(wanted)}) != len(wanted):
        raise NotFound(field="notice")
    person = who.doer(actor, hotel_id=hotel_id, at=now)
    staff_id = None if person is None else person.staff_id
    seen = db.execute(_SEE, {"hotel": hotel_id, "ids": db.array(notice_ids), "staff": staff_id, "now": now})
    record(
        "notices.seen", subject="staff", subject_id=staff_id or 0, hotel_id=hotel_id, actor=actor, now=now,
        after={"notices": seen}, event=NoticesSeen(hotel_id=hotel_id, notices=seen),
    )  # fmt: skip
    return seen
