"""The work on a task: who may, what is wanted, what comes of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.promises.access import Permission
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import (
    AssignedToAnother,
    DependencyOpen,
    GradeTooLow,
    NothingToCountersign,
    NotWaivable,
    RunEnded,
    TaskEnded,
    TaskNotEnded,
    TaskWaiting,
    TooNewInJob,
    WrongPost,
)
from binzhi.promises.models import LogEntry, Notice, Proof, Run, Task
from binzhi.promises.requests import ProofInput, RunRef
from binzhi.promises.services.moments import happen
from binzhi.promises.services.tasks import (
    acknowledge_task,
    complete_task,
    countersign_task,
    reopen_task,
    waive_task,
    write_log,
)
from tests.factories import NOW, SYSTEM, TODAY
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, make_house, put_on_duty, start, states, task

SIGNED = [ProofInput(Evidence.SIGNATURE)]
TICK = [ProofInput(Evidence.TICK)]
CHECKED = [ProofInput(Evidence.TICK, item="ac"), ProofInput(Evidence.TICK, item="tv"), *SIGNED]


def do(house: House, run: RunRef, key: str, by: str = "", proofs=TICK, *, branch: str = "", now=NOW, **more):
    actor = house.actor(by) if by else SYSTEM
    return complete_task(
        hotel_id=house.pk, task_id=task(run, key, branch=branch).pk, proofs=proofs, actor=actor, now=now, **more
    )


def sign_notices(house: House, run: RunRef) -> None:
    for branch, by in (("front-office", "fom"), ("housekeeping", "hkm"), ("engineering", "engm")):
        do(house, run, "notice", by, SIGNED, branch=branch)


def test_complete_task_is_done_by_its_post_and_tells_the_next(house: House) -> None:
    run = start(house)
    sign_notices(house, run)
    result = do(house, run, "cleaned", "hkm", SIGNED)
    done = task(run, "cleaned")
    assert (result.done, result.waits_for, result.version) == (True, (), done.row_version)
    assert (done.state, done.ended_at, done.ended_by_id) == ("done", NOW, house.users["hkm"])
    assert (done.next_at, done.assignee_id) == (None, house.staff["hkm"])
    told = set(Notice.objects.filter(kind="handoff").values_list("task_id", "department_id"))
    assert told == {(done.pk, house.departments["engineering"]), (done.pk, house.departments["quality"])}
    proof = Proof.objects.get(task=done)
    assert (proof.kind, proof.staff_id, proof.at) == ("signature", house.staff["hkm"], NOW)


def test_complete_task_by_a_higher_grade_of_the_department_is_taken(house: House) -> None:
    run = start(house)
    assert do(house, run, "host", "hks").done


@pytest.mark.parametrize(
    ("key", "by"), [("cleaned", "maid"), ("host", "desk"), ("cleaned", "gm"), ("banner", "waiter"), ("repaired", "hkm")]
)
def test_complete_task_by_the_wrong_post_is_refused(house: House, key: str, by: str) -> None:
    run = start(house)
    sign_notices(house, run)
    with pytest.raises(WrongPost):
        do(house, run, key, by, SIGNED)
    assert (task(run, key).state, Proof.objects.filter(task__key=key).count()) == ("open", 0)


def test_complete_task_names_the_posts_it_is_for(house: House) -> None:
    run = start(house)
    with pytest.raises(WrongPost) as refused:
        do(house, run, "farewell", "desk")
    assert refused.value.params["posts"] in ("大堂副理", "Duty manager")


def test_complete_task_by_who_stands_in_for_an_absent_manager_is_taken(house: House) -> None:
    run = start(house)
    sign_notices(house, run)
    put_on_duty(house, "hks", "maid")
    # The supervisor is the highest of the department at work; the attendant is not.
    with pytest.raises(WrongPost):
        do(house, run, "cleaned", "maid", SIGNED)
    assert do(house, run, "cleaned", "hks", SIGNED).done


def test_complete_task_supervisor_does_not_sign_while_the_manager_is_at_work(house: House) -> None:
    run = start(house)
    sign_notices(house, run)
    put_on_duty(house, "hks", "hkm")
    with pytest.raises(WrongPost):
        do(house, run, "cleaned", "hks", SIGNED)


def test_complete_task_by_the_ineligible_is_refused_with_the_clause(house: House) -> None:
    run = start(house, level="VVIP")
    with pytest.raises(GradeTooLow) as refused:
        do(house, run, "host", "maid")
    assert (refused.value.code, refused.value.params["clause"]) == ("ineligible", "16")
    assert do(house, run, "host", "hks").done


def test_complete_task_by_somebody_new_in_the_job_is_refused(db: None) -> None:
    house = make_house(since={"maid": TODAY - timedelta(days=100), "maid2": date(2026, 5, 21)})
    run = start(house, level="IP")
    with pytest.raises(TooNewInJob) as refused:
        do(house, run, "host", "maid")
    assert refused.value.params == {"clause": "16", "least": 6}
    # Six months to the day.
    assert do(house, run, "host", "maid2").done


def test_complete_task_before_what_it_depends_on_names_it(house: House) -> None:
    run = start(house)
    do(house, run, "notice", "hkm", SIGNED, branch="housekeeping")
    with pytest.raises(DependencyOpen) as refused:
        do(house, run, "cleaned", "hkm", SIGNED)
    assert refused.value.params == {"task": "签收通知单", "keys": ("notice",)}
    assert task(run, "cleaned").state == "open"


def test_complete_task_waived_and_never_asked_for_dependencies_do_not_hold_it(house: House) -> None:
    run = start(house)
    for branch in ("front-office", "housekeeping", "engineering"):
        waive_task(
            hotel_id=house.pk, task_id=task(run, "notice", branch=branch).pk, reason="口头", actor=SYSTEM, now=NOW
        )
    assert do(house, run, "cleaned", "hkm", SIGNED).done


@pytest.mark.parametrize(
    ("key", "proofs", "field"),
    [
        ("banner", TICK, "photo"),
        ("meeting", [ProofInput(Evidence.TEXT, text="  ")], "text"),
        ("repaired", SIGNED, "item-ac"),
        ("repaired", CHECKED[:2], "signature"),
        ("repaired", [*CHECKED, ProofInput(Evidence.TICK, item="sauna")], "item-sauna"),
        ("repaired", [ProofInput(Evidence.COUNTERSIGNATURE), *CHECKED], "countersignature"),
        ("banner", [ProofInput(Evidence.PHOTO, photo_id=99)], "photo"),
        ("meeting", [ProofInput(Evidence.TEXT, text="x" * 1001)], "text"),
    ],
)
def test_complete_task_evidence_missing_or_wrong_is_told_at_its_field(
    house: House, key: str, proofs: list, field: str
) -> None:
    run = start(house)
    with pytest.raises(InvalidInput) as refused:
        do(house, run, key, "", proofs)
    assert refused.value.field == field
    assert (task(run, key).state, Proof.objects.count()) == ("open", 0)


def test_complete_task_waits_for_the_countersignature_of_the_other_post(house: House) -> None:
    run = start(house)
    repaired = task(run, "repaired").pk

    def countersign(by: str):
        return countersign_task(hotel_id=house.pk, task_id=repaired, actor=house.actor(by), now=NOW)

    with pytest.raises(NothingToCountersign):
        countersign("hkm")
    result = do(house, run, "repaired", "eng", CHECKED)
    assert (result.done, result.waits_for) == (False, ("housekeeping-manager",))
    assert (task(run, "repaired").state, task(run, "repaired").next_at) == ("open", ARRIVAL - 3 * HOUR)
    with pytest.raises(WrongPost):
        countersign("engm")
    assert countersign("hkm").done
    assert task(run, "repaired").assignee_id == house.staff["eng"]
    with pytest.raises(TaskEnded):
        countersign("hkm")


def test_complete_task_twice_is_refused(house: House) -> None:
    run = start(house)
    do(house, run, "host", "maid")
    with pytest.raises(TaskEnded):
        do(house, run, "host", "maid")
    assert Proof.objects.count() == 1


def test_complete_task_of_an_event_that_did_not_happen_is_refused(house: House) -> None:
    run = start(house)
    with pytest.raises(TaskWaiting):
        do(house, run, "tea", "maid")
    # Planned, with a time not known yet: it may be done ahead.
    assert do(house, run, "menu", "din").done


def test_complete_task_with_an_old_version_is_told(house: House) -> None:
    run = start(house)
    with pytest.raises(EditConflict):
        do(house, run, "host", "maid", expected_version=9)
    assert do(house, run, "host", "maid", expected_version=1).done


def test_complete_task_by_nobody_of_the_house_is_refused(house: House) -> None:
    run, other = start(house), make_house()
    pk = task(run, "host").pk
    with pytest.raises(NotFound):
        complete_task(hotel_id=house.pk, task_id=pk, proofs=TICK, actor=other.actor("maid"), now=NOW)
    with pytest.raises(NotFound):
        complete_task(hotel_id=other.pk, task_id=pk, proofs=TICK, actor=other.actor("maid"), now=NOW)
    with pytest.raises(Forbidden):
        complete_task(hotel_id=house.pk, task_id=pk, proofs=TICK, actor=house.actor("maid", Permission.VIEW), now=NOW)
    assert task(run, "host").state == "open"


def test_complete_task_the_last_ends_the_run_and_drops_what_waits_for_events(house: House) -> None:
    run = start(house, level="IP")
    for one in Task.objects.filter(run_id=run.run_id, state="open").exclude(key="host"):
        waive_task(hotel_id=house.pk, task_id=one.pk, reason="试", actor=SYSTEM, now=NOW)
    assert not do(house, run, "host", "maid").run_ended
    assert Run.objects.get().status == "live"
    result = do(house, run, "farewell", "duty")
    assert (result.done, result.run_ended) == (True, True)
    ended = Run.objects.get()
    assert (ended.status, ended.ended_at) == ("done", NOW)
    assert (states(run)["tea"], states(run)["farewell"]) == ("dropped", "done")
    with pytest.raises(RunEnded):
        do(house, run, "tea", "maid")


def test_complete_task_the_last_by_name_does_not_end_a_run_with_something_open(house: House) -> None:
    run = start(house)
    assert not do(house, run, "farewell", "duty").run_ended
    assert (Run.objects.get().status, states(run)["tea"]) == ("live", "waiting")


def test_acknowledge_task_takes_what_nobody_has_and_not_what_another_has(house: House) -> None:
    run = start(house)
    pk = task(run, "host").pk
    for _time in range(2):
        acknowledge_task(hotel_id=house.pk, task_id=pk, actor=house.actor("maid"), now=NOW)
    assert (task(run, "host").assignee_id, task(run, "host").acknowledged_at) == (house.staff["maid"], NOW)
    with pytest.raises(AssignedToAnother):
        acknowledge_task(hotel_id=house.pk, task_id=pk, actor=house.actor("maid2"), now=NOW)
    with pytest.raises(WrongPost):
        acknowledge_task(hotel_id=house.pk, task_id=task(run, "cleaned").pk, actor=house.actor("maid"), now=NOW)


def test_waive_task_wants_a_reason_and_a_task_that_may_be_waived(house: House) -> None:
    run = start(house)
    with pytest.raises(InvalidInput) as refused:
        waive_task(hotel_id=house.pk, task_id=task(run, "banner").pk, reason=" ", actor=SYSTEM, now=NOW)
    assert refused.value.field == "reason"
    with pytest.raises(NotWaivable):
        waive_task(hotel_id=house.pk, task_id=task(run, "sealed").pk, reason="急", actor=SYSTEM, now=NOW)
    waive_task(hotel_id=house.pk, task_id=task(run, "banner").pk, reason="客人不要", actor=SYSTEM, now=NOW)
    waived = task(run, "banner")
    assert (waived.state, waived.reason, waived.next_at) == ("waived", "客人不要", None)


def prepared(house: House) -> RunRef:
    run = start(house)
    sign_notices(house, run)
    do(house, run, "cleaned", "hkm", SIGNED)
    do(house, run, "repaired", "eng", CHECKED)
    countersign_task(hotel_id=house.pk, task_id=task(run, "repaired").pk, actor=house.actor("hkm"), now=NOW)
    do(house, run, "sealed", "qam")
    return run


def test_reopen_task_opens_what_was_built_upon_it_and_old_signatures_count_no_more(house: House) -> None:
    run = prepared(house)
    again = reopen_task(
        hotel_id=house.pk, task_id=task(run, "cleaned").pk, reason="水管漏水", actor=house.actor("hkm"), now=NOW
    )
    assert again == [task(run, "cleaned").pk, task(run, "sealed").pk]
    opened = task(run, "cleaned")
    assert (opened.state, opened.ended_at, opened.ended_by_id, opened.round, opened.rung) == ("open", None, None, 2, 0)
    assert (opened.due_at, opened.next_at) == (ARRIVAL - 2 * HOUR, ARRIVAL - 2 * HOUR)
    assert states(run)["repaired"] == "done"
    assert set(Notice.objects.filter(kind="reopened").values_list("task_id", "staff_id", "text")) == {
        (opened.pk, house.staff["hkm"], "水管漏水"),
        (task(run, "sealed").pk, house.staff["qam"], "水管漏水"),
    }
    with pytest.raises(DependencyOpen):
        do(house, run, "sealed", "qam")
    with pytest.raises(InvalidInput):
        do(house, run, "cleaned", "hkm", [])
    assert do(house, run, "cleaned", "hkm", SIGNED).done
    assert do(house, run, "sealed", "qam").done


def test_reopen_task_past_its_limit_is_due_now(house: House) -> None:
    run = prepared(house)
    now = ARRIVAL - 10 * MINUTE
    reopen_task(hotel_id=house.pk, task_id=task(run, "sealed").pk, reason="启封", actor=SYSTEM, now=now)
    sealed = task(run, "sealed")
    assert (sealed.due_at, sealed.compressed, sealed.next_at, sealed.round) == (now, True, now, 2)


def test_reopen_task_in_a_run_that_was_done_makes_it_live_again(house: House) -> None:
    run = start(house, level="IP")
    for one in Task.objects.filter(run_id=run.run_id, state="open"):
        waive_task(hotel_id=house.pk, task_id=one.pk, reason="试", actor=SYSTEM, now=NOW)
    do(house, run, "farewell", "duty")
    before = states(run)
    reopen_task(hotel_id=house.pk, task_id=task(run, "farewell").pk, reason="又回来了", actor=SYSTEM, now=NOW + MINUTE)
    assert (Run.objects.get().status, Run.objects.get().ended_at) == ("live", None)
    assert states(run) == before | {
        "farewell": "waiting", "tea": "waiting", "ask": "waiting", "menu": "waiting", "room-set": "waiting"
    }  # fmt: skip
    happen(hotel_id=house.pk, run_id=run.run_id, anchor="first_entry", actor=SYSTEM, now=NOW + MINUTE)
    assert states(run)["tea"] == "open"


def test_reopen_task_that_is_open_is_refused(house: House) -> None:
    run = start(house)
    with pytest.raises(TaskNotEnded):
        reopen_task(hotel_id=house.pk, task_id=task(run, "host").pk, reason="x", actor=SYSTEM, now=NOW)


def test_write_log_keeps_a_line_of_the_department(house: House) -> None:
    run = start(house)
    pk = write_log(
        hotel_id=house.pk, department="housekeeping", text="已传达\n岗位到人", run_id=run.run_id,
        actor=house.actor("hkm"), now=NOW,
    )  # fmt: skip
    line = LogEntry.objects.get(pk=pk)
    assert (line.text, line.department_id, line.user_id) == (
        "已传达\n岗位到人", house.departments["housekeeping"], house.users["hkm"]
    )  # fmt: skip
    for given in ({"department": "kitchen"}, {"run_id": 0}):
        with pytest.raises(NotFound):
            write_log(
                **{"hotel_id": house.pk, "department": "quality", "text": "x", "actor": SYSTEM, "now": NOW} | given
            )
    assert LogEntry.objects.count() == 1
