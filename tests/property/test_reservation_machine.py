"""A3: random lives of a small hotel; after every step the database equals the model and itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from binzhi.reservations import nights
from tests.property.machine import Hotel

FIND = (Phase.explicit, Phase.reuse, Phase.generate)


def run(*, examples: int, steps: int, phases: tuple[Phase, ...] = (*FIND, Phase.shrink), **more: Any) -> None:
    run_state_machine_as_test(
        Hotel,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True, phases=phases,
            suppress_health_check=list(HealthCheck), **more,
        ),
    )  # fmt: skip


@pytest.mark.django_db
def test_random_lives_of_a_hotel_equal_the_model() -> None:
    run(examples=30, steps=20)


@pytest.mark.django_db
def test_negative_control_a_night_that_is_not_given_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = nights.take

    def forgetful(*, hotel_id: int, deltas: nights.Deltas) -> None:
        plain(hotel_id=hotel_id, deltas={key: delta for key, delta in deltas.items() if delta > 0})

    monkeypatch.setattr(nights, "take", forgetful)
    with pytest.raises(AssertionError):
        # The same lives each time: a control that is found by luck is none.
        run(examples=20, steps=20, phases=(Phase.generate,), database=None, derandomize=True)


@pytest.mark.slow
@pytest.mark.django_db
def test_many_long_random_lives_of_a_hotel_equal_the_model() -> None:
    run(examples=200, steps=30)
