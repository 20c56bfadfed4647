"""Today at the demo desk: cards held and cut, rooms joined and shared, messages, wake-up calls, what is in keeping."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.billing.holds import services as holds
from binzhi.billing.holds.services import AcquirerInput, Slip
from binzhi.demo.house_state import House
from binzhi.frontdesk.kept import services as keeping
from binzhi.frontdesk.kept.services import KeptInput
from binzhi.frontdesk.keys import services as keys
from binzhi.frontdesk.notes import services as notes
from binzhi.frontdesk.together import joining, sharing
from binzhi.frontdesk.together.sharing import Share
from binzhi.frontdesk.wake_up import services as waking
from binzhi.kernel import db

_STAYS = """
SELECT rr.id, rr.folio_id, rr.departure, coalesce(g.name, v.booker_name) AS name, rr.reservation_id
FROM reservations_roomreservation rr JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND rr.block_id IS NULL AND rr.departure > %s
  AND rr.charge_account_id IN (SELECT id FROM billing_account WHERE folio_id = rr.folio_id)
ORDER BY rr.id LIMIT 30
"""
_SHARED = """
SELECT r.id, r.room_reservation_id FROM frontdesk_registration r
WHERE r.room_reservation_id = ANY(%s) AND NOT r.is_main AND NOT r.is_minor AND r.left_at IS NULL
ORDER BY r.room_reservation_id, r.id LIMIT 2
"""
MESSAGES = (
    ("明途资本 王经理来电，会议改到明天上午九点，请回电 0571-88001122。", "明途资本 王经理", True),
    ("您的朋友李先生已到，在大堂吧等候。", "李先生", False),
    ("顺丰快递一件存礼宾部，凭房号领取。", "礼宾部", False),
)
THINGS = (
    ("luggage", 2, "行李房 A-3", "黑色拉杆箱、双肩包"), ("luggage", 1, "行李房 B-1", "高尔夫球包"),
    ("valuables", 1, "保险箱 7", "信封一只，已封签"),
)  # fmt: skip


def happen(running: House) -> None:
    """What a desk does in a morning besides arrivals and departures."""
    clerk = running.cast["receptionist"]
    what: dict[str, Any] = {"hotel_id": running.hotel_id, "actor": clerk, "now": running.at(9)}
    boss = what | {"actor": running.cast["front-office-manager"]}
    finance = what | {"actor": running.cast["finance-manager"]}
    holds.set_acquirer(acquirer=AcquirerInput(merchant_no="898330154110001"), **finance)
    keys.set_locks(locks=keys.LocksInput(), **boss)
    stays = db.fetch_all(_STAYS, [running.hotel_id, running.today])
    for place, stay in enumerate(stays[:8]):
        slip = Slip(auth_code=f"87320{place}", card_tail=f"{6222 + 17 * place:04d}")
        holds.place_hold(folio_id=stay["folio_id"], amount=Decimal(500 * (1 + place % 4)), slip=slip, **what)
    for place, stay in enumerate(stays[:20]):
        keys.make_keys(room_reservation_id=stay["id"], count=1 + place % 2, by_hand=True, **what)
    for stay in stays[3:4]:
        lost = db.fetch_value("SELECT min(id) FROM frontdesk_keycard WHERE room_reservation_id = %s", [stay["id"]])
        keys.void_key(key_id=lost, reason="lost", **what)
    if len(stays) > 6:
        joining.join_rooms(room_reservation_ids=[stay["id"] for stay in stays[4:7]], **what)
    _share([stay["id"] for stay in stays], what)
    for (text, whom, urgent), stay in zip(MESSAGES, stays, strict=False):
        notes.take_message(room_reservation_id=stay["id"], text=text, from_whom=whom, is_urgent=urgent, **what)
    for place, stay in enumerate(stays[2:8]):
        at = time(6 + place // 2, 30 * (place % 2))
        waking.ask_wake_up(room_reservation_id=stay["id"], at=at, days=[running.today + timedelta(days=1)], **what)
    for (kind, pieces, shelf, words), stay in zip(THINGS, stays[8:], strict=False):
        thing = KeptInput(
            kind=kind, name=stay["name"], pieces=pieces, place=shelf, description=words,
            room_reservation_id=stay["id"], expected_on=running.today,
        )  # fmt: skip
        keeping.take_in(thing=thing, **what)


def _share(stays: list[int], what: dict[str, Any]) -> None:
    for row in db.fetch_all(_SHARED, [stays])[:1]:
        share = Share(registration_id=row["id"], percent=Decimal(50))
        sharing.share_room(room_reservation_id=row["room_reservation_id"], shares=[share], **what)
