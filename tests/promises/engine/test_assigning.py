"""Who gets a task: by hand, and as proposed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.promises.assigning import Proposal
from binzhi.promises.errors import GradeTooLow, NothingToAssign, TaskEnded, TooNewInJob, WrongPost
from binzhi.promises.models import Notice, Task
from binzhi.promises.services.assigning import assign_proposed, assign_task
from binzhi.promises.services.tasks import waive_task
from tests.factories import NOW, SYSTEM, TODAY
from tests.promises.engine.house import ARRIVAL, HOUR, House, make_house, put_on_duty, start, task


def assign(house: House, key: str, name: str, run, *, actor=SYSTEM):
    return assign_task(hotel_id=house.pk, task_id=task(run, key).pk, staff_id=house.staff[name], actor=actor, now=NOW)


def test_assign_task_tells_who_gets_it_and_who_had_it(house: House) -> None:
    run = start(house)
    assign(house, "host", "maid", run)
    assign(house, "host", "maid2", run, actor=house.actor("hkm"))
    told = list(Notice.objects.order_by("id").values_list("kind", "staff_id"))
    assert told == [("assigned", house.staff["maid"]), ("assigned", house.staff["maid2"]), ("cancelled", house.staff["maid"])]  # fmt: skip
    # The same again is no news; one's own doing neither.
    assign(house, "host", "maid2", run)
    assign(house, "cleaned", "hkm", run, actor=house.actor("hkm"))
    assert Notice.objects.count() == 3


def test_assign_task_refuses_wrong_post_and_ineligible_with_the_clause(db: None) -> None:
    house = make_house(since={"maid2": TODAY - timedelta(days=10)})
    run = start(house, level="VVIP")
    for name, refusal in (("desk", WrongPost), ("maid", GradeTooLow), ("maid2", GradeTooLow)):
        with pytest.raises(refusal):
            assign(house, "host", name, run)
    run = start(house, level="VIP", subject_id=2)
    with pytest.raises(TooNewInJob) as refused:
        assign(house, "host", "maid2", run)
    assert refused.value.params["clause"] == "16"
    assert set(Task.objects.values_list("assignee_id", flat=True)) == {None}


def test_assign_task_of_what_is_over_or_to_a_stranger_is_refused(house: House) -> None:
    run, other = start(house), make_house()
    with pytest.raises(NotFound):
        assign_task(
            hotel_id=house.pk, task_id=task(run, "host").pk, staff_id=other.staff["maid"], actor=SYSTEM, now=NOW
        )
    waive_task(hotel_id=house.pk, task_id=task(run, "host").pk, reason="x", actor=SYSTEM, now=NOW)
    with pytest.raises(TaskEnded):
        assign(house, "host", "maid", run)


def given(house: House, run, **more) -> dict[str, str]:
    """Nickname by key, for the tasks without copies."""
    names = {pk: name for name, pk in house.staff.items()}
    proposals = assign_proposed(hotel_id=house.pk, run_id=run.run_id, actor=SYSTEM, now=NOW, **more)
    keys = dict(Task.objects.filter(run_id=run.run_id).values_list("id", "key"))
    return {keys[one.task_id]: names[one.staff_id] for one in proposals}


def test_assign_proposed_gives_to_eligible_people_at_work_at_its_time(house: House) -> None:
    run = start(house, level="VVIP")
    put_on_duty(house, "hkm", "hks", "maid", "eng", start=NOW - HOUR, hours=12)
    found = given(house, run)
    assert found["repaired"] == "eng"
    assert found["cleaned"] == "hkm"
    # A VVIP: the attendant at work may not, the supervisor may and is lower than the manager.
    assert found["host"] == "hks"
    # Nobody of sales is at work: the head of the department is to find somebody.
    assert found["banner"] == "sales"
    told = Notice.objects.filter(kind="assigned", staff_id=house.staff["eng"]).count()
    assert told == Task.objects.filter(assignee_id=house.staff["eng"]).count()


def test_assign_proposed_of_a_vip_shares_out_the_load(house: House) -> None:
    put_on_duty(house, "maid", "maid2", start=ARRIVAL - HOUR, hours=3)
    names = [given(house, start(house, subject_id=number), department="housekeeping")["host"] for number in range(4)]
    assert sorted(names) == ["maid", "maid", "maid2", "maid2"]


def test_assign_proposed_leaves_what_somebody_has_and_refuses_when_nothing_is_left(house: House) -> None:
    run = start(house)
    assign(house, "host", "maid2", run)
    put_on_duty(house, "maid", "hkm", start=NOW)
    given(house, run, department="housekeeping")
    assert task(run, "host").assignee_id == house.staff["maid2"]
    with pytest.raises(NothingToAssign):
        given(house, run, department="housekeeping")


def test_assign_proposed_nobody_eligible_anywhere_leaves_the_task_with_its_department(house: House) -> None:
    run = start(house)
    with pytest.raises(NothingToAssign):
        # No one of the guard's post or above works here.
        given(house, run, department="security")
    # The quality manager's post is empty: the highest there is, though not at work.
    [proposal] = assign_proposed(hotel_id=house.pk, run_id=run.run_id, department="quality", actor=SYSTEM, now=NOW)
    assert proposal == Proposal(task(run, "sealed").pk, house.staff["qam"], at_work=False)


def test_assign_proposed_by_a_supervisor_gives_out_what_is_of_the_own_department(house: House) -> None:
    run = start(house)
    put_on_duty(house, "maid", "hks", "eng", "qam")
    assign_proposed(hotel_id=house.pk, run_id=run.run_id, actor=house.actor("hks"), now=NOW)
    db.enter_scope("*", "*")
    found = db.fetch_values(
        "SELECT DISTINCT d.code FROM promises_task t JOIN people_department d ON d.id = t.department_id"
        " WHERE t.run_id = %s AND t.assignee_id IS NOT NULL", [run.run_id],
    )  # fmt: skip
    assert found == ["housekeeping"]
    # The head of a department may give out the rest, too.
    assign_proposed(hotel_id=house.pk, run_id=run.run_id, actor=house.actor("hkm"), now=NOW)
    assert task(run, "repaired").assignee_id == house.staff["eng"]
