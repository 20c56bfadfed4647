"""What somebody was told, seen; and a department told ahead of the guest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises import rows, who
from binzhi.promises.access import Permission
from binzhi.promises.enums import NoticeKind
from binzhi.promises.errors import DepartmentMissing
from binzhi.promises.events import NoticesSeen, TaskHandedOn
from binzhi.promises.locks import lock_task

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


TEXT_LIMIT = 200
_DEPARTMENT = "SELECT id FROM people_department WHERE hotel_id = %s AND code = %s"


@operation(Permission.WORK)
def hand_over(*, hotel_id: int, task_id: int, department: str, text: str = "", actor: Actor, now: datetime) -> None:
    """Tell the next department of a task while it is still to be done: the guest is on the way there.

    Adds a notice. Locks the run. Not idempotent. Raises NotFound, DepartmentMissing, InvalidInput at the text.
    Publishes TaskHandedOn.
    """
    text = clean_text(text, field="text", limit=TEXT_LIMIT)
    run, task, _tasks = lock_task(hotel_id=hotel_id, task_id=task_id)
    department_id = db.fetch_value(_DEPARTMENT, [hotel_id, department])
    if department_id is None:
        raise DepartmentMissing(department=department)
    told = rows.Told(task_id, NoticeKind.HANDOFF, department_id=int(department_id))
    rows.tell([told], hotel_id=hotel_id, now=now, text=text)
    record(
        "task.handed_on", subject="task", subject_id=task_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"department": department},
        event=TaskHandedOn(hotel_id=hotel_id, run_id=run.id, task_id=task_id, key=task.key, department=department),
    )  # fmt: skip
