"""A group with people for a twin hotel; and what its operations get besides ids."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.denials import NewDenial, record_denial
from binzhi.reservations.rooming.reading import Line
from binzhi.reservations.rooming.services import take_rooming_list
from binzhi.reservations.services import create_reservation
from binzhi.reservations.waitlist.services import NewEntry, end_entry, put_on_waitlist
from binzhi.reservations.walks.services import PartnerInput, WalkCosts, WalkInput, save_partner, walk_guest
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking

FIRST = TODAY + timedelta(days=20)
LAST = FIRST + timedelta(days=2)
DETAILS = BlockDetails(name="考察团", arrival=FIRST, departure=LAST, rate_plan="bar")
CELLS = [BlockCell(night=FIRST + timedelta(days=n), room_type="std", rooms=3, price=Decimal(330)) for n in range(2)]
PICK = Pick(room_type="std", arrival=FIRST, departure=LAST, guest_name="王")
WAIT = NewEntry(name="贺", room_type="std", rate_plan="bar", arrival=FIRST, departure=LAST)
_BLOCKS = "binzhi.reservations.blocks"
_WAIT = "binzhi.reservations.waitlist.services"
# Entries of the waitlist; one of the VIP's list has the name already.
ID_OF: dict[tuple[str, str], str] = {
    (f"{_WAIT}.{name}", "entry_id"): "ended_wait_id" if name == "wait_again" else "wait_id"
    for name in ("offer", "book_from_waitlist", "end_entry", "wait_again")
} | {
    (f"{_BLOCKS}.master.move_to_master", "room_reservation_id"): "block_stay",
    ("binzhi.engagement.services.queueing.queue_offer", "entry_id"): "wait_id",
}
CALLED = {("reservations", "entry_id"): "wait_id"}
OWN: dict[str, dict[str, Any]] = {
    f"{_BLOCKS}.services.create_block": {"block": DETAILS, "cells": CELLS},
    f"{_BLOCKS}.services.update_block": {"block": DETAILS, "expected_version": None},
    f"{_BLOCKS}.services.set_rooms": {"cells": CELLS, "expected_version": None},
    f"{_BLOCKS}.services.wash": {"percent": 10, "expected_version": None},
    f"{_BLOCKS}.services.release": {"expected_version": None},
    f"{_BLOCKS}.services.change_status": {"status": "tentative", "expected_version": None},
    f"{_BLOCKS}.picking.pick_up": {"picks": [PICK], "extra": False},
    f"{_BLOCKS}.master.set_master": {"room_to_master": True, "to_master": ("food",)},
    f"{_BLOCKS}.master.move_to_master": {},
    "binzhi.reservations.waitlist.services.put_on_waitlist": {"entry": WAIT},
    "binzhi.reservations.waitlist.services.end_entry": {"lapsed": False},
    "binzhi.reservations.denials.record_denial": {"denial": NewDenial(reason="price", arrival=FIRST, departure=LAST)},
    "binzhi.reservations.walks.services.walk_guest": {"walk": WalkInput(partner_id=0, reason="超售")},
    "binzhi.reservations.walks.services.set_walk_costs": {"costs": WalkCosts(), "means": ""},
    "binzhi.reservations.walks.services.pay_walk": {"means": "cash"},
    "binzhi.reservations.walks.services.save_partner": {"partner": PartnerInput(name="望湖宾馆")},
    "binzhi.reservations.rooming.services.take_rooming_list": {"lines": [Line(2, {"name": "周"})], "extra": False},
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """A definite group of three rooms, two taken up."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    made = services.create_block(block=DETAILS, cells=CELLS, status="definite", **what)
    picked = pick_up(block_id=made.id, picks=[PICK], **what)
    wait_id, ended = (put_on_waitlist(entry=WAIT, **what) for _n in range(2))
    end_entry(entry_id=ended, **what)
    partner_id = save_partner(partner=PartnerInput(name="听涛酒店"), **what)
    record_denial(denial=NewDenial(reason="price", arrival=FIRST, departure=LAST), **what)
    take_rooming_list(block_id=made.id, lines=[Line(2, {"name": "周敏"})], **what)
    due = create_reservation(booking=booking(booker_name="赵"), **what)
    walk_id = walk_guest(
        room_reservation_id=due.room_ids[0], walk=WalkInput(partner_id=partner_id, reason="超售"), **what
    )
    ids |= {
        "block_id": made.id, "block_stay": picked[0].room_ids[0], "wait_id": wait_id, "ended_wait_id": ended,
        "partner_id": partner_id, "walk_id": walk_id,
    }  # fmt: skip
