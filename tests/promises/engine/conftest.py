from __future__ import annotations

import pytest

from tests.promises.engine.house import House, make_house


@pytest.fixture
def house(db: None) -> House:
    """A hotel with its departments, one of the staff in each post that matters, and the protocol `visit`."""
    return make_house()
