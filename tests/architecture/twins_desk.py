"""A twin hotel's desk: key cards, and what else can be named by an id."""

from __future__ import annotations

from typing import Any

from binzhi.frontdesk.keys import services as keys
from binzhi.frontdesk.keys.locks import Answer
from tests.factories import NOW, SYSTEM, TestHotel

_K = "binzhi.frontdesk.keys.services"
OWN: dict[str, dict[str, Any]] = {
    f"{_K}.make_keys": {"by_hand": True},
    f"{_K}.void_key": {"reason": "lost"},
    f"{_K}.void_keys_of_stay": {"reason": "left"},
    f"{_K}.note_answer": {"was": "asked", "answer": Answer(state="refused"), "next_at": NOW},
}
ID_OF: dict[tuple[str, str], str] = {
    (f"{_K}.make_keys", "room_reservation_id"): "stay",
    (f"{_K}.void_keys_of_stay", "room_reservation_id"): "stay",
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """For the guest who is in the house."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    (ids["key_id"],) = keys.make_keys(room_reservation_id=ids["stay"], by_hand=True, **what)
