"""A protocol laid over a subject."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.kernel.errors import InvalidInput
from binzhi.promises.errors import HostMissing, UnknownAnchor, UnknownProtocol
from binzhi.promises.models import Anchor, Run, Task
from tests.factories import NOW, statements
from tests.promises.engine.house import ARRIVAL, HOUR, MEAL, House, start, states, task

VIP_TASKS = {
    "meeting": "open", "notice/front-office": "open", "notice/housekeeping": "open", "notice/engineering": "open",
    "cleaned": "open", "repaired": "open", "sealed": "open", "banner": "open", "host": "open", "tea": "waiting",
    "ask": "waiting", "menu": "waiting", "room-set": "waiting", "farewell": "waiting",
}  # fmt: skip


def test_start_run_gives_the_tasks_of_its_level_each_with_its_limit(house: House) -> None:
    run = start(house)
    assert states(run) == VIP_TASKS
    assert task(run, "sealed").due_at == ARRIVAL - HOUR
    assert task(run, "repaired").next_at == ARRIVAL - 3 * HOUR
    cleaned = task(run, "cleaned")
    assert (cleaned.due_at, cleaned.opens_at, cleaned.compressed) == (ARRIVAL - 2 * HOUR, ARRIVAL - 4 * HOUR, False)
    assert (cleaned.rungs_after, cleaned.rungs_to) == (
        [0, 300, 900, 1800],
        ["@person", "@manager", "duty-manager", "general-manager"],
    )
    assert (cleaned.posts, cleaned.after, cleaned.clause) == (["housekeeping-manager"], ["notice"], "4")
    tea = task(run, "tea")
    assert (tea.due_at, tea.next_at, tea.opens_at) == (None, None, None)


def test_start_run_of_another_level_gives_other_tasks(house: House) -> None:
    assert {"flowers", "sealed", "banner"} <= set(states(start(house, level="VVIP")))
    assert not {"flowers", "sealed", "banner"} & set(states(start(house, level="IP", subject_id=2)))


def test_start_run_host_task_goes_to_the_host_department(house: House) -> None:
    run = start(house, host_department="sales")
    assert task(run, "meeting").department_id == house.departments["sales"]
    assert task(run, "notice", branch="housekeeping").department_id == house.departments["housekeeping"]


def test_start_run_late_makes_passed_limits_due_now_and_compressed(house: House) -> None:
    run = start(house, anchors={"arrival": NOW + timedelta(minutes=150)})
    due = {one.key: (one.due_at, one.compressed) for one in Task.objects.filter(run_id=run.run_id, branch="")}
    assert due["meeting"] == (NOW, True)
    assert due["repaired"] == (NOW, True)
    assert due["banner"] == (NOW, True)
    assert due["cleaned"] == (NOW + timedelta(minutes=30), False)
    assert len(states(run)) == len(VIP_TASKS)


def test_start_run_again_gives_the_same_run(house: House) -> None:
    first = start(house)
    assert start(house, level="VVIP", anchors={}) == first
    assert Run.objects.count() == 1
    assert states(first) == VIP_TASKS
    assert start(house, occasion="second").run_id != first.run_id


def test_start_run_after_a_new_version_of_the_protocol_still_gives_the_same_run(house: House) -> None:
    from binzhi.promises.services.protocols import save_protocol
    from tests.factories import SYSTEM
    from tests.promises.engine.house import VISIT

    first = start(house)
    save_protocol(hotel_id=house.pk, source=VISIT.replace("arrival - 1h", "arrival - 50min"), actor=SYSTEM, now=NOW)
    assert start(house) == first
    other = start(house, subject_id=2)
    assert task(other, "sealed").due_at == ARRIVAL - timedelta(minutes=50)
    assert task(first, "sealed").due_at == ARRIVAL - HOUR


def test_start_run_writes_everything_in_one_statement(house: House) -> None:
    start(house)
    with statements() as sent:
        start(house, subject_id=2)
    assert len([one for one in sent if "INSERT INTO promises_task" in one]) == 1
    # Hold the protocol, its version, an earlier run, the departments; run, anchors and tasks; audit and event.
    assert len(sent) == 6, sent


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"protocol": "nothing"}, UnknownProtocol, "protocol"),
        ({"anchors": {"landing": MEAL}}, UnknownAnchor, "anchor"),
        ({"anchors": {"arrival": MEAL.replace(tzinfo=None)}}, InvalidInput, "arrival"),
        ({"facts": {"level": 1.5}}, InvalidInput, "facts"),
        ({"host_department": ""}, HostMissing, "host_department"),
        ({"label": "x" * 81}, InvalidInput, "label"),
    ],
)
def test_start_run_refused_leaves_nothing(house: House, given: dict, refusal: type, field: str) -> None:
    with pytest.raises(refusal) as refused:
        start(house, **given)
    assert refused.value.field == field
    assert (Run.objects.count(), Anchor.objects.count(), Task.objects.count()) == (0, 0, 0)


def test_start_run_copies_for_each_department_keep_the_posts_of_their_own(house: House) -> None:
    from binzhi.promises.services.protocols import save_protocol
    from tests.factories import SYSTEM
    from tests.promises.engine.house import VISIT

    posts = "posts: [housekeeping-manager, front-office-manager, duty-manager], evidence: [{kind: signature}]}"
    source = VISIT.replace("due: arrival - 5h, evidence: [{kind: signature}]}", "due: arrival - 5h, " + posts)
    save_protocol(hotel_id=house.pk, source=source, actor=SYSTEM, now=NOW)
    run = start(house)
    assert {one.branch: one.posts for one in Task.objects.filter(run_id=run.run_id, key="notice")} == {
        "housekeeping": ["housekeeping-manager"],
        "front-office": ["front-office-manager", "duty-manager"],
        # None of those named belongs to it: its manager.
        "engineering": ["engineering-manager"],
    }
