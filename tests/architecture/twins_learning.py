"""What the house has learnt in a twin hotel: an observation with its picture, a preference, a use of it, own chips."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from binzhi.guests.learning import Outcome
from binzhi.guests.observations.chips import shipped_chips
from binzhi.guests.observations.requests import NewObservation
from binzhi.guests.observations.services import record_observation
from binzhi.guests.observations.settings import save_chip, set_learning_rule
from binzhi.guests.preferences.confidence import Enough
from binzhi.guests.preferences.requests import DoneTask, Heard
from binzhi.guests.preferences.services import note_use
from binzhi.kernel import db
from tests.factories import NOW, SYSTEM, TestHotel

_S = "binzhi.guests.preferences.services"
OWN: dict[str, dict[str, Any]] = {
    f"{_S}.hear_guest": {"heard": Heard.YES, "value": ""},
    f"{_S}.answer_use": {"outcome": Outcome.PLEASED},
}


def furnish(*, hotel: TestHotel, ids: dict[str, Any]) -> None:
    """Seen of the guest who is in the house: at once it is to be done, and it was."""
    what: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    seen = NewObservation(guest_id=ids["guest_id"], chips=("curtain-gap",), text="留缝", picture=picture.getvalue())
    ids["observation_id"] = record_observation(observation=seen, **what).observation_id
    ids["use_id"] = note_use(done=DoneTask(ids["stay"], 1, "curtain-gap", None, NOW), **what)[0]
    save_chip(chip=shipped_chips()[0], **what)
    set_learning_rule(rule=Enough(), **what)
    db.enter_scope("*", "*")
    ids["preference_id"] = db.fetch_value(
        "SELECT preference_id FROM guests_preferenceuse WHERE id = %s", [ids["use_id"]]
    )
    ids["picture_id"] = db.fetch_value(
        "SELECT picture_id FROM guests_observation WHERE id = %s", [ids["observation_id"]]
    )
