"""The night the clocks are changed, and midnight: what is promised is a span, and a day is the hotel's day.

Berlin, 2026: the clocks go back on 25 October at three. A guest comes at ten that morning.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from binzhi.people import setup as people_setup
from binzhi.promises.enums import Evidence
from binzhi.promises.models import Escalation, Task
from binzhi.promises.queries import compliance
from binzhi.promises.requests import ProofInput, RunRef
from binzhi.promises.services.moments import happen, move_anchor
from binzhi.promises.services.protocols import save_protocol
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.sweep import sweep
from tests.factories import SYSTEM, make_hotel
from tests.promises.engine.house import HOUR, MINUTE, VISIT, House, start, task

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
# 25 hours of the clock lie between the two mornings.
ARRIVAL = datetime(2026, 10, 25, 10, tzinfo=BERLIN).astimezone(UTC)
BEFORE = datetime(2026, 10, 22, 12, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.fixture
def berlin(db: None) -> House:
    hotel = make_hotel(timezone="Europe/Berlin", today=date(2026, 10, 22))
    people_setup.create_departments(hotel_id=hotel.pk)
    save_protocol(hotel_id=hotel.pk, source=VISIT, actor=SYSTEM, now=BEFORE)
    return House(hotel, {}, {})


def begin(house: House, **more: Any) -> RunRef:
    return start(house, now=BEFORE, anchors={"arrival": ARRIVAL}, **more)


def test_limits_are_spans_whatever_the_clocks_do(berlin: House) -> None:
    """A day ahead is 24 hours ahead: eleven on the clock of the day before, not ten."""
    run = begin(berlin)
    assert task(run, "meeting").due_at == local("2026-10-24T11:00")
    assert task(run, "sealed").due_at == local("2026-10-25T09:00")
    assert ARRIVAL - task(run, "meeting").due_at == DAY
    # Written with the offset of the place instead of UTC it is the same moment and gives the same limits.
    aware = ARRIVAL.astimezone(BERLIN)
    other = start(berlin, now=BEFORE, anchors={"arrival": aware}, subject_id=2)
    assert task(other, "meeting").due_at == task(run, "meeting").due_at


def test_limit_within_the_hour_that_comes_twice_climbs_once(berlin: House) -> None:
    """Half past two, then half past two again: the five minutes after the first entry are five minutes."""
    run = begin(berlin)
    Task.objects.update(next_at=None)
    entry = datetime(2026, 10, 25, 2, 58, tzinfo=BERLIN, fold=0).astimezone(UTC)
    happen(hotel_id=berlin.pk, run_id=run.run_id, anchor="first_entry", at=entry, actor=SYSTEM, now=entry)
    due = task(run, "tea").due_at
    assert due is not None
    assert (due - entry, f"{due.astimezone(BERLIN):%H:%M}") == (5 * MINUTE, "02:03")
    taken = [sweep(now=entry + minutes * MINUTE) for minutes in (4, 5, 6, 9, 10, 60, 65)]
    assert taken == [0, 1, 0, 0, 1, 2, 0]
    assert Escalation.objects.values("round", "rung").distinct().count() == Escalation.objects.count() == 4


def test_arrival_moved_to_another_day_across_the_change_moves_every_task_by_the_same_span(berlin: House) -> None:
    run = begin(berlin)
    before = dict(Task.objects.filter(anchor="arrival").values_list("id", "due_at"))
    later = local("2026-10-26T10:00")
    move_anchor(hotel_id=berlin.pk, run_id=run.run_id, anchor="arrival", at=later, actor=SYSTEM, now=BEFORE)
    after = dict(Task.objects.filter(anchor="arrival").values_list("id", "due_at"))
    assert {after[pk] - due for pk, due in before.items() if due} == {DAY}
    # And a day earlier, over the night of 25 hours.
    move_anchor(
        hotel_id=berlin.pk, run_id=run.run_id, anchor="arrival", at=local("2026-10-24T10:00"), actor=SYSTEM, now=BEFORE
    )
    back = dict(Task.objects.filter(anchor="arrival").values_list("id", "due_at"))
    assert {due - back[pk] for pk, due in before.items() if due} == {25 * HOUR}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-10-24T23:59:59", date(2026, 10, 24)),
        ("2026-10-25T00:00:00", date(2026, 10, 25)),
        ("2026-10-25T23:59:59", date(2026, 10, 25)),
        ("2026-10-26T00:00:00", date(2026, 10, 26)),
    ],
)
def test_what_falls_due_at_midnight_counts_on_the_hotels_day(berlin: House, at: str, day: date) -> None:
    """The day of 25 hours has all of them; no second of it belongs to two days or none."""
    start(berlin, now=BEFORE, anchors={"arrival": local(at)})
    rows = {
        one: [row for row in compliance(hotel_id=berlin.pk, first=one, last=one, now=local(at) + HOUR)
              if row.key == "host"]
        for one in (day - DAY, day, day + DAY)
    }  # fmt: skip
    assert [len(rows[one]) for one in rows] == [0, 1, 0]


def test_task_due_before_midnight_and_done_after_is_late_by_the_minutes_between(berlin: House) -> None:
    run = start(berlin, now=BEFORE, anchors={"arrival": local("2026-10-24T23:50")})
    Task.objects.exclude(key="host").update(next_at=None)
    assert sweep(now=local("2026-10-24T23:59")) == 2
    assert sweep(now=local("2026-10-25T00:04:59")) == 0
    assert sweep(now=local("2026-10-25T00:05")) == 1
    complete_task(
        hotel_id=berlin.pk, task_id=task(run, "host").pk, proofs=[ProofInput(Evidence.TICK)], actor=SYSTEM,
        now=local("2026-10-25T00:10"),
    )  # fmt: skip
    assert sweep(now=local("2026-10-25T04:00")) == 0
    (row,) = [
        one for one in compliance(
            hotel_id=berlin.pk, first=date(2026, 10, 24), last=date(2026, 10, 24), now=local("2026-10-26T04:00")
        ) if one.key == "host"
    ]  # fmt: skip
    assert (row.late, row.most_late) == (1, 20 * 60.0)
