"""Screens of observing, preferences and recognition: once per token, who sees what, lists in few statements."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from binzhi.guests.learning import Basis
from binzhi.guests.preferences.queries import open_questions, preferences_of
from binzhi.guests.profile.services import write_profile
from binzhi.kernel import db
from binzhi.people.posts import POSTS
from binzhi.promises.enums import Evidence
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.tasks import complete_task
from tests.factories import NOW, SYSTEM, TODAY
from tests.guests.learning_house import LearningHouse, learning_house
from tests.reservations.desk import make_user

SignIn = Callable[[str], Client]


@pytest.fixture
def house(db: None, time_machine: Any) -> LearningHouse:
    return learning_house(time_machine)


@pytest.fixture
def sign_in(house: LearningHouse) -> SignIn:
    """A browser of somebody in that post."""

    def make(post: str) -> Client:
        client = Client()
        client.force_login(make_user(house.hotel, POSTS[post].permissions))
        return client

    return make


def url(house: LearningHouse, rest: str) -> str:
    return f"/h/{house.hotel.ref.code}/{rest}"


def posted(guest: int, *chips: str, **more: Any) -> dict[str, Any]:
    return {"guest": guest, "chip": list(chips), "place": "room", "moment": "cleaning", "basis": "seen", **more}


def count(table: str) -> int:
    db.enter_scope("*", "*")
    return int(db.fetch_value(f"SELECT count(*) FROM {table}"))


@pytest.mark.django_db
def test_observe_page_offers_who_is_here_by_surname_and_title(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest("许文静")
    house.stay(guest, "101")
    page = sign_in("room-attendant").get(url(house, "observe")).content.decode()
    assert "许女士" in page
    assert "文静" not in page
    assert "Wénjìng" not in page
    assert 'data-words="101 许女士 xu"' in page


@pytest.mark.django_db
def test_recorded_twice_under_one_token_is_one_observation(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    maid = sign_in("room-attendant")
    for _ in range(3):
        answer = maid.post(
            url(house, "observe/record"), posted(guest, "curtain-gap", idempotency_key="a1"),
            headers={"accept": "application/json"},
        )  # fmt: skip
        assert answer.status_code == 201
        assert "可能的喜好：夜床留一道窗帘缝" in answer.json()["html"]
    assert (count("guests_observation"), count("guests_preferenceevidence")) == (1, 1)
    maid.post(url(house, "observe/record"), posted(guest, "curtain-gap", idempotency_key="a2"))
    assert count("guests_observation") == 2


@pytest.mark.django_db
def test_refused_says_why_and_keeps_what_was_typed(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    maid = sign_in("room-attendant")
    answer = maid.post(url(house, "observe/record"), posted(guest, "no-such", text="写了一句"))
    assert (answer.status_code, "写了一句" in answer.content.decode()) == (422, True)
    answer = maid.post(url(house, "observe/record"), posted(0, "yoga"), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["refused"]) == (422, "请选择客人。")
    assert count("guests_observation") == 0


@pytest.mark.django_db
def test_words_to_think_about_are_said_and_the_text_is_kept(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    answer = sign_in("waiter").post(
        url(house, "observe/record"), posted(guest, text="客人谈到收入"), headers={"accept": "application/json"}
    )
    assert "收入: " in answer.json()["html"]
    assert "bz-toast soon" in answer.json()["html"]
    assert count("guests_observation") == 1


@pytest.mark.django_db
def test_picture_is_sealed_and_seen_only_by_who_sees_files(house: LearningHouse, sign_in: SignIn) -> None:
    out = io.BytesIO()
    Image.new("RGB", (2000, 1000), (10, 200, 10)).save(out, "JPEG")
    guest = house.guest()
    house.stay(guest)
    file = io.BytesIO(out.getvalue())
    file.name = "x.jpg"
    sign_in("room-attendant").post(url(house, "observe/record"), posted(guest, picture=file))
    db.enter_scope("*", "*")
    kept = db.fetch_one("SELECT id, sealed, width FROM guests_observationpicture")
    assert kept is not None
    assert kept["width"] == 1600
    assert b"JFIF" not in bytes(kept["sealed"])
    where = url(house, f"observations/pictures/{kept['id']}")
    assert sign_in("front-office-manager").get(where).content[:3] == b"\xff\xd8\xff"
    assert sign_in("room-attendant").get(where).status_code == 403


@pytest.mark.django_db
def test_take_back_is_offered_and_works(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    maid = sign_in("room-attendant")
    answer = maid.post(url(house, "observe/record"), posted(guest, "yoga"), headers={"accept": "application/json"})
    db.enter_scope("*", "*")
    observation = db.fetch_value("SELECT id FROM guests_observation")
    undo = url(house, f"observations/{observation}/take-back")
    assert undo in answer.json()["html"]
    maid.post(undo)
    db.enter_scope("*", "*")
    assert preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest) == []


@pytest.mark.django_db
def test_supervisor_confirms_from_the_list_and_the_waiter_cannot(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "yoga")
    (one,) = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    where = url(house, f"preferences/{one.id}/confirm")
    assert sign_in("waiter").post(where).status_code == 403
    boss = sign_in("housekeeping-supervisor")
    assert "瑜伽垫" in boss.get(url(house, "preferences")).content.decode()
    boss.post(where)
    db.enter_scope("*", "*")
    (one,) = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    assert (one.state, one.confidence) == ("confirmed", 75)


@pytest.mark.django_db
def test_guest_page_shows_likes_and_what_to_avoid(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.stay(guest)
    house.note(guest, "ac-26", basis=Basis.SAID)
    house.note(guest, "no-lilies", basis=Basis.SAID)
    page = sign_in("front-office-manager").get(url(house, f"guests/{guest}")).content.decode()
    assert "空调 26 ℃" in page
    assert "忌：百合花" in page
    whole = sign_in("front-office-manager").get(url(house, f"guests/{guest}/preferences"))
    assert whole.status_code == 200


@pytest.mark.django_db
def test_preference_written_by_hand(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    boss, where = sign_in("front-office-manager"), url(house, f"guests/{guest}/preferences")
    wrong = boss.post(where, {"wish": "temperature", "value": "99", "department": "housekeeping"})
    assert (wrong.status_code, count("guests_preference")) == (422, 0)
    assert boss.post(where, {"wish": "temperature", "value": "22", "department": "housekeeping"}).status_code == 302
    empty = boss.post(where, {"wish": "own", "text": "", "department": "dining"})
    assert (empty.status_code, count("guests_preference")) == (422, 1)
    assert boss.post(where, {"wish": "own", "text": "鱼要清蒸", "department": "dining"}).status_code == 302
    db.enter_scope("*", "*")
    found = preferences_of(group_id=house.hotel.ref.group_id, guest_id=guest)
    assert {(one.label, one.department, one.state) for one in found} == {
        ("空调 22 ℃", "housekeeping", "confirmed"), ("鱼要清蒸", "dining", "confirmed"),
    }  # fmt: skip


@pytest.mark.django_db
def test_chips_are_the_hotels_own_words(house: LearningHouse, sign_in: SignIn) -> None:
    boss, where = sign_in("housekeeping-manager"), url(house, "observe/chips")
    assert "窗帘留了一道缝" in boss.get(f"{where}?chip=curtain-gap").content.decode()
    given = {"code": "curtain-gap", "kind": "sleep", "name": "窗帘没拉严", "places": ["room"], "wish": "curtain-gap",
             "is_active": "on"}  # fmt: skip
    assert boss.post(where, given).status_code == 302
    assert "窗帘没拉严" in sign_in("room-attendant").get(url(house, "observe")).content.decode()
    assert boss.post(where, given | {"wish": "temperature", "value": "7"}).status_code == 422
    rule = url(house, "observe/rule")
    assert boss.post(rule, {"sightings": 2, "stays": 1, "people": 1}).status_code == 302
    assert boss.post(rule, {"sightings": 0, "stays": 1, "people": 1}).status_code == 422
    db.enter_scope("*", "*")
    assert db.fetch_one("SELECT sightings, stays, people FROM guests_learningrule") == {
        "sightings": 2, "stays": 1, "people": 1,
    }  # fmt: skip
    assert sign_in("waiter").get(where).status_code == 403


# ---------------------------------------------------------------- recognition


def met(house: LearningHouse) -> tuple[int, int]:
    """A guest who is known, and the stay."""
    guest = house.guest("许文静")
    before = house.stay(guest, "105")
    house.note(guest, "window-seat", post="waiter", text="靠窗 6 号桌；小馄饨", place="restaurant", basis=Basis.SAID)
    house.note(guest, "no-lilies", basis=Basis.SAID)
    house.check_out(before)
    house.next_day()
    return guest, house.stay(guest, "101")


@pytest.mark.django_db
def test_card_says_how_to_call_what_to_do_and_what_to_leave(house: LearningHouse, sign_in: SignIn) -> None:
    _guest, stay = met(house)
    page = sign_in("waiter").get(url(house, f"recognition/{stay}")).content.decode()
    for words in ("许女士", "Xǔ", "早餐留老座位", "忌：百合花", "靠窗 6 号桌；小馄饨", "105", "早餐留好老座位", "婚姻"):
        assert words in page, words
    assert "文静" not in page
    assert sign_in("engineer").get(url(house, f"recognition/{stay}")).status_code == 403


@pytest.mark.django_db
def test_card_uses_the_name_the_file_knows(house: LearningHouse, sign_in: SignIn) -> None:
    guest, stay = met(house)
    given = {"salutation": "许总", "said": "Xǔ zǒng", "not_called": "文静", "languages": "英语"}
    write_profile(hotel_id=house.hotel.pk, guest_id=guest, values=given, seen=0, actor=SYSTEM, now=NOW)
    page = sign_in("waiter").get(url(house, f"recognition/{stay}")).content.decode()
    for words in ("许总", "Xǔ zǒng", "不要称“文静”", "英语"):
        assert words in page, words


@pytest.mark.django_db
@pytest.mark.parametrize("guests", [1, 3])
def test_list_takes_the_same_statements_for_any_number(house: LearningHouse, sign_in: SignIn, guests: int) -> None:
    for place in range(guests):
        guest = house.guest(f"许文{place}")
        house.stay(guest, str(101 + place))
        house.note(guest, "yoga", basis=Basis.SAID)
    waiter = sign_in("waiter")
    waiter.get(url(house, "recognition"))
    with CaptureQueriesContext(connection) as sent:
        page = waiter.get(url(house, "recognition")).content.decode()
    own = [query for query in sent.captured_queries if "guests_" in query["sql"]]
    assert (page.count("rc-line"), len(own)) == (guests, 4)


@pytest.mark.django_db
def test_list_finds_by_room_name_and_reading_without_an_address(house: LearningHouse, sign_in: SignIn) -> None:
    met(house)
    house.stay(house.guest("John Smith", sex="male"), "102")
    waiter = sign_in("waiter")
    for typed, found in (("101", 1), ("许", 1), ("xu", 1), ("smith", 1), ("10", 2), ("张", 0)):
        page = waiter.post(url(house, "recognition"), {"q": typed}).content.decode()
        assert page.count("rc-line") == found, typed


@pytest.mark.django_db
def test_breakfast_shows_who_slept_here_with_the_last_order(house: LearningHouse, sign_in: SignIn) -> None:
    met(house)
    waiter = sign_in("waiter")
    assert "rc-line" not in waiter.get(url(house, "recognition?show=breakfast")).content.decode()
    db.execute("UPDATE property_hotel SET business_date = %s WHERE id = %s", [TODAY + timedelta(days=1), house.pk])
    assert "小馄饨" in waiter.get(url(house, "recognition?show=breakfast")).content.decode()


@pytest.mark.django_db
def test_arrival_shows_on_the_boards_of_the_departments_for_a_while(house: LearningHouse, sign_in: SignIn) -> None:
    _guest, stay = met(house)
    maid = sign_in("room-attendant")
    card = url(house, f"recognition/{stay}")
    for where in ("tasks", "my-tasks"):
        page = maid.get(url(house, where)).content.decode()
        assert card in page, where
    assert 'data-live="task run room_reservation"' in page
    house.at(house.now + timedelta(hours=1))
    assert card not in maid.get(url(house, "tasks")).content.decode()


@pytest.mark.django_db
def test_check_in_screen_shows_the_card(house: LearningHouse, sign_in: SignIn) -> None:
    guest, _stay = met(house)
    coming = house.book(guest)
    page = sign_in("receptionist").get(url(house, f"stays/{coming}/check-in")).content.decode()
    assert "忌：百合花" in page


@pytest.mark.django_db
def test_task_page_names_whom_it_is_for_and_asks_whether_it_pleased(house: LearningHouse, sign_in: SignIn) -> None:
    guest = house.guest()
    house.note(guest, "two-quilts", basis=Basis.SAID)
    stay = house.stay(guest)
    done = house.tasks(stay)["second-blanket"]
    page = sign_in("housekeeping-supervisor").get(url(house, f"tasks/{done['id']}")).content.decode()
    assert "许女士" in page
    db.enter_scope("*", "*")
    complete_task(
        hotel_id=house.pk, task_id=done["id"], proofs=[ProofInput(Evidence.TICK)], actor=SYSTEM, now=house.now
    )
    house.heed()
    (question,) = open_questions(hotel_id=house.pk, stay_id=stay)
    asks = house.tasks(stay)["asked-pleased"]["id"]
    desk = sign_in("receptionist")
    answer = url(house, f"preferences/uses/{question.use_id}")
    assert answer in desk.get(url(house, f"tasks/{asks}")).content.decode()
    desk.post(answer, {"outcome": "pleased"})
    db.enter_scope("*", "*")
    assert open_questions(hotel_id=house.pk, stay_id=stay) == []
