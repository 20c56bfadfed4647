"""Whatever comes in whatever order, no task is lost, doubled or unowned, and every step is taken once, in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from binzhi.promises import rows
from binzhi.promises import sweep as sweeping
from tests.promises.engine.house import claim_alone
from tests.promises.engine.machine import Visit

FIND = (Phase.explicit, Phase.reuse, Phase.generate)


def run(*, examples: int, steps: int, phases: tuple[Phase, ...] = (*FIND, Phase.shrink), **more: Any) -> None:
    run_state_machine_as_test(
        Visit,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True, phases=phases,
            suppress_health_check=list(HealthCheck), **more,
        ),
    )  # fmt: skip


def must_be_found(examples: int = 60) -> None:
    with pytest.raises(AssertionError):
        run(examples=examples, steps=20, phases=(Phase.generate,), database=None, derandomize=True)


@pytest.mark.django_db
def test_random_visits_lose_double_and_leave_unowned_nothing() -> None:
    run(examples=12, steps=25)


@pytest.mark.slow
@pytest.mark.django_db
def test_many_long_random_visits_lose_double_and_leave_unowned_nothing() -> None:
    run(examples=150, steps=40)


@pytest.mark.django_db
def test_negative_control_a_ladder_that_is_not_set_back_by_a_move_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rows._MOVE.replace("ELSE 0 END,", "ELSE t.rung END,", 1)
    assert broken != rows._MOVE
    monkeypatch.setattr(rows, "_MOVE", broken)
    must_be_found()


@pytest.mark.django_db
def test_negative_control_a_claim_kept_without_its_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker claims, and one in two does not live to write the steps, which another transaction would do."""

    real = sweeping._batch

    def claimed_first(answering: sweeping.Answering, limit: int) -> tuple[int, int]:
        if limit % 2:
            return real(answering, limit)
        claimed = claim_alone(answering.now, limit)
        return claimed, claimed

    monkeypatch.setattr(sweeping, "_batch", claimed_first)
    must_be_found()


@pytest.mark.django_db
def test_negative_control_a_task_no_longer_asked_for_that_stays_open_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rows._DROP.replace("AND t.state IN ('waiting', 'open')", "AND t.state = 'waiting'", 1)
    assert broken != rows._DROP
    monkeypatch.setattr(rows, "_DROP", broken)
    must_be_found()
