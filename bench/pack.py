"""The night audit's pack of a large house: what it adds to the audit, and how quick the page and a report are."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench import data
from bench.audit import ROOMS, _close, _full_house
from binzhi.frontdesk.night_audit import preview, services
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.printing import csv_rows
from binzhi.frontdesk.reports.sheets import report_of
from binzhi.kernel import clock, db
from binzhi.property.queries import hotel_by_id

RUNS = 3


def report_pack(stage: Any) -> dict[str, Any]:
    """10,000 rooms in house: an audit with and without the pack in turn, the preview, the largest report as a file."""
    house = _full_house("pack", rooms=ROOMS // data.TYPES)
    db.execute("VACUUM ANALYZE")
    hotel = hotel_by_id(house.pk)
    now = clock.now()
    looks = [_took(lambda: preview(hotel=hotel, now=now)) for _turn in range(RUNS)]
    with_pack: list[float] = []
    without: list[float] = []
    for _turn in range(1 if stage.quick else RUNS):
        day = hotel_by_id(house.pk).business_date
        with_pack.append(_took(lambda: _close(house)))
        without.append(_took(lambda: _without_pack(lambda: _close(house))))
        # A trial balance goes on from the day before: after a day without one it begins anew with all that was posted.
    reads = [_took(lambda: list(csv_rows(_report(house.pk, day)))) for _turn in range(RUNS)]
    return {
        "audit with the pack / without": round(median(with_pack) / median(without), 2),
        "audit with the pack, s": round(median(with_pack), 2),
        "without, s": round(median(without), 2),
        "preview of 10,000 rooms in house, s (≤ 1)": round(median(looks), 3),
        "room charges of 10,000 rooms as a file, s": round(median(reads), 3),
    }


def _report(hotel_id: int, day: Any) -> Any:
    found = report_of(hotel=hotel_by_id(hotel_id), business_date=day, kind=Kind.ROOMS)
    assert found is not None
    assert len(found.sheets[0].rows) == ROOMS
    return found


def _took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _without_pack(work: Callable[[], object]) -> None:
    kept = services.write_reports
    services.write_reports = lambda **_day: None
    try:
        work()
    finally:
        services.write_reports = kept
