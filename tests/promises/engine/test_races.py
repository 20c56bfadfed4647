"""Several hands at once: two workers, two clerks, a worker and a signature; and a worker killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from binzhi.kernel import db
from binzhi.promises import sweep as sweeping
from binzhi.promises.enums import Evidence
from binzhi.promises.models import Anchor, Escalation, Notice, Proof, Run, Task
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.facts import change_facts
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.sweep import sweep
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, make_house, start, task

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 5
TICK = [ProofInput(Evidence.TICK)]
LATE = ARRIVAL + HOUR


@pytest.fixture
def house(transactional_db: None) -> House:
    return make_house()


def taken_twice() -> int:
    """Steps beyond the first of the same task, round and rung."""
    db.enter_scope("*", "*")
    steps = Escalation.objects.values_list("task", "round", "rung")
    return len(steps) - len(set(steps))


def out_of_order() -> list[int]:
    """Tasks whose steps did not come one after the other."""
    seen: dict[tuple[int, int], int] = {}
    wrong = []
    for task_id, turn, rung in Escalation.objects.order_by("id").values_list("task", "round", "rung"):
        if rung != seen.get((task_id, turn), 0) + 1:
            wrong.append(task_id)
        seen[task_id, turn] = rung
    return wrong


def test_sweep_by_several_workers_takes_every_step_once_and_in_order(house: House) -> None:
    for subject in range(6):
        start(house, subject_id=subject)
    expected = 4 * Task.objects.filter(next_at__isnull=False).count()
    counts: list[int] = []
    outcomes = run_all([lambda: counts.append(sweep(now=LATE, limit=7))] * 4)
    assert outcomes == {"ok": 4}
    # Steps that another worker was holding are left for the next sweep.
    counts.append(sweep(now=LATE))
    assert sum(counts) == expected == Escalation.objects.count() == Notice.objects.filter(kind="late").count()
    assert (taken_twice(), out_of_order()) == (0, [])


def test_negative_control_claimed_without_a_lock_the_table_alone_refuses_the_second(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers who both read what is due before either writes: only the unique rule is left."""
    start(house)
    Task.objects.exclude(key="banner").update(next_at=None)
    meeting = threading.Barrier(2)
    real: Callable[..., list[dict]] = db.fetch_all
    look, write = sweeping._CLAIM.split("UPDATE promises_task t SET")
    look = look.replace("FOR NO KEY UPDATE SKIP LOCKED", "") + "SELECT id FROM due"
    seen = "WITH due AS (SELECT unnest(%(ids)s::bigint[]) AS id) UPDATE promises_task t SET"

    def read_then_claim(sql: str, params: dict, **more: bool) -> list[dict]:
        if sql is not sweeping._CLAIM:
            return real(sql, params, **more)
        ids = [row["id"] for row in real(look, params)]
        if not ids:
            return []
        meeting.wait(MEET_SECONDS)
        return real(seen + write.replace("rung = t.rung + 1", "rung = 1"), params | {"ids": ids})

    monkeypatch.setattr(sweeping.db, "fetch_all", read_then_claim)
    outcomes = run_all([lambda: sweep(now=ARRIVAL - 5 * HOUR)] * 2)
    assert outcomes == {"ok": 1, "IntegrityError": 1}
    monkeypatch.undo()
    assert taken_twice() == 0


def test_two_people_moving_the_arrival_one_is_told(house: House) -> None:
    run = start(house)

    def move(hours: int) -> None:
        move_anchor(
            hotel_id=house.pk, run_id=run.run_id, anchor="arrival", at=ARRIVAL + hours * HOUR, expected_version=1,
            actor=SYSTEM, now=NOW,
        )  # fmt: skip

    assert run_all([lambda: move(1), lambda: move(2)]) == {"ok": 1, "EditConflict": 1}
    db.enter_scope("*", "*")
    at = Anchor.objects.get(run_id=run.run_id, name="arrival").at
    assert task(run, "host").due_at == at
    assert task(run, "sealed").due_at == at - HOUR


def test_arrival_moved_while_two_workers_sweep_leaves_every_task_whole(house: House) -> None:
    runs = [start(house, subject_id=subject) for subject in range(4)]

    def move(run_id: int) -> None:
        for hours in (1, 2, 3):
            move_anchor(
                hotel_id=house.pk, run_id=run_id, anchor="arrival", at=LATE + hours * HOUR, actor=SYSTEM, now=LATE
            )

    calls = [lambda: sweep(now=LATE, limit=5)] * 3 + [lambda run=run: move(run.run_id) for run in runs]
    assert run_all(calls) == {"ok": 7}
    db.enter_scope("*", "*")
    assert (taken_twice(), out_of_order()) == (0, [])
    for one in Task.objects.filter(state="open", anchor="arrival"):
        steps = Escalation.objects.filter(task=one, round=one.round).count()
        assert one.rung == steps
        assert one.next_at == (None if one.rung == 4 else one.due_at + one.rungs_after[one.rung] * MINUTE / 60)


def test_task_completed_by_many_is_done_once(house: House) -> None:
    run = start(house)
    pk = task(run, "host").pk
    people = [house.actor(name) for name in ("maid", "maid2", "hks", "hkm")]
    calls = [
        lambda actor=actor: complete_task(hotel_id=house.pk, task_id=pk, proofs=TICK, actor=actor, now=NOW)
        for actor in people
    ]
    assert run_all(calls) == {"ok": 1, "TaskEnded": 3}
    db.enter_scope("*", "*")
    assert Proof.objects.filter(task_id=pk).count() == 1


def test_last_two_tasks_completed_at_once_end_the_run_once(house: House) -> None:
    run = start(house, level="IP")
    keep = {"host", "meeting"}
    Task.objects.exclude(key__in=keep).update(state="waived", reason="x", ended_at=NOW, next_at=None)

    def complete(key: str, proofs: list[ProofInput]) -> None:
        complete_task(hotel_id=house.pk, task_id=task(run, key).pk, proofs=proofs, actor=SYSTEM, now=NOW)

    calls = [lambda: complete("host", TICK), lambda: complete("meeting", [ProofInput(Evidence.TEXT, text="会议纪要")])]
    assert run_all(calls) == {"ok": 2}
    db.enter_scope("*", "*")
    assert Run.objects.get(pk=run.run_id).status == "done"
    ended = db.fetch_value("SELECT count(*) FROM kernel_outbox_event WHERE topic = 'run.ended'")
    assert ended == 1


def test_event_noted_by_two_at_once_begins_its_tasks_once(house: House) -> None:
    run = start(house)

    def enter() -> None:
        happen(hotel_id=house.pk, run_id=run.run_id, anchor="first_entry", actor=SYSTEM, now=NOW)

    assert run_all([enter] * 4) == {"ok": 1, "AlreadyHappened": 3}


def test_run_started_by_many_at_once_is_one(house: House) -> None:
    found: list[int] = []
    assert run_all([lambda: found.append(start(house).run_id)] * 6) == {"ok": 6}
    db.enter_scope("*", "*")
    assert (len(set(found)), Run.objects.count(), Task.objects.filter(key="host").count()) == (1, 1, 1)


def test_level_changed_by_two_at_once_no_task_is_doubled(house: House) -> None:
    run = start(house, level="IP")

    def change(level: str) -> None:
        change_facts(hotel_id=house.pk, run_id=run.run_id, facts={"level": level}, actor=SYSTEM, now=NOW)

    assert run_all([lambda: change("VIP"), lambda: change("VVIP"), lambda: change("IP"), lambda: change("VVIP")]) == {
        "ok": 4
    }
    db.enter_scope("*", "*")
    wanted = {"IP": set(), "VIP": {"sealed", "banner"}, "VVIP": {"sealed", "banner", "flowers"}}
    level = Run.objects.get(pk=run.run_id).facts["level"]
    there = Task.objects.filter(key__in=["sealed", "banner", "flowers"], state="open").values_list("key", flat=True)
    assert sorted(there) == sorted(wanted[level])


# ---------------------------------------------------------------- a worker killed outright

KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from binzhi.promises import sweep as sweeping
real = sweeping.db.execute if sys.argv[2] == "told" else None
def die(*given, **more):
    if real is not None:
        real(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "claimed":
    sweeping.escalate = die
else:
    sweeping.db.execute = die
sweeping.sweep(now=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.crash
@pytest.mark.parametrize("point", ["claimed", "told"])
def test_worker_killed_in_a_sweep_has_claimed_nothing_and_the_next_takes_every_step_once(
    house: House, point: str
) -> None:
    """`claimed`: between the claim and the escalation; `told`: after the notices, before the commit."""
    start(house)
    expected = 4 * Task.objects.filter(next_at__isnull=False).count()
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    if str(place["HOST"]).startswith("/"):
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    root = Path(__file__).parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, LATE.isoformat(), point],
        env={
            **os.environ,
            "BINZHI_DATABASE_URL": url,
            "PYTHONPATH": str(root / "src"),
            "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
        },
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    db.enter_scope("*", "*")
    # Its connection ends with it; what it held is let go as soon as the server has noticed.
    while db.fetch_value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    ):
        pass
    assert Escalation.objects.count() == 0
    assert sweep(now=LATE) == expected == Escalation.objects.count()
    assert (taken_twice(), out_of_order()) == (0, [])
