from __future__ import annotations

import pytest
from tests.factories import TestHotel, make_hotel


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel()
