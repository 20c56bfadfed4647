"""From observation to preference to what is done: states, the guest's word, use, endings; who may, and at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from binzhi.frontdesk.recognition import follow
from binzhi.guests.errors import NotYourObservation
from binzhi.guests.learning import Basis
from binzhi.guests.observations.services import take_back_observation
from binzhi.guests.observations.settings import set_learning_rule
from binzhi.guests.preferences import services
from binzhi.guests.preferences.confidence import Enough
from binzhi.guests.preferences.queries import (
    preferences_of,
    wanted_in_stay,
)
from binzhi.guests.preferences.requests import Heard
from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from tests.factories import NOW, SYSTEM, TODAY
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


# ---------------------------------------------------------------- becoming one


@pytest.mark.django_db
def test_seen_three_times_on_two_stays_by_two_people_is_a_preference(house: LearningHouse) -> None:
    guest = house.guest()
    first = house.stay(guest)
    house.note(guest, "two-pillows")
    house.note(guest, "two-pillows", post="housekeeping-supervisor")
    assert known(house, guest) == [("two-pillows", "", False, "suggested")]
    assert "two-pillows" not in house.tasks(first)
    house.check_out(first)
    second = house.stay(guest, "102")
    assert "two-pillows" not in house.tasks(second)
    house.note(guest, "two-pillows")
    assert known(house, guest) == [("two-pillows", "", False, "confirmed")]
    # Confirmed while the guest is in the house, it is done today.
    assert house.tasks(second)["two-pillows"]["due_at"] == house.now
    assert (only(house, guest).confidence, only(house, guest).sightings) == (70, 3)
    assert only(house, guest).expires_on == TODAY + timedelta(days=730)


@pytest.mark.django_db
def test_said_by_the_guest_is_a_preference_at_once(house: LearningHouse) -> None:
    guest = house.guest()
    stay = house.stay(guest)
    made = house.note(guest, "buckwheat-pillow", basis=Basis.SAID)
    assert [(one.state, one.passing, one.never) for one in made.learnt] == [("confirmed", False, False)]
    assert "buckwheat-pillow" in house.tasks(stay)


@pytest.mark.django_db
def test_supposed_a_hundred_times_is_no_preference(house: LearningHouse) -> None:
    guest = house.guest()
    for room in ("101", "102", "103"):
        stay = house.stay(guest, room)
        for post in ("room-attendant", "waiter"):
            house.note(guest, "too-dry", post=post, basis=Basis.INFERRED)
        house.check_out(stay)
    assert known(house, guest) == [("humidifier", "", False, "suggested")]


@pytest.mark.django_db
def test_a_hotel_says_itself_how_much_is_enough(house: LearningHouse) -> None:
    set_learning_rule(hotel_id=house.pk, rule=Enough(1, 1, 1), actor=SYSTEM, now=NOW)
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "yoga")
    assert known(house, guest) == [("yoga-mat", "", False, "confirmed")]
    with pytest.raises(InvalidInput):
        set_learning_rule(hotel_id=house.pk, rule=Enough(0, 1, 1), actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_another_number_confirmed_takes_the_place_of_the_first(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "ac-26", basis=Basis.SAID)
    house.note(guest, "ac-24", basis=Basis.SAID)
    assert known(house, guest) == [("temperature", "24", False, "confirmed")]
    coming = house.book(guest)
    house.heed()
    assert house.tasks(coming)["temperature"]["facts"]["likes_temperature"] == 24


@pytest.mark.django_db
def test_what_passes_never_counts_towards_a_habit(house: LearningHouse) -> None:
    """Three colds on three stays are three colds."""
    guest = house.guest()
    for room in ("101", "102", "103"):
        stay = house.stay(guest, room)
        house.note(guest, "grapefruit-cold", post="waiter", basis=Basis.SAID)
        house.note(guest, "grapefruit-cold", post="room-attendant")
        assert {"grapefruit-juice", "more-water"} <= set(house.tasks(stay))
        house.check_out(stay)
        house.next_day()
    assert known(house, guest) == []
    coming = house.book(guest)
    house.heed()
    assert house.tasks(coming) == {}
    # What was noted of it is nobody's business afterwards.
    left = db.fetch_all("SELECT text, chips, kind, cleared_at IS NOT NULL AS cleared FROM guests_observation")
    assert [tuple(row.values()) for row in left] == [("", [], "", True)] * 6


@pytest.mark.django_db
def test_expired_is_no_longer_prepared(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "two-pillows", basis=Basis.SAID)
    house.at(NOW + timedelta(days=731))
    assert wanted_in_stay(guest_ids=[guest], stay_id=0, today=house.now.date()) == []
    assert follow.expire_all() == 1
    assert known(house, guest) == []
    assert follow.expire_all() == 0


# ---------------------------------------------------------------- the guest's word


@pytest.mark.django_db
def test_not_again_is_kept_as_a_negative_and_not_suggested_any_more(house: LearningHouse) -> None:
    guest = house.guest()
    stay = house.stay(guest)
    house.note(guest, "fruit-eaten", basis=Basis.SAID)
    assert "fruit" in house.tasks(stay)
    services.hear_guest(
        hotel_id=house.pk, preference_id=only(house, guest).id, heard=Heard.NOT_AGAIN, actor=house.by("waiter"),
        now=house.now,
    )  # fmt: skip
    house.heed()
    assert known(house, guest) == [("fruit", "", True, "confirmed")]
    assert "fruit" not in house.tasks(stay)
    house.note(guest, "fruit-eaten")
    house.note(guest, "fruit-eaten", post="waiter")
    assert known(house, guest) == [("fruit", "", True, "confirmed")]
    # Only the guest's own word brings it back.
    house.note(guest, "fruit-eaten", basis=Basis.SAID)
    assert known(house, guest) == [("fruit", "", False, "confirmed")]


@pytest.mark.django_db
def test_guest_corrects_a_number(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "ac-26")
    card = only(house, guest)
    with pytest.raises(InvalidInput):
        services.hear_guest(
            hotel_id=house.pk, preference_id=card.id, heard=Heard.OTHER, value="99", actor=SYSTEM, now=house.now
        )
    assert known(house, guest) == [("temperature", "26", False, "suggested")]
    services.hear_guest(
        hotel_id=house.pk, preference_id=card.id, heard=Heard.OTHER, value="22", actor=SYSTEM, now=house.now
    )
    assert known(house, guest) == [("temperature", "22", False, "confirmed")]


@pytest.mark.django_db
def test_a_mistake_is_refused_and_what_is_seen_does_not_bring_it_back(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "yoga")
    services.hear_guest(
        hotel_id=house.pk, preference_id=only(house, guest).id, heard=Heard.NO, actor=SYSTEM, now=house.now
    )
    house.note(guest, "yoga", post="waiter")
    assert known(house, guest) == []


# ---------------------------------------------------------------- taken back


@pytest.mark.django_db
def test_taken_back_counts_no_more(house: LearningHouse) -> None:
    guest = house.guest()
    stay = house.stay(guest)
    made = house.note(guest, "curtain-gap")
    assert "curtain-gap" in house.tasks(stay)
    take_back_observation(
        hotel_id=house.pk, observation_id=made.observation_id, actor=house.by("room-attendant"), now=house.now
    )
    house.heed()
    assert known(house, guest) == []
    assert set(house.tasks(stay)) == set()
    take_back_observation(
        hotel_id=house.pk, observation_id=made.observation_id, actor=house.by("room-attendant"), now=house.now
    )
    assert db.fetch_value("SELECT count(*) FROM guests_preferenceevidence WHERE kind = 'taken_back'") == 1


@pytest.mark.django_db
def test_taken_back_by_a_colleague_is_refused_but_not_to_who_confirms(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    made = house.note(guest, "curtain-gap")
    given = {"hotel_id": house.pk, "observation_id": made.observation_id, "now": house.now}
    with pytest.raises(NotYourObservation):
        take_back_observation(actor=house.by("waiter"), **given)
    assert known(house, guest) == [("curtain-gap", "", False, "suggested")]
    take_back_observation(actor=house.by("housekeeping-supervisor"), **given)
    assert known(house, guest) == []


@pytest.mark.django_db
def test_observation_is_written_once(house: LearningHouse) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "curtain-gap", text="留缝")
    for change in ("text = '别的'", "basis = 'said'", "at = now()", "chips = '{yoga}'"):
        with pytest.raises(Exception, match="written once"):
            refused(f"UPDATE guests_observation SET {change}")
    with pytest.raises(Exception, match="not deleted"):
        refused("DELETE FROM guests_observation")
    db.execute("UPDATE guests_observation SET text = ''")


def refused(sql: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        db.execute(sql)
