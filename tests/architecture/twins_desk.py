"""A twin hotel's desk: key cards, and what else can be named by an id."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from binzhi.billing.holds import services as holding
from binzhi.billing.holds.services import AcquirerInput
from binzhi.frontdesk.kept import services as keeping
from binzhi.frontdesk.kept.services import KeptInput
from binzhi.frontdesk.keys import services as keys
from binzhi.frontdesk.keys.locks import Answer
from binzhi.frontdesk.notes import services as notes
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.frontdesk.services.arriving import register_guest
from binzhi.frontdesk.together import joining, sharing
from binzhi.frontdesk.together.sharing import Share
from binzhi.frontdesk.wake_up import services as waking
from binzhi.guests.documents import DocumentInput
from binzhi.kernel import db
from binzhi.kernel.reached import note_tries
from tests.factories import NOW, SYSTEM, TODAY, TestHotel

_K = "binzhi.frontdesk.keys.services"
OWN: dict[str, dict[str, Any]] = {
    "binzhi.frontdesk.together.sharing.share_room": {"shares": ()},
    f"{_K}.make_keys": {"by_hand": True, "count": 1},
    f"{_K}.void_key": {"reason": "lost"},
    f"{_K}.void_keys_of_stay": {"reason": "left"},
    f"{_K}.note_answer": {"was": "asked", "answer": Answer(state="refused"), "next_at": NOW},
}
_T = "binzhi.frontdesk.together"
_W = "binzhi.frontdesk.wake_up.services"
_N = "binzhi.frontdesk.notes.services"
_B = "binzhi.frontdesk.kept.services"
TOMORROW = TODAY + timedelta(days=1)
OWN |= {
    f"{_N}.take_message": {"text": "请回电", "from_whom": "", "is_urgent": False},
    f"{_N}.finish_message": {"how": "hand"},
    f"{_W}.ask_wake_up": {"at": time(9), "days": [TOMORROW]},
    f"{_W}.ask_wake_up_for_group": {"at": time(9), "day": TOMORROW},
    f"{_W}.note_wake_up": {"answered": True},
    f"{_B}.move_thing": {"place": "B-1"},
    f"{_B}.give_out": {"receipt": "", "collected_by": "王", "note": "证件核对"},
}
ID_OF: dict[tuple[str, str], str] = {
    (f"{_T}.sharing.share_room", "room_reservation_id"): "stay",
    (f"{_T}.sharing.sharer_leaves", "room_reservation_id"): "stay",
    (f"{_N}.take_message", "room_reservation_id"): "stay",
    (f"{_N}.finish_message", "message_id"): "guest_message_id",
    (f"{_W}.ask_wake_up", "room_reservation_id"): "stay",
    (f"{_T}.joining.part_room", "room_reservation_id"): "stay",
    (f"{_T}.joining.move_to_payer", "room_reservation_id"): "stay",
    (f"{_T}.joining.join_rooms", "payer_id"): "stay",
    (f"{_K}.make_keys", "room_reservation_id"): "stay",
    (f"{_K}.void_keys_of_stay", "room_reservation_id"): "stay",
}
CALLED: dict[tuple[str, str], str] = {("frontdesk", "message_id"): "guest_message_id"}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """For the guest who is in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    keys.set_locks(locks=keys.LocksInput(), **what)
    note_tries({(hotel.pk, "locks"): "TimeoutError"}, now=NOW)
    holding.set_acquirer(acquirer=AcquirerInput(merchant_no="898330154110001"), **what)
    (ids["key_id"],) = keys.make_keys(room_reservation_id=ids["stay"], by_hand=True, **what)
    ids["registration_id"] = db.fetch_value(
        "SELECT min(id) FROM frontdesk_registration WHERE room_reservation_id = %s", [ids["stay"]]
    )
    # Somebody else who sleeps there.
    friend = RegistrationInput(name="李娜", document=DocumentInput("passport", "K1234567", "USA"))
    register_guest(room_reservation_id=ids["stay"], registration=friend, **what)
    share = Share(registration_id=_last_registration(ids["stay"]), percent=Decimal(50))
    sharing.share_room(room_reservation_id=ids["stay"], shares=[share], **what)
    ids["room_reservation_ids"] = [ids["stay"], ids["room_reservation_id"]]
    joining.join_rooms(room_reservation_ids=ids["room_reservation_ids"], payer_id=ids["room_reservation_id"], **what)
    ids["guest_message_id"] = notes.take_message(room_reservation_id=ids["stay"], text="请回电", **what)
    (ids["call_id"],) = waking.ask_wake_up(room_reservation_id=ids["stay"], at=time(6), days=[TOMORROW], **what)
    thing = KeptInput(kind="luggage", name="王", pieces=1, place="A-1", room_reservation_id=ids["stay"])
    ids["thing_id"] = keeping.take_in(thing=thing, **what).pk


def _last_registration(stay: int) -> int:
    return int(db.fetch_value("SELECT max(id) FROM frontdesk_registration WHERE room_reservation_id = %s", [stay]))
