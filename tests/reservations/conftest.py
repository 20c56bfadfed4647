from __future__ import annotations

import pytest

from tests.factories import TestHotel, make_hotel


@pytest.fixture
def hotel(db: None) -> TestHotel:
    """5 rooms std, 3 king, 60 nights from TODAY at 400, with a chart of accounts."""
    return make_hotel(with_billing=True)
