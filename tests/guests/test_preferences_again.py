"""Preferences that change under way: another number after the task was done, two files made one, a task and its notes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from binzhi.guests.learning import Basis
from binzhi.guests.merging.services import merge_guests, unmerge_guests
from binzhi.guests.preferences import services
from binzhi.guests.preferences.queries import open_questions, preferences_of, summaries, to_confirm
from binzhi.guests.preferences.requests import Heard
from binzhi.kernel import db
from binzhi.people.posts import POSTS
from binzhi.promises.enums import Evidence
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.tasks import complete_task
from tests.factories import SYSTEM, TODAY
from tests.guests.learning_house import LearningHouse, learning_house
from tests.reservations.desk import make_user


@pytest.fixture
def house(db: None, time_machine: Any) -> LearningHouse:
    return learning_house(time_machine)


def known(house: LearningHouse, guest: int) -> list[tuple[str, str, str, int]]:
    found = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    return [(one.wish, one.value, one.state, one.sightings) for one in found]


def does(house: LearningHouse, stay: int, key: str) -> None:
    complete_task(
        hotel_id=house.pk, task_id=house.tasks(stay)[key]["id"], proofs=[ProofInput(Evidence.TICK)], actor=SYSTEM,
        now=house.now,
    )  # fmt: skip
    house.heed()


@pytest.mark.django_db
def test_another_number_after_the_task_was_done_opens_it_again(house: LearningHouse) -> None:
    guest = house.guest()
    house.note(guest, "ac-26", basis=Basis.SAID)
    stay = house.stay(guest)
    does(house, stay, "temperature")
    (first,) = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    services.hear_guest(
        hotel_id=house.pk, preference_id=first.id, heard=Heard.OTHER, value="24", actor=SYSTEM, now=house.now
    )
    house.heed()
    task = house.tasks(stay)["temperature"]
    assert (task["state"], task["due_at"], task["facts"]["likes_temperature"]) == ("open", house.now, 24)
    # What was replaced is not asked about; done anew, the new number is.
    assert open_questions(hotel_id=house.pk, stay_id=stay) == []
    does(house, stay, "temperature")
    (question,) = open_questions(hotel_id=house.pk, stay_id=stay)
    assert question.preference.value == "24"
    # Heard again, nothing is done a third time.
    house.last = 0
    house.heed()
    assert house.tasks(stay)["temperature"]["state"] == "done"


def two_files(house: LearningHouse) -> tuple[int, int, int]:
    """One wish seen in both files, one number said in each; joined."""
    first, second = house.guest("许文静"), house.guest("许文婧")
    for guest in (first, second):
        house.stay(guest, "101" if guest == first else "102")
        house.note(guest, "curtain-gap")
    house.note(first, "ac-26", basis=Basis.SAID)
    house.note(second, "ac-24", basis=Basis.SAID)
    merge = merge_guests(
        hotel_id=house.pk, survivor_id=first, merged_id=second, choices={}, actor=SYSTEM, now=house.now
    )
    return first, second, merge


@pytest.mark.django_db
def test_wish_of_two_joined_files_shows_once_and_is_answered_once(house: LearningHouse) -> None:
    first, _second, _merge = two_files(house)
    house.heed()
    assert [row for row in known(house, first) if row[0] == "curtain-gap"] == [("curtain-gap", "", "suggested", 2)]
    assert sum(row[0] == "temperature" for row in known(house, first)) == 1
    assert [one.preference.wish for one in to_confirm(hotel_id=house.pk)] == ["curtain-gap"]
    (waiting,) = to_confirm(hotel_id=house.pk)
    services.refuse_preference(hotel_id=house.pk, preference_id=waiting.preference.id, actor=SYSTEM, now=house.now)
    assert to_confirm(hotel_id=house.pk) == []
    assert [row for row in known(house, first) if row[0] == "curtain-gap"] == []


@pytest.mark.django_db
def test_wish_of_two_joined_files_is_confirmed_once(house: LearningHouse) -> None:
    first, second, merge = two_files(house)
    (waiting,) = to_confirm(hotel_id=house.pk)
    services.confirm_preference(hotel_id=house.pk, preference_id=waiting.preference.id, actor=SYSTEM, now=house.now)
    assert to_confirm(hotel_id=house.pk) == []
    labels = [one.label for one in summaries(guest_ids=[first], today=TODAY)[first]]
    assert len(labels) == len(set(labels))
    unmerge_guests(hotel_id=house.pk, merge_id=merge, actor=SYSTEM, now=house.now)
    # The numbers are each file's own again.
    assert [row[1] for row in known(house, first) if row[0] == "temperature"] == ["26"]
    assert [row[1] for row in known(house, second) if row[0] == "temperature"] == ["24"]


@pytest.mark.django_db
def test_task_shows_what_was_noted_and_its_photo_to_who_prepares_it(house: LearningHouse) -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (10, 200, 10)).save(out, "JPEG")
    guest, other = house.guest(), house.guest("陈国梁")
    house.note(guest, "two-quilts", basis=Basis.SAID, text="毯子铺在右边", picture=out.getvalue())
    house.note(other, "yoga", picture=out.getvalue())
    stay = house.book(guest)
    house.heed()
    maid = Client()
    maid.force_login(make_user(house.hotel, POSTS["room-attendant"].permissions))
    at = f"/h/{house.hotel.ref.code}"
    page = maid.get(f"{at}/tasks/{house.tasks(stay)['second-blanket']['id']}").content.decode()
    db.enter_scope("*", "*")
    mine, strange = db.fetch_values("SELECT id FROM guests_observationpicture ORDER BY id")
    assert "毯子铺在右边" in page
    assert f"{at}/recognition/{stay}/pictures/{mine}" in page
    assert maid.get(f"{at}/recognition/{stay}/pictures/{mine}").content[:3] == b"\xff\xd8\xff"
    assert maid.get(f"{at}/recognition/{stay}/pictures/{strange}").status_code == 404
