"""Preferences in use: done and asked about, moved with the room, in sister hotels; refusals, erasure, at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.frontdesk import services as desk
from binzhi.guests.access import Permission
from binzhi.guests.errors import NothingNoted
from binzhi.guests.holdings import holdings
from binzhi.guests.learning import Basis, Outcome
from binzhi.guests.observations.chips import Chip, chips_of
from binzhi.guests.observations.requests import NewObservation
from binzhi.guests.observations.services import record_observation
from binzhi.guests.observations.settings import save_chip
from binzhi.guests.preferences import rows, services
from binzhi.guests.preferences.queries import (
    open_questions,
    preferences_of,
    summaries,
    to_confirm,
)
from binzhi.guests.preferences.requests import NewPreference
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.promises.enums import Evidence
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.tasks import complete_task
from tests.factories import NOW, SYSTEM, TODAY, make_actor, make_hotel
from tests.guests.conftest import together
from tests.guests.learning_house import LearningHouse, learning_house


@pytest.fixture
def house(db: None, time_machine: Any) -> LearningHouse:
    return learning_house(time_machine)


def known(house: LearningHouse, guest: int) -> list[tuple[str, str, bool, str]]:
    found = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    return [(one.wish, one.value, one.never, one.state) for one in found]


def only(house: LearningHouse, guest: int) -> Any:
    (one,) = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    return one


# ---------------------------------------------------------------- done, and whether it pleased


def prepared(house: LearningHouse, guest: int) -> int:
    """The stay of a guest whose blanket was put in place, by who does tasks."""
    house.note(guest, "two-quilts", basis=Basis.SAID)
    stay = house.stay(guest)
    task = house.tasks(stay)["second-blanket"]
    complete_task(
        hotel_id=house.pk, task_id=task["id"], proofs=[ProofInput(Evidence.TICK)], actor=SYSTEM, now=house.now
    )
    house.heed()
    return stay


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(Outcome.PLEASED, (88, "confirmed")), (Outcome.UNNOTICED, (82, "confirmed")), (Outcome.UNWANTED, (2, "refused"))],
)
def test_done_and_asked_feeds_back(house: LearningHouse, outcome: Outcome, expected: tuple[int, str]) -> None:
    guest = house.guest()
    stay = prepared(house, guest)
    (question,) = open_questions(hotel_id=house.pk, stay_id=stay)
    assert question.preference.wish == "second-blanket"
    services.answer_use(
        hotel_id=house.pk, use_id=question.use_id, outcome=outcome, actor=house.by("receptionist"), now=house.now
    )
    assert open_questions(hotel_id=house.pk, stay_id=stay) == []
    found = db.fetch_one("SELECT confidence, state FROM guests_preference WHERE id = %s", [question.preference.id])
    assert found == {"confidence": expected[0], "state": expected[1]}
    # Answered twice, the first answer counts.
    services.answer_use(hotel_id=house.pk, use_id=question.use_id, outcome=Outcome.PLEASED, actor=SYSTEM, now=house.now)
    assert db.fetch_value("SELECT outcome FROM guests_preferenceuse") == outcome


@pytest.mark.django_db
def test_task_done_and_heard_twice_is_one_use(house: LearningHouse) -> None:
    guest = house.guest()
    stay = prepared(house, guest)
    house.last = 0
    house.heed()
    assert len(open_questions(hotel_id=house.pk, stay_id=stay)) == 1
    keys = [row["key"] for row in db.fetch_all("SELECT key FROM promises_task")]
    assert len(keys) == len(set(keys))


# ---------------------------------------------------------------- stays


@pytest.mark.django_db
def test_room_move_takes_what_was_prepared_along(house: LearningHouse) -> None:
    guest = house.guest()
    stay = prepared(house, guest)
    assert house.tasks(stay)["settings-moved"]["state"] == "waiting"
    desk.move_room(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.hotel.rooms["110"], reason="guest", actor=SYSTEM,
        now=house.now, accept_as_it_is=True,
    )  # fmt: skip
    house.heed()
    moved = house.tasks(stay)["settings-moved"]
    assert (moved["state"], moved["due_at"]) == ("open", house.now + timedelta(minutes=30))


@pytest.mark.django_db
def test_confirmed_in_one_hotel_prepares_the_booking_in_its_sister(house: LearningHouse) -> None:
    from binzhi.people import setup as people_setup
    from binzhi.promises.services.protocols import install_shipped

    group = db.fetch_value("SELECT code FROM property_hotelgroup WHERE id = %s", [house.hotel.ref.group_id])
    sister = make_hotel(with_billing=True, documents_required=False, group=group)
    people_setup.create_departments(hotel_id=sister.pk)
    install_shipped(hotel_id=sister.pk)
    guest = house.guest()
    there = house.book(guest, hotel=sister)
    house.stay(guest)
    assert house.tasks(there) == {}
    house.note(guest, "two-pillows", basis=Basis.SAID)
    assert "two-pillows" in house.tasks(there)


@pytest.mark.django_db
def test_avoided_things_are_checked_by_who_prepares(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "no-lilies", basis=Basis.SAID)
    house.note(guest, "no-peanuts", post="waiter", basis=Basis.SAID)
    coming = house.book(guest)
    house.heed()
    assert set(house.tasks(coming)) >= {"avoided-in-room", "avoided-in-kitchen"}
    assert "avoided-by-desk" not in house.tasks(coming)
    assert "likes_lilies" not in str(house.tasks(coming)["avoided-in-room"]["facts"])


@pytest.mark.django_db
def test_words_of_its_own_stay_out_of_the_facts(house: LearningHouse) -> None:
    guest = house.guest()
    services.write_preference(
        hotel_id=house.pk, preference=NewPreference(guest, text="枕边放一本侦探小说"), actor=SYSTEM, now=house.now
    )
    coming = house.book(guest)
    house.heed()
    task = house.tasks(coming)["own-housekeeping"]
    assert "侦探" not in str(task["facts"])
    assert "侦探" not in str(db.fetch_all("SELECT after FROM kernel_audit_entry"))
    assert [one.label for one in summaries(guest_ids=[guest], today=TODAY)[guest]] == ["枕边放一本侦探小说"]


# ---------------------------------------------------------------- refusals, rights, erasure


@pytest.mark.django_db
def test_refused_observation_leaves_nothing(house: LearningHouse) -> None:
    guest, actor = house.guest(), house.by("room-attendant")
    before = db.fetch_value("SELECT count(*) FROM kernel_audit_entry")
    cases: list[tuple[NewObservation, type[Exception]]] = [
        (NewObservation(guest_id=guest), NothingNoted),
        (NewObservation(guest_id=guest, chips=("no-such",)), InvalidInput),
        (NewObservation(guest_id=guest, chips=("yoga",), place="moon"), InvalidInput),
        (NewObservation(guest_id=guest, text="x" * 301), InvalidInput),
        (NewObservation(guest_id=2**40, chips=("yoga",)), NotFound),
        (NewObservation(guest_id=guest, picture=b"no picture"), InvalidInput),
    ]
    for observation, refusal in cases:
        with pytest.raises(refusal):
            record_observation(hotel_id=house.pk, observation=observation, actor=actor, now=house.now)
    nobody = make_actor(house.hotel, [Permission.VIEW])
    with pytest.raises(Forbidden):
        record_observation(hotel_id=house.pk, observation=cases[0][0], actor=nobody, now=house.now)
    db.enter_scope("*", "*")
    assert db.fetch_value("SELECT count(*) FROM guests_observation") == 0
    assert db.fetch_value("SELECT count(*) FROM kernel_audit_entry") == before


@pytest.mark.django_db
def test_chip_of_the_hotels_own_means_what_it_says(house: LearningHouse) -> None:
    own = Chip("jazz", "liking", "听爵士乐", "Listens to jazz", ("room",), (), ({"wish": "newspaper"},))
    save_chip(hotel_id=house.pk, chip=own, actor=SYSTEM, now=NOW)
    codes = [chip.code for chip in chips_of(house.pk)]
    assert codes[-1] == "jazz"
    assert "curtain-gap" in codes
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "jazz", basis=Basis.SAID)
    assert known(house, guest) == [("newspaper", "", False, "confirmed")]
    with pytest.raises(InvalidInput):
        save_chip(hotel_id=house.pk, chip=Chip("Jazz", "liking", "x", ""), actor=SYSTEM, now=NOW)
    with pytest.raises(InvalidInput):
        save_chip(
            hotel_id=house.pk, chip=Chip("x", "liking", "x", "", means=({"wish": "none"},)), actor=SYSTEM, now=NOW
        )


@pytest.mark.django_db
def test_export_shows_and_erasure_clears(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "curtain-gap", text="留一道缝")
    mine = {one.table: one for one in holdings() if one.table in ("guests_observation", "guests_preference")}
    seen, liked = mine["guests_observation"], mine["guests_preference"]
    assert seen.export is not None
    assert liked.export is not None
    assert "留一道缝" in seen.export(guest)[0]["what"]
    assert len(liked.export(guest)) == 1
    assert seen.erase is not None
    assert liked.erase is not None
    assert (seen.erase(guest, house.now), liked.erase(guest, house.now)) == (1, 1)
    assert (seen.export(guest), known(house, guest)) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize("guests", [1, 3])
def test_list_to_confirm_takes_one_statement(house: LearningHouse, guests: int) -> None:
    for place in range(guests):
        guest = house.guest(f"许文{place}")
        house.stay(guest, str(101 + place))
        house.note(guest, "yoga")
    with CaptureQueriesContext(connection) as sent:
        found = to_confirm(hotel_id=house.pk)
    assert (len(found), len(sent)) == (guests, 1)


# ---------------------------------------------------------------- at the same time


@pytest.mark.django_db(transaction=True)
def test_seen_by_four_at_once_is_one_suggestion(time_machine: Any) -> None:
    house = learning_house(time_machine)
    guest = house.guest()
    house.stay(guest)
    assert together(notes(house, guest)) == ["ok"] * 4
    db.enter_scope("*", "*")
    assert known(house, guest) == [("two-pillows", "", False, "suggested")]
    assert only(house, guest).sightings == 4
    assert db.fetch_value("SELECT count(*) FROM guests_preference WHERE guest_id = %s", [guest]) == 1


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_there_are_several(
    time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    house = learning_house(time_machine)
    guest = house.guest()
    house.stay(guest)
    gate = threading.Barrier(4)
    real = rows.rows_of_guest

    def read_then_meet(guest_id: int) -> list[rows.Row]:
        found = real(guest_id)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(rows, "lock_guest", lambda **_given: None)
    monkeypatch.setattr(rows, "rows_of_guest", read_then_meet)
    assert together(notes(house, guest)) == ["ok"] * 4
    db.enter_scope("*", "*")
    # Shown as one, they are four rows.
    assert db.fetch_value("SELECT count(*) FROM guests_preference WHERE guest_id = %s", [guest]) == 4


def notes(house: LearningHouse, guest: int) -> list[Any]:
    actors = [house.by(post) for post in ("room-attendant", "waiter", "receptionist", "bellman")]

    def note(place: int) -> str:
        record_observation(
            hotel_id=house.pk, observation=NewObservation(guest_id=guest, chips=("two-pillows",)), actor=actors[place],
            now=NOW,
        )  # fmt: skip
        return "ok"

    return [lambda place=place: note(place) for place in range(4)]
