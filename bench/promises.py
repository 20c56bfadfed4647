"""Promises at the size of a hundred hotels: what is due is swept, a reception moves, boards are read, screens hear."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench import screens
from bench.load import fire, quantile
from bench.receptions import HOUR, Receptions, receive
from bench.server import living, serving
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.people.models import User
from binzhi.promises import rows, sweep
from binzhi.promises.services.moments import move_anchor

if TYPE_CHECKING:
    from bench.scenarios import Stage

HOTELS, RUNS, SCREENS = 100, 50, 200
BATCH, SLICE = 500, 1500
UNENDED = "SELECT count(*) FROM promises_task WHERE state IN ('open', 'waiting')"
CARDS = 300
ACTOR = Actor.system("bench")
# The claim and nothing else: who is late climbs one step, and is named to the caller.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM promises_task WHERE next_at <= %(now)s ORDER BY next_at, id LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE promises_task t SET
    rung = t.rung + 1,
    next_at = CASE WHEN t.rung + 2 <= cardinality(t.rungs_after)
        THEN t.due_at + t.rungs_after[t.rung + 2] * interval '1 second' END
FROM due WHERE t.id = due.id
RETURNING t.id, t.hotel_id, t.run_id, t.key, t.round, t.rung, t.rungs_to[t.rung] AS to_post, t.due_at, t.assignee_id,
    t.department_id
"""


def promises(stage: Stage) -> dict[str, Any]:
    """100 hotels with 50 receptions each."""
    quick = stage.quick
    begun = time.perf_counter()
    made = receive(hotels=10 if quick else HOTELS, runs=RUNS)
    figures: dict[str, Any] = {
        "open tasks (≥ 150,000)": db.fetch_value(
            "SELECT count(*) FROM promises_task WHERE state IN ('open', 'waiting')"
        ),
        "laid in, s": round(time.perf_counter() - begun, 1),
    }
    figures |= _sweep(made, rounds=4 if quick else 12)
    figures |= _move(made, rounds=10 if quick else 50)
    session = _session(made.user_id)
    with serving(stage.url) as (port, web):
        figures |= _board(stage, made, port, web, session)
        with living(stage.url) as live:
            figures |= _heard(made, port, live, session, changes=10 if quick else 60)
    return figures


class _TakenBack(Exception):
    pass


def _taken_back(work: Callable[[], object]) -> float:
    """Milliseconds of `work`, which leaves nothing behind."""
    begun = time.perf_counter()
    try:
        with transaction.atomic():
            work()
            raise _TakenBack
    except _TakenBack:
        return 1000 * (time.perf_counter() - begun)


def _sweep(made: Receptions, *, rounds: int) -> dict[str, Any]:
    """Slices of what is due, in turn: claimed and nothing else, and swept. Milliseconds for 500 steps of a ladder."""
    later = "SELECT next_at FROM promises_task WHERE next_at IS NOT NULL ORDER BY next_at OFFSET %s LIMIT 1"

    def claim(now: datetime) -> int:
        steps = 0
        while taken := len(db.fetch_all(CLAIM, {"now": now, "limit": BATCH})):
            steps += taken
        return steps

    def whole(now: datetime) -> int:
        return sweep.sweep(now=now, limit=BATCH)

    def measured(work: Callable[[datetime], int]) -> float:
        now = db.fetch_value(later, [SLICE])
        begun = time.perf_counter()
        steps = work(now)
        assert steps >= SLICE
        return BATCH * 1000 * (time.perf_counter() - begun) / steps

    measured(claim), measured(whole)
    pairs = [(measured(claim), measured(whole)) for _ in range(rounds)]
    idle = [_taken_back(lambda: sweep.sweep(now=made.arrival - 1000 * HOUR)) for _ in range(rounds)]
    now = db.fetch_value(later, [SLICE])
    with CaptureQueriesContext(connection) as asked:
        sweep.sweep(now=now, limit=10 * SLICE)
    plan = "\n".join(
        row["QUERY PLAN"] for row in db.fetch_all("EXPLAIN " + CLAIM, {"now": made.arrival, "limit": BATCH})
    )
    return {
        "sweep / bare claim (≤ 2)": round(median(b / a for a, b in pairs), 2),
        "bare claim of 500, ms": round(median(a for a, _b in pairs), 1),
        "sweep of 500, ms": round(median(b for _a, b in pairs), 1),
        "sweep, nothing due, ms": round(median(idle), 2),
        "statements of a sweep of 1,500": len(asked),
        "claimed by the index": "task_swept" in plan,
    }


def _move(made: Receptions, *, rounds: int) -> dict[str, Any]:
    """The arrival of one reception, to and fro: the operation against its one statement alone."""
    hotel_id, run_id = made.hotels[-1], made.runs[-1]
    now = clock.now()
    at = [made.arrival + timedelta(minutes=minute) for minute in (10, 20)]

    def whole(turn: int) -> None:
        move_anchor(hotel_id=hotel_id, run_id=run_id, anchor="arrival", at=at[turn % 2], actor=ACTOR, now=now)

    def bare(turn: int) -> None:
        given = {
            "hotel": hotel_id, "run": run_id, "anchor": "arrival", "occurrence": 1, "at": at[turn % 2], "now": now,
            "tell": True, "keys": [], "opens": [],
        }  # fmt: skip
        db.execute(rows._MOVE, given)

    with CaptureQueriesContext(connection) as asked:
        whole(0)
    updates = [one["sql"] for one in asked.captured_queries if "UPDATE promises_task" in one["sql"]]
    alone, all_of_it = [], []
    for turn in range(rounds):
        alone.append(_taken_back(lambda turn=turn: bare(turn)))  # type: ignore[misc]
        begun = time.perf_counter()
        whole(turn + 1)
        all_of_it.append(1000 * (time.perf_counter() - begun))
    return {
        "move: open tasks": db.fetch_value(f"{UNENDED} AND run_id = %s AND anchor = 'arrival'", [run_id]),
        "move: statements that touch tasks (1)": len(updates),
        "move / its statement alone": round(median(b / a for a, b in zip(alone, all_of_it, strict=True)), 2),
        "move, ms": round(median(all_of_it), 1),
    }


def _session(user_id: int) -> str:
    """A session as signing in makes it."""
    user = User.objects.get(pk=user_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _board(stage: Stage, made: Receptions, port: int, web: int, session: str) -> dict[str, Any]:
    """The board of the department that has most, cut to 300 open tasks, drawn for one user after the other."""
    crowded = db.fetch_one(
        "SELECT d.id, d.code, count(*) FROM promises_task t JOIN people_department d ON d.id = t.department_id"
        " WHERE t.hotel_id = %s AND t.state IN ('open', 'waiting') GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1",
        [made.hotels[0]],
    )
    assert crowded is not None
    _keep(made.hotels[0], crowded["id"])
    shown = db.fetch_value(f"{UNENDED} AND department_id = %s", [crowded["id"]])
    request = screens.page(f"/h/{made.code}/tasks?department={crowded['code']}", session=session)
    fire(port, lambda _n: request, clients=1, seconds=2, watched=[])
    rate, answers = fire(port, lambda _n: request, clients=1, seconds=stage.seconds(10), watched=stage.watched(web))
    assert set(answers.statuses) == {200}, answers.statuses
    return {
        "board: open tasks": shown,
        "board, server median, ms (≤ 100)": round(1000 * median(answers.latencies), 1),
        "board, p99, ms": round(1000 * quantile(answers.latencies, 0.99), 1),
        "board, processor, ms": round(rate.cpu_ms, 1),
    }


def _keep(hotel_id: int, department_id: int) -> None:
    """Leave the department the 300 that are due first."""
    db.execute(
        "UPDATE promises_task SET state = 'dropped', ended_at = now(), next_at = NULL WHERE id IN (SELECT id FROM"
        " promises_task WHERE hotel_id = %s AND department_id = %s AND state IN ('open', 'waiting')"
        " ORDER BY due_at NULLS LAST, id OFFSET %s)",
        [hotel_id, department_id, CARDS],
    )


def _heard(made: Receptions, port: int, live: int, session: str, *, changes: int) -> dict[str, Any]:
    """200 screens of one hotel are open; a reception moves again and again: told, and seen once looked at."""
    now = clock.now()
    run_id = made.runs[0]
    board = screens.page(f"/h/{made.code}/tasks", session=session, part=True)
    run = screens.page(f"/h/{made.code}/runs/{run_id}", session=session, part=True)

    def change(number: int) -> tuple[str, int]:
        at = made.arrival + timedelta(minutes=number + 1)
        move_anchor(hotel_id=made.hotels[0], run_id=run_id, anchor="arrival", at=at, actor=ACTOR, now=now)
        return "run", run_id

    told, seen, one = screens.watch(
        live=live, web=port, hotel=made.code, session=session, screens=SCREENS, change=change, changes=changes,
        look=[board, run],
    )  # fmt: skip
    return {
        "screens": SCREENS,
        "told, median s": round(median(told), 3),
        "told, p99 s (≤ 1)": round(quantile(told, 0.99), 3),
        "seen on another screen, median s": round(median(one), 3),
        "seen on another screen, p99 s (≤ 1)": round(quantile(one, 0.99), 3),
        "all 200 look at once, p99 s": round(quantile(seen, 0.99), 3),
    }
