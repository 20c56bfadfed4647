"""A twin hotel's desk: key cards, and what else can be named by an id."""

from __future__ import annotations

from typing import Any

from binzhi.frontdesk.keys import services as keys
from binzhi.frontdesk.keys.locks import Answer
from binzhi.frontdesk.together import joining
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel

_K = "binzhi.frontdesk.keys.services"
OWN: dict[str, dict[str, Any]] = {
    "binzhi.frontdesk.together.sharing.share_room": {"shares": ()},
    f"{_K}.make_keys": {"by_hand": True},
    f"{_K}.void_key": {"reason": "lost"},
    f"{_K}.void_keys_of_stay": {"reason": "left"},
    f"{_K}.note_answer": {"was": "asked", "answer": Answer(state="refused"), "next_at": NOW},
}
_T = "binzhi.frontdesk.together"
ID_OF: dict[tuple[str, str], str] = {
    (f"{_T}.sharing.share_room", "room_reservation_id"): "stay",
    (f"{_T}.sharing.sharer_leaves", "room_reservation_id"): "stay",
    (f"{_T}.joining.part_room", "room_reservation_id"): "stay",
    (f"{_T}.joining.move_to_payer", "room_reservation_id"): "stay",
    (f"{_T}.joining.join_rooms", "payer_id"): "stay",
    (f"{_K}.make_keys", "room_reservation_id"): "stay",
    (f"{_K}.void_keys_of_stay", "room_reservation_id"): "stay",
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """For the guest who is in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    (ids["key_id"],) = keys.make_keys(room_reservation_id=ids["stay"], by_hand=True, **what)
    ids["registration_id"] = db.fetch_value(
        "SELECT min(id) FROM frontdesk_registration WHERE room_reservation_id = %s", [ids["stay"]]
    )
    ids["room_reservation_ids"] = [ids["stay"], ids["room_reservation_id"]]
    joining.join_rooms(room_reservation_ids=ids["room_reservation_ids"], payer_id=ids["room_reservation_id"], **what)
