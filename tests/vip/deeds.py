"""What people of the house do with the tasks of a reception, each with the rights of the post and nothing more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from binzhi.kernel import db
from binzhi.people.posts import POSTS
from binzhi.promises.enums import Evidence
from binzhi.promises.models import Escalation, Notice
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.requests import ProofInput, TaskResult
from binzhi.promises.services.assigning import assign_task
from binzhi.promises.services.tasks import complete_task, countersign_task
from binzhi.vip import engine
from binzhi.vip.models import Visit
from tests.vip.house import ARRIVAL, HOUR, House, _photo, task

DEPARTMENTS = (
    "gm-office", "front-office", "housekeeping", "dining", "engineering", "finance", "sales", "quality", "security",
    "recreation", "human-resources",
)  # fmt: skip
# Who signs for each.
HEADS = {
    "gm-office": "gm-assistant", "front-office": "front-office-manager", "housekeeping": "housekeeping-manager",
    "dining": "dining-manager", "engineering": "engineering-manager", "finance": "finance-manager",
    "sales": "sales-manager", "quality": "quality-manager", "security": "security-manager",
    "recreation": "recreation-manager", "human-resources": "hr-manager",
}  # fmt: skip


def everyone_at_work(house: House, start: datetime = ARRIVAL - 20 * HOUR) -> None:
    """The whole house is on the roster, from before the first limits until well after the arrival."""
    house.on_duty(*POSTS, start=start, hours=35)


def spec(visit: Visit, key: str) -> TaskSpec:
    assert visit.run_id is not None
    return engine.spec_of(visit.run_id).by_key[key]


def proofs(house: House, visit: Visit, key: str, *, without: Collection[str] = ()) -> list[ProofInput]:
    """All the evidence the task asks for, but lines of the checklist or kinds named in `without`."""
    words = spec(visit, key)
    found = [ProofInput(Evidence.TICK, item=item.key) for item in words.checklist if item.key not in without]
    return found + [
        ProofInput(wanted.kind, text="好" if wanted.kind == Evidence.TEXT else "", photo_id=_photo(house, wanted))
        for wanted in words.evidence
        if wanted.kind != Evidence.COUNTERSIGNATURE and wanted.kind.value not in without
    ]


def do(
    house: House,
    visit: Visit,
    key: str,
    post: str,
    *,
    at: datetime,
    branch: str = "",
    occurrence: int = 1,
    without: Collection[str] = (),
) -> TaskResult:
    """The one in that post hands in what the task asks for."""
    return complete_task(
        hotel_id=house.pk, task_id=task(visit, key, branch=branch, occurrence=occurrence).pk,
        proofs=proofs(house, visit, key, without=without), actor=house.actor(post), now=at,
    )  # fmt: skip


def countersign(house: House, visit: Visit, key: str, post: str, *, at: datetime) -> TaskResult:
    return countersign_task(hotel_id=house.pk, task_id=task(visit, key).pk, actor=house.actor(post), now=at)


def give(house: House, visit: Visit, key: str, to: str, *, at: datetime, by: str = "general-manager") -> None:
    assign_task(hotel_id=house.pk, task_id=task(visit, key).pk, staff_id=house.staff[to], actor=house.actor(by), now=at)


def climbed(house: House, visit: Visit, key: str, *, branch: str = "") -> list[tuple[timedelta, str, str]]:
    """The steps a task has taken: how long after its limit, to which step, and the post of the one who was told."""
    posts = {staff_id: post for post, staff_id in house.staff.items()}
    found = Escalation.objects.filter(task=task(visit, key, branch=branch)).order_by("id")
    return [(one.at - one.due_at, one.to_post, posts.get(one.staff_id or 0, "")) for one in found]


def handed_on(visit: Visit, key: str, *, branch: str = "") -> list[str]:
    """The departments that were told when the task was done (or ahead of the guest)."""
    db.enter_scope("*", "*")
    found = Notice.objects.filter(task=task(visit, key, branch=branch), kind="handoff").order_by("id")
    return [one.department.code for one in found if one.department is not None]
