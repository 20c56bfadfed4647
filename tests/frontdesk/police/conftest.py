"""A hotel that reports to the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.frontdesk.police.simulator import Simulator
from tests.factories import NOW, TestHotel
from tests.frontdesk.police.house import reporting


@pytest.fixture
def hotel(strict: TestHotel, police: Simulator, time_machine: Any) -> TestHotel:
    """It is two in the afternoon, for the worker too."""
    time_machine.move_to(NOW, tick=False)
    reporting(strict, police.url)
    return strict
