"""What is not done in time climbs, once and in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.people import duty
from binzhi.promises import sweep as sweeping
from binzhi.promises.enums import Evidence
from binzhi.promises.events import TaskEscalated
from binzhi.promises.models import Escalation, Notice, Task
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.tasks import acknowledge_task, complete_task
from binzhi.promises.sweep import sweep
from tests.factories import NOW, SYSTEM, statements
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, claim_alone, make_house, put_on_duty, start, task

DUE = ARRIVAL - 5 * HOUR


def steps(key: str = "banner", branch: str = "") -> list[tuple[int, int, str]]:
    found = Escalation.objects.filter(task__key=key, task__branch=branch).order_by("id")
    return list(found.values_list("round", "rung", "to_post"))


def only(house: House, key: str) -> None:
    """Nothing else is late in this test."""
    Task.objects.exclude(key=key).update(next_at=None)


def test_sweep_takes_each_step_at_its_time_and_once(house: House) -> None:
    start(house)
    only(house, "banner")
    taken = [(minutes, sweep(now=DUE + minutes * MINUTE)) for minutes in (-1, 0, 0, 4, 5, 14, 15, 29, 30, 60)]
    assert taken == [(-1, 0), (0, 1), (0, 0), (4, 0), (5, 1), (14, 0), (15, 1), (29, 0), (30, 1), (60, 0)]
    assert steps() == [(1, 1, "@person"), (1, 2, "@manager"), (1, 3, "duty-manager"), (1, 4, "general-manager")]
    assert (Task.objects.get(key="banner").next_at, Task.objects.get(key="banner").rung) == (None, 4)


def test_sweep_after_the_worker_was_down_catches_up_rung_by_rung(house: House) -> None:
    start(house)
    only(house, "banner")
    assert sweep(now=DUE + HOUR) == 4
    assert steps() == [(1, 1, "@person"), (1, 2, "@manager"), (1, 3, "duty-manager"), (1, 4, "general-manager")]


def test_sweep_in_small_batches_takes_every_step(house: House) -> None:
    start(house)
    expected = 4 * Task.objects.filter(next_at__isnull=False).count()
    assert sweep(now=ARRIVAL + HOUR, limit=3) == expected
    assert Escalation.objects.count() == expected
    assert Escalation.objects.values("task", "round", "rung").distinct().count() == expected


def test_sweep_tells_the_person_then_the_manager_then_the_posts(house: House) -> None:
    run = start(house)
    only(house, "host")
    put_on_duty(house, "hkm", "duty", "gm", "maid", start=DUE)
    acknowledge_task(hotel_id=house.pk, task_id=task(run, "host").pk, actor=house.actor("maid"), now=NOW)
    sweep(now=ARRIVAL + HOUR)
    told = list(Notice.objects.filter(kind="late").order_by("id").values_list("staff_id", "department_id"))
    assert told == [(house.staff[name], None) for name in ("maid", "hkm", "duty", "gm")]
    assert list(Escalation.objects.order_by("id").values_list("staff_id", flat=True)) == [who for who, _none in told]


def test_sweep_when_the_general_manager_is_away_tells_the_highest_on_duty(house: House) -> None:
    start(house)
    only(house, "banner")
    put_on_duty(house, "duty", "desk", "maid", start=DUE)
    sweep(now=DUE + HOUR)
    last = Escalation.objects.order_by("-rung")[0]
    assert (last.to_post, last.staff_id) == ("general-manager", house.staff["duty"])


def test_sweep_with_nobody_at_work_and_no_person_tells_the_department(house: House) -> None:
    start(house)
    only(house, "banner")
    sweep(now=DUE)
    notice = Notice.objects.get(kind="late")
    assert (notice.staff_id, notice.department_id) == (None, house.departments["sales"])
    assert Escalation.objects.get().staff_id is None


def test_sweep_leaves_what_was_done_alone(house: House) -> None:
    run = start(house)
    only(house, "host")
    complete_task(
        hotel_id=house.pk, task_id=task(run, "host").pk, proofs=[ProofInput(Evidence.TICK)], actor=SYSTEM, now=NOW
    )
    assert sweep(now=ARRIVAL + HOUR) == 0


def test_sweep_after_the_anchor_moved_begins_a_new_round(house: House) -> None:
    run = start(house)
    only(house, "banner")
    sweep(now=DUE + 6 * MINUTE)
    move_anchor(
        hotel_id=house.pk, run_id=run.run_id, anchor="arrival", at=ARRIVAL + HOUR, actor=SYSTEM, now=DUE + 6 * MINUTE
    )
    only(house, "banner")
    assert sweep(now=DUE + 59 * MINUTE) == 0
    assert sweep(now=DUE + 65 * MINUTE) == 2
    assert steps() == [(1, 1, "@person"), (1, 2, "@manager"), (2, 1, "@person"), (2, 2, "@manager")]


def test_sweep_tea_not_served_five_minutes_after_first_entry_climbs(house: House) -> None:
    run = start(house)
    Task.objects.update(next_at=None)
    happen(hotel_id=house.pk, run_id=run.run_id, anchor="first_entry", actor=SYSTEM, now=NOW)
    assert sweep(now=NOW + timedelta(minutes=4, seconds=59)) == 0
    assert sweep(now=NOW + 5 * MINUTE) == 1


def test_sweep_of_several_hotels_writes_audit_and_event_for_each(house: House) -> None:
    other = make_house()
    start(house)
    start(other)
    only(house, "banner")
    sweep(now=DUE)
    for one in (house, other):
        for table, column in (("kernel_audit_entry", "operation"), ("kernel_outbox_event", "topic")):
            found = db.fetch_value(
                f"SELECT count(*) FROM {table} WHERE hotel_id = %s AND {column} = 'task.escalated'", [one.pk]
            )
            assert found == 1


def test_sweep_claims_a_batch_in_one_statement(house: House) -> None:
    for subject in range(5):
        start(house, subject_id=subject)
    only(house, "banner")
    with statements() as sent:
        assert sweep(now=DUE) == 5
    # Whom it is for; claims, steps, notices, audit and events in one; and the batch that finds nothing more.
    assert len(sent) == 5, sent
    assert sum("UPDATE promises_task" in one for one in sent) == 2
    # However many tasks there are. Who heads a department and who answers for a post are known from then on.
    for subject in range(5, 15):
        start(house, subject_id=subject)
    only(house, "banner")
    with statements() as sent:
        assert sweep(now=DUE + 5 * MINUTE) == 25
    assert len(sent) == 6, sent


def test_negative_control_claim_without_its_escalation_loses_the_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim of its own transaction, and a worker that dies after it: the step is never taken."""
    start(house)
    only(house, "banner")
    real = sweeping._batch

    def die(*given: Any) -> tuple[int, int]:
        real(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(sweeping, "_batch", die)
    with pytest.raises(KeyboardInterrupt):
        sweep(now=DUE)
    monkeypatch.undo()
    # As it is: the claim went with the transaction, and the next sweep takes the step.
    db.enter_scope("*", "*")
    assert sweep(now=DUE) == 1
    assert claim_alone(DUE + 5 * MINUTE) == 1
    assert sweep(now=DUE + 5 * MINUTE) == 0
    assert steps() == [(1, 1, "@person")]


def test_sweep_passes_by_a_step_that_was_not_in_sight_and_takes_it_with_the_next_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(house)
    real = sweeping.Answering.look
    looks: list[bool] = []

    def half_blind(self: sweeping.Answering, limit: int) -> bool:
        """The first look does not see whom the steps are for."""
        looks.append(real(self, limit))
        if len(looks) == 1:
            self._seen.clear(), self._there.clear()
            self._known = self._told()
        return looks[-1]

    monkeypatch.setattr(sweeping.Answering, "look", half_blind)
    expected = 4 * Task.objects.filter(next_at__isnull=False).count()
    assert sweep(now=ARRIVAL + HOUR) == expected == Escalation.objects.count()
    assert len(looks) >= 2


@pytest.mark.parametrize("table", ["promises_escalation", "promises_notice"])
def test_a_step_or_notice_of_a_task_or_person_that_is_not_there_is_refused(house: House, table: str) -> None:
    """What a key would ask for row by row is asked once for all rows."""
    start(house)
    real = Task.objects.values_list("id", flat=True)[0]
    more = (
        ("round, rung, to_post, due_at", "1, 1, 'x', now()") if table == "promises_escalation" else ("kind", "'late'")
    )
    insert = (
        f"INSERT INTO {table} (hotel_id, task_id, staff_id, at, {more[0]}) SELECT %s, t, s, now(), {more[1]}"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS g (t, s)"
    )
    anybody = house.staff["maid"]
    for tasks, people in (([real, 10**9], [anybody] * 2), ([real], [10**9])):
        with pytest.raises(IntegrityError), transaction.atomic():
            db.execute(insert, [house.pk, tasks, people])
    assert db.execute(insert, [house.pk, [real], [anybody]]) == 1


def test_a_task_is_never_deleted(house: House) -> None:
    start(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        db.execute("DELETE FROM promises_task WHERE hotel_id = %s", [house.pk])


def test_an_escalated_event_carries_what_its_class_says(house: House) -> None:
    """The sweep writes the payload in SQL."""
    start(house)
    only(house, "banner")
    sweep(now=DUE)
    row = db.fetch_one("SELECT payload FROM kernel_outbox_event WHERE topic = 'task.escalated'")
    assert row is not None
    payload = db.plain_json(row["payload"])
    assert TaskEscalated(**payload).payload() == payload


def test_stand_ins_of_many_posts_are_who_stand_in_names_one_by_one(house: House) -> None:
    other = make_house()
    put_on_duty(house, "duty", "maid", "hks")
    put_on_duty(other, "eng")
    asked = [
        (one.pk, post) for one in (house, other) for post in ("general-manager", "housekeeping-manager", "engineer")
    ]
    found = duty.stand_ins(asked=asked, at=NOW)
    assert found == {pair: duty.stand_in(hotel_id=pair[0], post=pair[1], at=NOW) for pair in asked}
    assert found[house.pk, "housekeeping-manager"].staff_id == house.staff["hks"]
    assert duty.stand_ins(asked=[(house.pk, "engineer")], at=NOW - 48 * HOUR) == {}
