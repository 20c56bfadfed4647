"""What the house has learnt: cases of personal service noted this morning, habits of who arrives today."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from binzhi.demo.house_state import House
from binzhi.frontdesk.recognition.wishes import TOPIC
from binzhi.guests import in_house
from binzhi.guests.in_house import Present
from binzhi.guests.learning import Basis
from binzhi.guests.observations.requests import NewObservation
from binzhi.guests.observations.services import record_observation
from binzhi.guests.preferences.requests import NewPreference
from binzhi.guests.preferences.services import write_preference
from binzhi.kernel import db
from binzhi.kernel.follower import seen_of
from binzhi.promises import starting

_DUE = """
SELECT DISTINCT g.id, g.vip_rank FROM reservations_roomreservation s
JOIN reservations_reservation r ON r.id = s.reservation_id
JOIN guests_guest g ON g.id = coalesce(s.guest_id, r.guest_id)
WHERE s.hotel_id = %s AND s.arrival = %s AND s.status = 'reserved' AND g.stays > 0 ORDER BY g.vip_rank DESC, g.id
"""
# Who is in the house and was before; not those of whom something is noted this morning.
_HERE = """
SELECT DISTINCT g.id, g.vip_rank FROM reservations_roomreservation s
JOIN reservations_reservation r ON r.id = s.reservation_id
JOIN guests_guest g ON g.id = coalesce(s.guest_id, r.guest_id)
WHERE s.hotel_id = %s AND s.status = 'in_house' AND g.stays > 1 ORDER BY g.vip_rank DESC, g.id
"""
_CHANGED = """
SELECT e.id, e.at, e.hotel_id, e.topic, e.subject, e.subject_id, e.payload FROM kernel_outbox_event e
WHERE e.hotel_id = %s AND e.topic = %s ORDER BY e.id
"""
# Who comes again, and what they like; one row after the other for the guests due today.
_HABITS: tuple[tuple[tuple[str, str, bool], ...], ...] = (
    (("temperature", "26", False), ("green-tea", "", False), ("lilies", "", True)),
    (("two-pillows", "", False), ("breakfast-seat", "", False), ("breakfast-usual", "", False)),
    (("quiet-room", "", False), ("not-before-eight", "", False)),
    (("second-blanket", "", False), ("temperature", "25", False)),
    (("black-coffee", "", False), ("newspaper", "", False), ("peanuts", "", True)),
    (("curtain-gap", "", False), ("more-water", "", False)),
    (("humidifier", "", False), ("fruit", "", False)),
    (("desk-lamp", "", False), ("late-cleaning", "", False)),
)


@lru_cache(maxsize=1)
def _cases() -> list[dict[str, Any]]:
    text = resources.files("binzhi.guests.observations.shipped").joinpath("cases.yaml").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = yaml.safe_load(text)["cases"]
    return cases


def learn(house: House) -> None:
    """Noted by the staff through the services of every day; the tasks that follow are set off as the worker would."""
    _habits(house)
    _observe(house)
    for row in db.fetch_all(_CHANGED, [house.hotel_id, TOPIC]):
        starting.heed(seen_of(row))
    db.enter_scope("*", "*")


def _habits(house: House) -> None:
    due = db.fetch_all(_DUE, [house.hotel_id, house.today])
    here = db.fetch_all(_HERE, [house.hotel_id])
    known = {one.guest_id for one in _noticed(house)}
    staying = [row for row in here if row["id"] not in known]
    for place, row in enumerate(due[: 3 * len(_HABITS)] + staying[: 2 * len(_HABITS)]):
        for wish, value, never in _HABITS[place % len(_HABITS)]:
            write_preference(
                hotel_id=house.hotel_id, preference=NewPreference(row["id"], wish, value, never=never),
                actor=house.cast["front-office-manager"], now=house.at(7, 20),
            )  # fmt: skip
    db.enter_scope("*", "*")


def _noticed(house: House) -> list[Present]:
    """Who the cases are about: guests who are in the house for more than a night."""
    return [one for one in in_house.everybody_here(house.hotel_id) if one.night < one.nights][3::7][: len(_cases())]


def _observe(house: House) -> None:
    """Each case as it begins."""
    for case, guest in zip(_cases(), _noticed(house), strict=False):
        for minute, one in enumerate(case["stays"][0]):
            record_observation(
                hotel_id=house.hotel_id,
                observation=NewObservation(
                    guest_id=guest.guest_id, chips=tuple(one.get("chips", ())), text=one.get("text", ""),
                    place=one["place"], moment=one["moment"], basis=Basis(one.get("basis", "seen")),
                ),
                actor=house.cast[one["post"]], now=house.at(9, 10 + minute),
            )  # fmt: skip
    db.enter_scope("*", "*")
