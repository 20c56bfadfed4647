"""Moments that move and events that happen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, InvalidInput, NotFound
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import AlreadyHappened, NotPlanned, RunEnded, UnknownAnchor
from binzhi.promises.models import Anchor, Notice, Run, Task
from binzhi.promises.requests import ProofInput, RunRef
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.runs import cancel_run
from binzhi.promises.services.tasks import acknowledge_task, complete_task
from tests.factories import NOW, SYSTEM, make_hotel, statements
from tests.promises.engine.house import ARRIVAL, HOUR, MEAL, MINUTE, House, start, states, task

LATER = ARRIVAL + 3 * HOUR


def move(house: House, run: RunRef, at=LATER, *, anchor: str = "arrival", now=NOW, **more) -> RunRef:
    return move_anchor(
        hotel_id=house.pk, run_id=run.run_id, anchor=anchor, at=at, actor=SYSTEM, now=now,
        **{"expected_version": run.version} | more,
    )  # fmt: skip


def event(house: House, run: RunRef, anchor: str, *, at=None, now=NOW) -> RunRef:
    return happen(hotel_id=house.pk, run_id=run.run_id, anchor=anchor, at=at, actor=SYSTEM, now=now)


def test_move_anchor_moves_every_open_task_by_as_much(house: House) -> None:
    run = start(house)
    before = {one.pk: (one.due_at, one.opens_at) for one in Task.objects.filter(anchor="arrival", compressed=False)}
    assert move(house, run) == RunRef(run.run_id, run.version + 1)
    for pk, (due_at, opens_at) in before.items():
        moved = Task.objects.get(pk=pk)
        assert moved.due_at == due_at + 3 * HOUR
        assert moved.opens_at == (None if opens_at is None else opens_at + 3 * HOUR)
        assert (moved.next_at, moved.rung, moved.round) == (moved.due_at, 0, 2)
    assert Anchor.objects.get(run_id=run.run_id, name="arrival").moves == 1
    assert task(run, "tea").state == "waiting"


def test_move_anchor_leaves_what_is_done_as_it_was(house: House) -> None:
    run = start(house)
    banner = task(run, "banner")
    Task.objects.filter(pk=banner.pk).update(state="done", ended_at=NOW, next_at=None)
    move(house, run)
    after = task(run, "banner")
    assert (after.due_at, after.state, after.next_at, after.round) == (banner.due_at, "done", None, 1)


def test_move_anchor_is_one_statement_for_all_its_tasks(house: House) -> None:
    run = start(house)
    with statements() as sent:
        move(house, run)
    assert len([one for one in sent if "UPDATE promises_task" in one]) == 1
    # The run's lock, its moments, anchor with tasks and notices, audit and event.
    assert len(sent) == 4, sent


def test_move_anchor_tells_who_had_acknowledged_and_nobody_else(house: House) -> None:
    run = start(house)
    host, cleaned = task(run, "host"), task(run, "cleaned")
    for pk, name in ((host.pk, "maid"), (cleaned.pk, "hkm")):
        acknowledge_task(hotel_id=house.pk, task_id=pk, actor=house.actor(name), now=NOW)
    move(house, run)
    told = Notice.objects.filter(kind="moved").values_list("task_id", "staff_id", "department_id").order_by("task_id")
    assert set(told) == {(host.pk, house.staff["maid"], None), (cleaned.pk, house.staff["hkm"], None)}
    # The same time again is no news.
    move(house, run, expected_version=None)
    assert Notice.objects.filter(kind="moved").count() == 2


def test_move_anchor_earlier_makes_passed_limits_due_now(house: House) -> None:
    run = start(house)
    move(house, run, NOW + 90 * MINUTE)
    assert (task(run, "repaired").due_at, task(run, "repaired").compressed) == (NOW, True)
    assert (task(run, "sealed").due_at, task(run, "sealed").compressed) == (NOW + 30 * MINUTE, False)
    assert set(states(run).values()) == {"open", "waiting"}
    # And later again: the limits are what they were.
    move(house, run, LATER, expected_version=None)
    assert (task(run, "repaired").due_at, task(run, "repaired").compressed) == (LATER - 3 * HOUR, False)


def test_move_anchor_of_what_is_late_and_stays_late_begins_no_new_ladder(house: House) -> None:
    run = start(house)
    late = ARRIVAL - 4 * HOUR
    Task.objects.filter(key="banner").update(rung=2, next_at=late + HOUR)
    before = task(run, "banner")
    move(house, run, ARRIVAL + 30 * MINUTE, now=late)
    after = task(run, "banner")
    assert (after.due_at, after.rung, after.round, after.next_at) == (before.due_at, 2, 1, late + HOUR)
    move(house, run, ARRIVAL + 2 * HOUR, now=late, expected_version=None)
    moved = task(run, "banner")
    assert (moved.due_at, moved.rung, moved.round, moved.next_at) == (ARRIVAL - 3 * HOUR, 0, 2, ARRIVAL - 3 * HOUR)


def test_move_anchor_gives_a_time_to_what_waited(house: House) -> None:
    run = start(house)
    move(house, run, MEAL, anchor="meal")
    menu = task(run, "menu")
    assert (menu.state, menu.due_at, menu.round) == ("open", MEAL - 40 * MINUTE, 1)
    assert Anchor.objects.get(run_id=run.run_id, name="meal").moves == 0


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"at": NOW - timedelta(seconds=1)}, InvalidInput, "at"),
        ({"at": LATER.replace(tzinfo=None)}, InvalidInput, "at"),
        ({"anchor": "landing"}, UnknownAnchor, "anchor"),
        ({"anchor": "first_entry"}, NotPlanned, "anchor"),
        ({"occurrence": 2}, UnknownAnchor, "anchor"),
        ({"expected_version": 7}, EditConflict, ""),
    ],
)
def test_move_anchor_refused_changes_nothing(house: House, given: dict, refusal: type, field: str) -> None:
    run = start(house)
    before = list(Task.objects.order_by("id").values())
    with pytest.raises(refusal) as refused:
        move(house, run, **given)
    assert refused.value.field == field
    assert list(Task.objects.order_by("id").values()) == before
    assert Run.objects.get(pk=run.run_id).row_version == 1


def test_move_anchor_of_another_hotel_is_not_found(house: House) -> None:
    run = start(house)
    other = make_hotel()
    with pytest.raises(NotFound):
        move_anchor(hotel_id=other.pk, run_id=run.run_id, anchor="arrival", at=LATER, actor=SYSTEM, now=NOW)


def test_happen_begins_the_tasks_of_an_event_once(house: House) -> None:
    run = start(house)
    event(house, run, "first_entry")
    tea = task(run, "tea")
    assert (tea.state, tea.due_at, tea.next_at) == ("open", NOW + 5 * MINUTE, NOW + 5 * MINUTE)
    with pytest.raises(AlreadyHappened):
        event(house, run, "first_entry", now=NOW + MINUTE)
    assert task(run, "tea").due_at == NOW + 5 * MINUTE


def test_happen_noted_late_is_counted_from_when_it_was(house: House) -> None:
    run = start(house)
    event(house, run, "first_entry", at=NOW - 10 * MINUTE)
    assert (task(run, "tea").due_at, task(run, "tea").compressed) == (NOW, True)


def test_happen_again_gives_a_new_set_each_time(house: House) -> None:
    run = start(house)
    for minutes in (0, 30, 45):
        event(house, run, "visitor", now=NOW + minutes * MINUTE)
    due = list(Task.objects.filter(key="ask").order_by("occurrence").values_list("occurrence", "due_at"))
    assert due == [(1, NOW + 2 * MINUTE), (2, NOW + 32 * MINUTE), (3, NOW + 47 * MINUTE)]


def test_happen_second_meal_is_planned_and_moves_by_itself(house: House) -> None:
    run = start(house)
    event(house, run, "meal", at=MEAL)
    event(house, run, "meal", at=MEAL + 24 * HOUR)
    move(house, run, MEAL + 25 * HOUR, anchor="meal", occurrence=2, expected_version=None)
    due = list(Task.objects.filter(key="menu").order_by("occurrence").values_list("due_at", flat=True))
    assert due == [MEAL - 40 * MINUTE, MEAL + 25 * HOUR - 40 * MINUTE]


def test_happen_arrival_is_set_to_when_it_really_was(house: House) -> None:
    run = start(house)
    early = ARRIVAL - 30 * MINUTE
    event(house, run, "arrival", now=early)
    assert (task(run, "host").due_at, task(run, "host").compressed) == (early, False)
    with pytest.raises(InvalidInput):
        event(house, run, "arrival", at=early + HOUR, now=early)


def test_happen_in_a_cancelled_run_is_refused(house: House) -> None:
    run = start(house)
    cancel_run(hotel_id=house.pk, run_id=run.run_id, reason="不来了", actor=SYSTEM, now=NOW)
    for attempt in (lambda: event(house, run, "visitor"), lambda: move(house, run, expected_version=None)):
        with pytest.raises(RunEnded):
            attempt()


def test_cancel_run_drops_what_is_left_and_tells_who_had_it(house: House) -> None:
    run = start(house)
    host, done = task(run, "host"), task(run, "notice", branch="engineering")
    acknowledge_task(hotel_id=house.pk, task_id=host.pk, actor=house.actor("maid"), now=NOW)
    complete_task(
        hotel_id=house.pk, task_id=done.pk, proofs=[ProofInput(Evidence.SIGNATURE)], actor=house.actor("engm"), now=NOW
    )
    cancel_run(hotel_id=house.pk, run_id=run.run_id, reason="航班取消", actor=SYSTEM, now=NOW)
    kept = states(run)
    assert kept.pop("notice/engineering") == "done"
    assert set(kept.values()) == {"dropped"}
    assert not Task.objects.filter(next_at__isnull=False).exists()
    told = list(Notice.objects.filter(kind="cancelled").values_list("task_id", "staff_id", "text"))
    assert told == [(host.pk, house.staff["maid"], "航班取消")]
    assert Run.objects.get().status == "cancelled"
    assert db.fetch_value("SELECT reason FROM kernel_audit_entry WHERE operation = 'run.cancelled'") == "航班取消"
