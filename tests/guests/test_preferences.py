"""From observation to preference to what is done: states, the guest's word, use, endings; who may, and at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.frontdesk import services as desk
from binzhi.frontdesk.recognition import follow
from binzhi.guests.access import Permission
from binzhi.guests.errors import NothingNoted, NotYourObservation
from binzhi.guests.holdings import holdings
from binzhi.guests.learning import Basis, Outcome
from binzhi.guests.observations.chips import Chip, chips_of
from binzhi.guests.observations.requests import NewObservation
from binzhi.guests.observations.services import record_observation, take_back_observation
from binzhi.guests.observations.settings import save_chip, set_learning_rule
from binzhi.guests.preferences import rows, services
from binzhi.guests.preferences.confidence import Enough
from binzhi.guests.preferences.queries import (
    open_questions,
    preferences_of,
    summaries,
    to_confirm,
    wanted_in_stay,
)
from binzhi.guests.preferences.requests import Heard, NewPreference
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
    assert len(known(house, guest)) == 4


def notes(house: LearningHouse, guest: int) -> list[Any]:
    actors = [house.by(post) for post in ("room-attendant", "waiter", "receptionist", "bellman")]

    def note(place: int) -> str:
        record_observation(
            hotel_id=house.pk, observation=NewObservation(guest_id=guest, chips=("two-pillows",)), actor=actors[place],
            now=NOW,
        )  # fmt: skip
        return "ok"

    return [lambda place=place: note(place) for place in range(4)]
