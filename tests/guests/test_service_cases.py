"""The cases of personal service the house is trained by, each from what was seen to what the next stay begins with."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
import yaml

from binzhi.guests.learning import Basis
from binzhi.guests.preferences.queries import preferences_of
from tests.guests.learning_house import LearningHouse, learning_house

TEXT = resources.files("binzhi.guests.observations.shipped").joinpath("cases.yaml").read_text(encoding="utf-8")
CASES = yaml.safe_load(TEXT)["cases"]
# What every stay with wishes has besides: for a change of room, and before the guest leaves.
BESIDES = {"asked-pleased", "settings-moved"}


@pytest.fixture
def house(db: None, time_machine: Any) -> LearningHouse:
    return learning_house(time_machine)


@pytest.mark.django_db
def test_cases_from_what_was_seen_to_the_next_stay(house: LearningHouse) -> None:
    """Each case with a guest of its own: what is done in the stay it was seen in, what the next begins with."""
    found = {case["code"]: walk(house, case) for case in CASES}
    assert {code: today for code, (today, _next, _states) in found.items()} == {
        case["code"]: set(case["today"]) for case in CASES
    }
    assert {code: coming for code, (_today, coming, _states) in found.items()} == {
        case["code"]: set(case["next"]) for case in CASES
    }
    assert {code: states for code, (_today, _next, states) in found.items()} == {
        case["code"]: {"confirmed"} if case["next"] else set() for case in CASES
    }


def walk(house: LearningHouse, case: dict[str, Any]) -> tuple[set[str], set[str], set[str]]:
    guest = house.guest()
    today: set[str] = set()
    for seen in case["stays"]:
        stay = house.stay(guest)
        before = set(house.tasks(stay))
        for one in seen:
            house.note(
                guest, *one.get("chips", ()), post=one["post"], place=one["place"], moment=one["moment"],
                text=one.get("text", ""), basis=Basis(one.get("basis", "seen")), once=one.get("once", False),
            )  # fmt: skip
        if seen is case["stays"][0]:
            today = set(house.tasks(stay)) - before
        house.check_out(stay)
        house.next_day()
    coming = house.book(guest)
    house.heed()
    states = {str(one.state) for one in preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)}
    return asked(today), asked(set(house.tasks(coming))), states


def asked(keys: set[str]) -> set[str]:
    """Without what always comes along: the things for the child with the crib."""
    return keys - BESIDES - {"things-placed"}


def test_eight_cases_are_there() -> None:
    codes = {case["code"] for case in CASES}
    assert codes == {
        "curtain-gap", "second-blanket", "razor", "crib", "grapefruit-juice", "socks", "stomach", "breakfast-seat",
    }  # fmt: skip
