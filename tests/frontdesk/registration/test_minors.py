"""Guests under 18: asked for before the check-in is done, and somebody is told where nobody answers for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.errors import AlarmClosed, MinorIdentityRequired, ParentNotThere, RoomRelationRequired
from binzhi.frontdesk.registration.minors import close_alarm, note_patrol
from binzhi.frontdesk.registration.queries import minors_to_look_after
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, InvalidInput
from tests.factories import NOW, SYSTEM, TestHotel
from tests.frontdesk.conftest import arrive, clerk_of, nothing_changes, topics
from tests.frontdesk.police.house import number_of, person

BOY = number_of("11010520150101003")
GUARDIAN = {"guardian_name": "王伟", "guardian_phone": "13800138000", "guardian_relation": "parent"}


def boy(**more: Any) -> RegistrationInput:
    return person("王小宝", BOY, **(GUARDIAN | {"room_relation": "parent"} | more))


def unknown_boy(**more: Any) -> RegistrationInput:
    given = GUARDIAN | {"room_relation": "parent"} | more
    return RegistrationInput(name="王小宝", birth_date=date(2015, 1, 1), **given)


def come(hotel: TestHotel, *people: RegistrationInput) -> int:
    stay = arrive(hotel, room="101", adults=1)
    services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, registrations=people, actor=clerk_of(hotel), now=NOW)
    return stay


@pytest.mark.parametrize(
    ("minor", "refusal", "field"),
    [
        (boy(room_relation=""), RoomRelationRequired, "room_relation"),
        (boy(room_relation="cousin?"), RoomRelationRequired, "room_relation"),
        (unknown_boy(), MinorIdentityRequired, "number"),
        (unknown_boy(identity_by="said so"), InvalidInput, "identity_by"),
        (unknown_boy(identity_by="parent", room_relation="teacher"), ParentNotThere, "identity_by"),
    ],
)
def test_check_in_of_a_minor_is_refused_until_everything_was_asked(
    strict: TestHotel, minor: RegistrationInput, refusal: type[DomainError], field: str
) -> None:
    stay = arrive(strict, room="101", adults=1)
    with nothing_changes(), pytest.raises(refusal) as caught:
        services.check_in(
            hotel_id=strict.pk, room_reservation_id=stay, registrations=[person(), minor], actor=clerk_of(strict),
            now=NOW,
        )  # fmt: skip
    assert caught.value.field == f"registrations.1.{field}"


def test_minor_with_a_parent_raises_no_alarm_and_what_was_asked_is_kept(strict: TestHotel) -> None:
    come(strict, person(), boy(guardian_reached=True))
    kept = db.fetch_one(
        "SELECT room_relation, guardian_reached, identity_by, registered_by FROM frontdesk_registration WHERE is_minor"
    )
    assert kept is not None
    assert (kept["room_relation"], kept["guardian_reached"], kept["identity_by"]) == ("parent", True, "")
    assert kept["registered_by"] == clerk_of(strict).user_id
    assert minors_to_look_after(hotel_id=strict.pk, since=NOW) == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"room_relation": "alone"}, "alone"),
        ({"room_relation": "unrelated", "guardian_reached": True}, "unrelated"),
        ({"room_relation": "friend"}, "friend"),
        ({"room_relation": "teacher", "guardian_reached": False}, "not_reached"),
    ],
)
def test_minor_nobody_answers_for_is_taken_in_and_told(strict: TestHotel, asked: dict[str, Any], reason: str) -> None:
    come(strict, boy(**asked))
    (alarm,) = minors_to_look_after(hotel_id=strict.pk, since=NOW)
    assert (alarm.reason, alarm.room, alarm.guardian, alarm.is_open) == (reason, "101", "王伟", True)
    assert "stay.minor_alarm" in topics()


def test_alarm_is_patrolled_and_closed_once(strict: TestHotel) -> None:
    come(strict, boy(room_relation="alone"))
    (alarm,) = minors_to_look_after(hotel_id=strict.pk, since=NOW)
    given: dict[str, Any] = {"hotel_id": strict.pk, "alarm_id": alarm.id, "actor": SYSTEM}
    note_patrol(**given, note="安静", now=NOW + timedelta(hours=1))
    with pytest.raises(InvalidInput) as refusal:
        close_alarm(**given, outcome="reported", now=NOW)
    assert refusal.value.field == "police_no"
    with pytest.raises(InvalidInput):
        close_alarm(**given, outcome="left", now=NOW)
    close_alarm(**given, outcome="reported", police_no="110-7", now=NOW + timedelta(hours=2))
    with pytest.raises(AlarmClosed):
        close_alarm(**given, outcome="reached", now=NOW)
    with pytest.raises(AlarmClosed):
        note_patrol(**given, now=NOW)
    (closed,) = minors_to_look_after(hotel_id=strict.pk, since=NOW)
    assert (closed.outcome, closed.police_no, closed.patrols) == ("reported", "110-7", 1)


@pytest.mark.parametrize("way", ["out", "undone"])
def test_alarm_ends_with_the_stay(strict: TestHotel, way: str) -> None:
    stay = come(strict, boy(room_relation="alone"))
    given: dict[str, Any] = {"hotel_id": strict.pk, "room_reservation_id": stay, "actor": SYSTEM, "now": NOW}
    if way == "out":
        services.check_out(**given, waive_day_use="test")
    else:
        services.undo_check_in(**given)
    (alarm,) = minors_to_look_after(hotel_id=strict.pk, since=NOW)
    assert alarm.outcome == {"out": "left", "undone": "undone"}[way]
