"""Several hands at once: two workers, two clerks, a worker and a signature; and a worker killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

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
from tests.crash.harness import until
from tests.factories import NOW, SYSTEM
from tests.promises.engine.house import ARRIVAL, HOUR, MINUTE, House, make_house, start, task

pytestmark = pytest.mark.django_db(transaction=True)
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


# Each statement has seen what is due, and waits here before it writes.
MEET = """
CREATE FUNCTION meet_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(778); RETURN NULL; END $$;
CREATE TRIGGER meet_here BEFORE UPDATE ON promises_task FOR EACH STATEMENT EXECUTE FUNCTION meet_here();
"""


def _when_both_wait(holder: Any) -> None:
    """Let both go that wait for the lock of `holder`."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    until(lambda: holder.execute(waiting).fetchone()[0] == 2, "both have looked")
    holder.execute("SELECT pg_advisory_unlock(778)")


def test_negative_control_claimed_without_a_lock_the_table_alone_refuses_the_second(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers who both read what is due before either writes: only the unique rule is left."""
    start(house)
    Task.objects.exclude(key="banner").update(next_at=None)
    broken = sweeping._STEP
    for whole, without in (
        (" FOR NO KEY UPDATE SKIP LOCKED", ""),
        ("ctid AS place", "id AS place"),
        ("t.ctid = k.place", "t.id = k.place"),
        ("rung = t.rung + 1,", "rung = 1,"),
    ):
        assert whole in broken
        broken = broken.replace(whole, without)
    monkeypatch.setattr(sweeping, "_STEP", broken)
    db.execute(MEET)
    db.execute("SELECT pg_advisory_lock(778)")
    let_go = threading.Thread(target=_when_both_wait, args=(connection.connection,))
    let_go.start()
    outcomes = run_all([lambda: sweep(now=ARRIVAL - 5 * HOUR)] * 2)
    let_go.join()
    db.execute("DROP TRIGGER meet_here ON promises_task; DROP FUNCTION meet_here();")
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
real = sweeping._batch
def die(*given):
    if sys.argv[2] == "stepped":
        real(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)
sweeping._batch = die
sweeping.sweep(now=datetime.fromisoformat(sys.argv[1]))
"""
# The statement stops between the claim and the notice, until it is let go or its worker is gone.
STOP = """
CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(777); RETURN NEW; END $$;
CREATE TRIGGER wait_here BEFORE INSERT ON promises_notice FOR EACH ROW EXECUTE FUNCTION wait_here();
"""
GO_ON = "DROP TRIGGER wait_here ON promises_notice; DROP FUNCTION wait_here();"


@pytest.mark.crash
@pytest.mark.parametrize("point", ["stepping", "stepped"])
def test_worker_killed_in_a_sweep_has_claimed_nothing_and_the_next_takes_every_step_once(
    house: House, point: str
) -> None:
    """`stepping`: between the claim and the notice, in one statement; `stepped`: after it, before the commit."""
    start(house)
    expected = 4 * Task.objects.filter(next_at__isnull=False).count()
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    if str(place["HOST"]).startswith("/"):
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", KILLED, LATE.isoformat(), point]
    environment = {
        **os.environ,
        "BINZHI_DATABASE_URL": url,
        "PYTHONPATH": str(root / "src"),
        "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
    }
    if point == "stepped":
        killed = subprocess.run(command, env=environment, check=False, timeout=60).returncode
    else:
        killed = killed_while_waiting(command, environment)
    assert killed == -signal.SIGKILL
    db.enter_scope("*", "*")
    # Its connection ends with it; what it held is let go as soon as the server has noticed.
    while db.fetch_value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ):
        pass
    assert Escalation.objects.count() == 0
    assert sweep(now=LATE) == expected == Escalation.objects.count()
    assert (taken_twice(), out_of_order()) == (0, [])


def killed_while_waiting(command: list[str], environment: dict[str, str]) -> int:
    """Run a sweep into the stopped statement and kill it there; what the process ended with."""
    db.execute(STOP)
    db.execute("SELECT pg_advisory_lock(777)")
    try:
        worker = subprocess.Popen(command, env=environment)
        until(
            lambda: db.fetch_value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1,
            "the sweep waits",
        )
        worker.kill()
        code = worker.wait(timeout=30)
    finally:
        db.execute("SELECT pg_advisory_unlock(777)")
    until(
        lambda: (
            not db.fetch_value(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND relation = 'promises_notice'::regclass"
                " AND pid <> pg_backend_pid()"
            )
        ),
        "its transaction is over",
    )
    db.execute(GO_ON)
    return code
