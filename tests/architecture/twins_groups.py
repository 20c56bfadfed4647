"""A group with people for a twin hotel; and what its operations get besides ids."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.rooming.reading import Line
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

FIRST = TODAY + timedelta(days=20)
LAST = FIRST + timedelta(days=2)
DETAILS = BlockDetails(name="考察团", arrival=FIRST, departure=LAST, rate_plan="bar")
CELLS = [BlockCell(night=FIRST + timedelta(days=n), room_type="std", rooms=2, price=Decimal(330)) for n in range(2)]
PICK = Pick(room_type="std", arrival=FIRST, departure=LAST, guest_name="王")
_BLOCKS = "binzhi.reservations.blocks"
OWN: dict[str, dict[str, Any]] = {
    f"{_BLOCKS}.services.create_block": {"block": DETAILS, "cells": CELLS},
    f"{_BLOCKS}.services.update_block": {"block": DETAILS, "expected_version": None},
    f"{_BLOCKS}.services.set_rooms": {"cells": CELLS, "expected_version": None},
    f"{_BLOCKS}.services.wash": {"percent": 10, "expected_version": None},
    f"{_BLOCKS}.services.release": {"expected_version": None},
    f"{_BLOCKS}.services.change_status": {"status": "tentative", "expected_version": None},
    f"{_BLOCKS}.picking.pick_up": {"picks": [PICK], "extra": False},
    "binzhi.reservations.rooming.services.take_rooming_list": {"lines": [Line(2, {"name": "周"})], "extra": False},
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """A definite group of two rooms, one taken up."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    made = services.create_block(block=DETAILS, cells=CELLS, status="definite", **what)
    pick_up(block_id=made.id, picks=[PICK], **what)
    ids["block_id"] = made.id
