"""A level that changes, and tasks a meeting decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.kernel.errors import EditConflict, InvalidInput
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import DepartmentMissing, TaskKeyTaken, UnknownAnchor
from binzhi.promises.models import Notice, Run, Task
from binzhi.promises.protocols.language import Item, Rung, TaskSpec, Wanted
from binzhi.promises.queries import task_view
from binzhi.promises.requests import ProofInput, RunRef
from binzhi.promises.services.assigning import assign_task
from binzhi.promises.services.facts import change_facts
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.runs import add_task
from binzhi.promises.services.tasks import complete_task, waive_task
from tests.factories import NOW, SYSTEM
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, start, states, task


def change(house: House, run: RunRef, *, now=NOW, expected_version=None, **facts) -> RunRef:
    return change_facts(
        hotel_id=house.pk, run_id=run.run_id, facts=facts, expected_version=expected_version, actor=SYSTEM, now=now
    )


def test_change_facts_level_raised_brings_new_tasks_and_tells_their_departments(house: House) -> None:
    run = start(house, level="IP")
    before = states(run)
    assert change(house, run, level="VVIP", expected_version=1) == RunRef(run.run_id, 2)
    assert states(run) == before | {"sealed": "open", "banner": "open", "flowers": "open"}
    assert Run.objects.get().facts == {"level": "VVIP"}
    assert task(run, "flowers").due_at == ARRIVAL
    told = set(Notice.objects.filter(kind="assigned").values_list("task__key", "department_id"))
    assert told == {(key, house.departments[code]) for key, code in
                    (("sealed", "quality"), ("banner", "sales"), ("flowers", "dining"))}  # fmt: skip


def test_change_facts_late_new_tasks_are_compressed(house: House) -> None:
    run = start(house, level="IP")
    now = ARRIVAL - 2 * HOUR
    change(house, run, level="VVIP", now=now)
    assert (task(run, "banner").due_at, task(run, "banner").compressed) == (now, True)
    assert (task(run, "sealed").due_at, task(run, "sealed").compressed) == (ARRIVAL - HOUR, False)


def test_change_facts_level_lowered_drops_what_is_not_asked_for_and_keeps_what_was_done(house: House) -> None:
    run = start(house, level="VVIP")
    waive_task(hotel_id=house.pk, task_id=task(run, "banner").pk, reason="已做", actor=SYSTEM, now=NOW)
    assign_task(
        hotel_id=house.pk, task_id=task(run, "flowers").pk, staff_id=house.staff["waiter"], actor=SYSTEM, now=NOW
    )
    change(house, run, level="IP")
    after = states(run)
    assert (after["flowers"], after["sealed"], after["banner"]) == ("dropped", "dropped", "waived")
    told = list(Notice.objects.filter(kind="cancelled").values_list("task__key", "staff_id"))
    assert told == [("flowers", house.staff["waiter"])]
    assert task(run, "flowers").next_at is None


def test_change_facts_back_again_revives_the_same_row_without_its_person(house: House) -> None:
    run = start(house, level="VVIP")
    flowers = task(run, "flowers").pk
    assign_task(hotel_id=house.pk, task_id=flowers, staff_id=house.staff["waiter"], actor=SYSTEM, now=NOW)
    change(house, run, level="IP")
    change(house, run, level="VVIP", now=NOW + MINUTE)
    revived = task(run, "flowers")
    assert (revived.pk, revived.state, revived.ended_at, revived.assignee_id) == (flowers, "open", None, None)
    assert (revived.round, revived.rung, revived.next_at) == (2, 0, ARRIVAL)


def test_change_facts_takes_the_ineligible_off_and_tells_them(house: House) -> None:
    run = start(house, level="VIP")
    host = task(run, "host").pk
    assign_task(hotel_id=house.pk, task_id=host, staff_id=house.staff["maid"], actor=SYSTEM, now=NOW)
    change(house, run, level="VVIP")
    assert (task(run, "host").assignee_id, task(run, "host").state) == (None, "open")
    told = set(Notice.objects.filter(kind="cancelled").values_list("task_id", "staff_id", "department_id"))
    assert told == {(host, house.staff["maid"], None), (host, None, house.departments["housekeeping"])}
    # Lower again: nobody is taken off.
    assign_task(hotel_id=house.pk, task_id=host, staff_id=house.staff["hks"], actor=SYSTEM, now=NOW)
    change(house, run, level="VIP")
    assert task(run, "host").assignee_id == house.staff["hks"]


def test_change_facts_what_is_not_named_stays_and_none_takes_away(house: House) -> None:
    run = start(house, facts={"level": "VIP", "nights": 3, "gm_away": True})
    change(house, run, nights=4, gm_away=None)
    assert Run.objects.get().facts == {"level": "VIP", "nights": 4}


def test_change_facts_refused_changes_nothing(house: House) -> None:
    run = start(house, level="IP")
    before = states(run)
    with pytest.raises(EditConflict) as conflict:
        change(house, run, level="VVIP", expected_version=5)
    assert conflict.value.current == {"version": 1, "status": "live", "facts": {"level": "IP"}}
    with pytest.raises(InvalidInput):
        change(house, run, level=[1])
    assert (states(run), Run.objects.get().facts) == (before, {"level": "IP"})


DECIDED = TaskSpec(
    key="umbrella", clause="", title="备伞", title_en="Umbrellas", department="security", anchor="arrival",
    offset=timedelta(minutes=-30), opens=timedelta(hours=1), posts=("security-guard",),
    evidence=(Wanted(Evidence.TICK),), checklist=(Item("two", "两把", "Two"),), ladder=(Rung(timedelta(0), "@manager"),),
)  # fmt: skip


def test_add_task_a_decision_of_a_meeting_is_a_task_like_any_other(house: House) -> None:
    run = start(house)
    [pk] = add_task(hotel_id=house.pk, run_id=run.run_id, spec=DECIDED, actor=SYSTEM, now=NOW)
    made = task(run, "umbrella")
    assert (made.pk, made.due_at, made.opens_at) == (pk, ARRIVAL - 30 * MINUTE, ARRIVAL - 90 * MINUTE)
    assert (made.rungs_to, made.next_at) == (["@manager"], ARRIVAL - 30 * MINUTE)
    card = task_view(hotel_id=house.pk, task_id=pk, now=NOW).card
    assert (card.spec.title, card.spec.checklist, card.spec.evidence) == ("备伞", DECIDED.checklist, DECIDED.evidence)
    move_anchor(hotel_id=house.pk, run_id=run.run_id, anchor="arrival", at=ARRIVAL + HOUR, actor=SYSTEM, now=NOW)
    assert task(run, "umbrella").opens_at == ARRIVAL - 30 * MINUTE
    # Another level leaves it, as no protocol asked for it.
    change(house, run, level="IP")
    assert task(run, "umbrella").state == "open"
    with pytest.raises(InvalidInput):
        complete_task(hotel_id=house.pk, task_id=pk, actor=SYSTEM, now=NOW)
    proofs = [ProofInput(Evidence.TICK), ProofInput(Evidence.TICK, item="two")]
    assert complete_task(hotel_id=house.pk, task_id=pk, proofs=proofs, actor=SYSTEM, now=NOW).done


def test_add_task_refused_leaves_nothing(house: House) -> None:
    from dataclasses import replace

    run = start(house)
    add_task(hotel_id=house.pk, run_id=run.run_id, spec=DECIDED, actor=SYSTEM, now=NOW)
    count = Task.objects.count()
    for spec, refusal in (
        (DECIDED, TaskKeyTaken),
        (replace(DECIDED, key="banner"), TaskKeyTaken),
        (replace(DECIDED, key="b", anchor="landing"), UnknownAnchor),
        (replace(DECIDED, key="c", department="kitchen"), DepartmentMissing),
    ):
        with pytest.raises(refusal):
            add_task(hotel_id=house.pk, run_id=run.run_id, spec=spec, actor=SYSTEM, now=NOW)
    assert Task.objects.count() == count


def test_change_facts_asks_for_every_occurrence_that_happened(house: House) -> None:
    run = start(house)
    for minutes in (0, 10):
        happen(hotel_id=house.pk, run_id=run.run_id, anchor="visitor", actor=SYSTEM, now=NOW + minutes * MINUTE)
    before = states(run)
    change(house, run, level="IP")
    change(house, run, level="VIP")
    assert states(run) == before
    assert before["ask#2"] == "open"
