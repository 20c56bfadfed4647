"""The closing of a twin hotel's days: a room that costs nothing, and one that is asked for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from binzhi.frontdesk.free_rooms.services import ask_free_room
from binzhi.frontdesk.reports.services import set_high_balance
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

_F = "binzhi.frontdesk.free_rooms.services"
OWN: dict[str, dict[str, Any]] = {
    f"{_F}.ask_free_room": {"kind": "comp", "first": None, "until": None},
    f"{_F}.decide_free_room": {"approve": True},
}


# Days and reports have no ids: what both hotels have is called the same.
DAY = TODAY - timedelta(days=1)
_REPORT = """
INSERT INTO frontdesk_auditreport (hotel_id, business_date, kind, data) VALUES (%s, %s, 'variance', '{"rows": []}')
"""
_TRIAL = """
INSERT INTO frontdesk_trialline (hotel_id, business_date, kind, opening, debit, credit, closing)
VALUES (%s, %s, 'folio', 0, 0, 0, 0)
"""
# A stay that went on under another booking, taken back.
_WENT_ON = """
INSERT INTO frontdesk_continuation (hotel_id, stay_id, next_stay_id, at, undone_at) VALUES (%s, %s, %s, %s, %s)
"""


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    set_high_balance(amount=Decimal(1500), **what)
    ids["free_room_id"] = ids["free_room"] = ask_free_room(
        room_reservation_id=ids["stay"], kind="comp", reason="招待", **what
    )
    for statement in (_REPORT, _TRIAL):
        db.execute(statement, [hotel.pk, DAY])
    db.execute(_WENT_ON, [hotel.pk, ids["stay"], ids["block_stay"], NOW, NOW])
    ids |= {"day": DAY.isoformat(), "kind": "variance"}
