"""B1: web, worker and database killed outright under load. What a client was told is there, once and whole."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.crash.harness import KINDS, House, Run, house

pytestmark = pytest.mark.crash
SEED = int(os.environ.get("BINZHI_DRILL_SEED", "20261121"))
KILLS = int(os.environ.get("BINZHI_DRILL_KILLS", "20"))
KILLS_IN_CI = 2


@pytest.fixture(scope="module")
def hotel() -> Iterator[House]:
    with house() as hotel:
        yield hotel


def assert_nothing_lost(run: Run) -> None:
    report = run()
    assert report.wrong == {}, f"seed {report.seed}"
    # A client is told to come again, never that something broke.
    assert report.progress.seen["500"] == 0, run.house.log()[-8000:]
    works = {entry.work for entry in report.entries if entry.done}
    assert works == {"book", "charge", "pay", "check_in", "check_out"}


def test_killed_a_few_times_each_nothing_acknowledged_is_lost_or_doubled(hotel: House) -> None:
    kinds = [*KINDS] * KILLS_IN_CI
    random.Random(SEED).shuffle(kinds)
    assert_nothing_lost(Run(hotel, kinds, seed=SEED))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_drill_killed_twenty_times_nothing_acknowledged_is_lost_or_doubled(hotel: House, kind: str) -> None:
    assert_nothing_lost(Run(hotel, [kind] * KILLS, seed=SEED))
