"""Sealed rooms: closed to everything but the arrival they wait for, in words and in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.frontdesk import services as desk
from binzhi.frontdesk.queries.candidates import free_rooms as candidates
from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.people.posts import POSTS
from binzhi.property import conditions, seals, services
from binzhi.property.access import Permission
from binzhi.property.errors import AlreadySealed, NotFitToSeal, NotSealed, RoomSealed
from binzhi.reservations import out_of_order, stays
from binzhi.reservations.services import return_room_to_service, set_room_out_of_order
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.conftest import arrive, audit_of, housekeeping, nothing_changes, row_of, stay_in, topics

LATER = NOW + timedelta(hours=1)
SEALER = 7


@pytest.fixture
def house(db: None) -> TestHotel:
    return make_hotel(documents_required=False, with_billing=True)


@pytest.fixture
def guest(house: TestHotel) -> int:
    """Somebody expected in 101 today, which is sealed for the stay."""
    stay = arrive(house, room="101")
    seal(house, "101", stay)
    return stay


def seal(house: TestHotel, room: str, stay: int | None = None) -> int:
    sealer = make_actor(house, [Permission.SEAL_ROOM], user_id=SEALER)
    return services.seal_room(hotel_id=house.pk, room_id=house.rooms[room], stay_id=stay, actor=sealer, now=NOW)


def break_seal(house: TestHotel, room: str, reason: str = "空调漏水") -> seals.Seal:
    breaker = make_actor(house, [Permission.BREAK_SEAL], user_id=8)
    return services.break_seal(hotel_id=house.pk, room_id=house.rooms[room], reason=reason, actor=breaker, now=LATER)


def seal_rows(house: TestHotel) -> list[dict[str, Any]]:
    db.enter_scope("*", "*")
    return db.fetch_all(
        "SELECT room_id, stay_id, sealed_by, broken_at, broken_by, reason FROM property_roomseal WHERE hotel_id = %s"
        " ORDER BY id",
        [house.pk],
    )


def refused_by_the_database(statement: str, *params: object) -> str | None:
    """The rule that refuses a statement which passes every service by; None when it went through."""
    try:
        with transaction.atomic():
            db.execute(statement, params)
    except IntegrityError as error:
        return db.constraint_of(error)
    return None


# ---------------------------------------------------------------- sealing


def test_seal_room_for_its_guest_closes_it(house: TestHotel, guest: int) -> None:
    room_id = house.rooms["101"]
    assert seal_rows(house) == [
        {"room_id": room_id, "stay_id": guest, "sealed_by": SEALER, "broken_at": None, "broken_by": None, "reason": ""}
    ]
    (found,) = seals.sealed_rooms(hotel_id=house.pk)
    assert (found.number, found.stay_id, found.sealed_at) == ("101", guest, NOW)
    assert topics()[-1] == "room.sealed"


def test_seal_room_twice_is_refused(house: TestHotel, guest: int) -> None:
    with nothing_changes(), pytest.raises(AlreadySealed):
        seal(house, "101", guest)
    assert len(seal_rows(house)) == 1


@pytest.mark.parametrize("state", ["housekeeping = 'dirty'", "maintenance = 'out_of_service'"])
def test_seal_room_not_clean_or_not_in_order_is_refused(house: TestHotel, state: str) -> None:
    db.execute(f"UPDATE property_room SET {state} WHERE id = %s", [house.rooms["102"]])
    with pytest.raises(NotFitToSeal):
        seal(house, "102")
    assert seal_rows(house) == []


def test_seal_room_with_somebody_in_it_is_refused(house: TestHotel) -> None:
    stay_in(house, "102")
    with pytest.raises(NotFitToSeal), transaction.atomic():
        seal(house, "102")
    assert seal_rows(house) == []


def test_seal_room_for_a_stay_expected_elsewhere_or_of_another_hotel_is_not_found(house: TestHotel) -> None:
    other = make_hotel(documents_required=False, with_billing=True)
    for stay in (arrive(house, room="103"), arrive(house), arrive(other, room="101"), 2**40):
        db.enter_scope("*", "*")
        with pytest.raises(NotFound), transaction.atomic():
            seal(house, "101", stay)
    assert seal_rows(house) == []


def test_seal_room_of_another_hotel_is_not_found(house: TestHotel) -> None:
    other = make_hotel()
    sealer = make_actor(house, [Permission.SEAL_ROOM])
    with pytest.raises(NotFound):
        services.seal_room(hotel_id=house.pk, room_id=other.rooms["101"], actor=sealer, now=NOW)
    assert seal_rows(house) == seal_rows(other) == []


def test_seal_rights_are_with_quality_and_the_assistant_to_the_gm() -> None:
    """Row 9: the VIP's room by quality control's assistant manager, the VVIP's by the assistant to the GM."""
    may = {code for code, post in POSTS.items() if Permission.SEAL_ROOM in post.permissions}
    assert may == {
        "general-manager", "gm-assistant", "resident-manager", "quality-manager", "quality-assistant-manager",
    }  # fmt: skip
    assert may < {code for code, post in POSTS.items() if Permission.BREAK_SEAL in post.permissions}
    assert Permission.BREAK_SEAL not in POSTS["room-attendant"].permissions


# ---------------------------------------------------------------- what a seal keeps out, named by the services


def _clean(house: TestHotel) -> None:
    services.set_room_condition(
        hotel_id=house.pk, room_id=house.rooms["101"], housekeeping="dirty", actor=SYSTEM, now=LATER
    )


def _assign_another(house: TestHotel) -> None:
    """For other nights than the VIP's, too: to give it is to plan somebody's way in."""
    stay = arrive(house, after=10)
    desk.assign_room(hotel_id=house.pk, room_reservation_id=stay, room_id=house.rooms["101"], actor=SYSTEM, now=LATER)


def _move_in(house: TestHotel) -> None:
    stay = stay_in(house, "104", nights=1)
    desk.move_room(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.rooms["101"], reason="换房", actor=SYSTEM, now=LATER
    )


def _take_out_of_order(house: TestHotel) -> None:
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["101"], start=TODAY + timedelta(days=5),
        until=TODAY + timedelta(days=6), reason="水管", actor=SYSTEM, now=LATER,
    )  # fmt: skip


def _check_in_with_it(house: TestHotel) -> None:
    stay = arrive(house, after=0)
    desk.check_in(hotel_id=house.pk, room_reservation_id=stay, room_id=house.rooms["101"], actor=SYSTEM, now=LATER)


@pytest.mark.parametrize("deed", [_clean, _assign_another, _move_in, _take_out_of_order, _check_in_with_it])
def test_sealed_room_refuses_everything_but_its_guest(
    house: TestHotel, guest: int, deed: Callable[[TestHotel], None]
) -> None:
    room = db.fetch_one("SELECT * FROM property_room WHERE id = %s", [house.rooms["101"]])
    with pytest.raises(RoomSealed) as refusal:
        deed(house)
    assert refusal.value.params == {"number": "101"}
    assert db.fetch_one("SELECT * FROM property_room WHERE id = %s", [house.rooms["101"]]) == room
    assert db.fetch_values(
        "SELECT DISTINCT room_reservation_id FROM reservations_roomnight WHERE room_id = %s", [house.rooms["101"]]
    ) == [guest]


@pytest.mark.parametrize("deed", [_clean, _assign_another, _move_in, _take_out_of_order, _check_in_with_it])
def test_negative_control_with_the_seal_broken_all_of_it_goes(
    house: TestHotel, guest: int, deed: Callable[[TestHotel], None]
) -> None:
    break_seal(house, "101")
    desk.unassign_room(hotel_id=house.pk, room_reservation_id=guest, actor=SYSTEM, now=LATER)
    deed(house)


def test_check_in_of_a_stay_that_had_the_room_before_it_was_sealed_is_refused(house: TestHotel) -> None:
    """No new night is taken, so only entering can be refused."""
    early = arrive(house, room="101", nights=1)
    vip = arrive(house, room="101", after=1)
    seal(house, "101", vip)
    with nothing_changes(), pytest.raises(RoomSealed):
        desk.check_in(hotel_id=house.pk, room_reservation_id=early, actor=SYSTEM, now=LATER)


def test_assign_proposed_leaves_a_sealed_room_out(house: TestHotel) -> None:
    """The batch goes on without it; it is not among the free rooms either."""
    for number in ("102", "103", "104", "105"):
        stay_in(house, number)
    seal(house, "101")
    day = TODAY + timedelta(days=4)
    free = stays.free_rooms(
        hotel_id=house.pk, dates=StayDates(day, day + timedelta(days=1)), room_type_id=house.room_types["std"]
    )
    assert sorted(room.number for room in free) == ["102", "103", "104", "105"]
    others = candidates(
        hotel_id=house.pk, arrival=day, until=day + timedelta(days=1), room_type_ids=[house.room_types["std"]]
    )
    assert sorted(room.number for room in others) == ["102", "103", "104", "105"]
    wanted = {arrive(house, after=4): house.rooms["101"], arrive(house, after=4): house.rooms["102"]}
    given = desk.assign_rooms(hotel_id=house.pk, arrival=day, rooms=wanted, actor=SYSTEM, now=LATER)
    assert list(given.values()) == [house.rooms["102"]]


def test_night_audit_marks_leave_a_sealed_room_alone(house: TestHotel, guest: int) -> None:
    """An out-of-order period that was planned before begins: the house's day is not held up by a seal."""
    break_seal(house, "101")
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["101"], start=TODAY + timedelta(days=2),
        until=TODAY + timedelta(days=3), reason="水管", actor=SYSTEM, now=LATER,
    )  # fmt: skip
    seal(house, "101", guest)
    assert out_of_order.mark(hotel_id=house.pk, today=TODAY + timedelta(days=2), now=LATER) == 0
    break_seal(house, "101")
    assert out_of_order.mark(hotel_id=house.pk, today=TODAY + timedelta(days=2), now=LATER) == 1


def test_return_room_to_service_while_sealed_is_refused(house: TestHotel, guest: int) -> None:
    break_seal(house, "101")
    period = set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["101"], start=TODAY + timedelta(days=2),
        until=TODAY + timedelta(days=3), reason="水管", actor=SYSTEM, now=LATER,
    )  # fmt: skip
    seal(house, "101", guest)
    with nothing_changes(), pytest.raises(RoomSealed):
        return_room_to_service(hotel_id=house.pk, out_of_order_id=period, actor=SYSTEM, now=LATER)


# ---------------------------------------------------------------- and the database, when no service is asked


def test_database_refuses_what_passes_the_services_by(house: TestHotel, guest: int) -> None:
    room, other = house.rooms["101"], arrive(house, room="102")
    night = (
        "INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id, out_of_order_id)"
        " VALUES (%s, %s, %s, %s::bigint, %s::bigint)"
    )
    later = TODAY + timedelta(days=20)
    period = db.fetch_value(
        "INSERT INTO reservations_outoforder (hotel_id, room_id, start, until, reason)"
        " VALUES (%s, %s, %s, %s, '') RETURNING id",
        [house.pk, room, later, later + timedelta(days=1)],
    )
    enter = (
        "UPDATE reservations_roomreservation SET status = 'in_house', room_id = %s, checked_in_at = now() WHERE id = %s"
    )
    tries = [
        ("UPDATE property_room SET housekeeping = 'clean' WHERE id = %s", room),
        ("UPDATE property_room SET maintenance = 'out_of_order' WHERE id = %s", room),
        ("UPDATE property_room SET housekeeping = 'dirty' WHERE hotel_id = %s", house.pk),
        ("UPDATE property_room SET is_active = false WHERE id = %s", room),
        (night, room, later, house.pk, other, None),
        (night, room, later, house.pk, None, period),
        (enter, room, other),
        (enter, room, guest),
        ("UPDATE reservations_roomnight SET room_reservation_id = %s WHERE room_id = %s", other, room),
    ]
    before = db.fetch_one("SELECT housekeeping, maintenance FROM property_room WHERE id = %s", [room])
    assert [refused_by_the_database(*one) for one in tries] == ["room_sealed"] * len(tries)
    assert db.fetch_one("SELECT housekeeping, maintenance FROM property_room WHERE id = %s", [room]) == before
    # What does not concern the seal goes through: the sign, another room, a further night of its own guest.
    assert refused_by_the_database("UPDATE property_room SET do_not_disturb = true WHERE id = %s", room) is None
    elsewhere = "UPDATE property_room SET housekeeping = 'dirty' WHERE id = %s"
    assert refused_by_the_database(elsewhere, house.rooms["102"]) is None
    assert refused_by_the_database(night, room, later, house.pk, guest, None) is None


def test_database_keeps_a_seal_as_it_was_made(house: TestHotel, guest: int) -> None:
    again = "INSERT INTO property_roomseal (hotel_id, room_id, stay_id, sealed_at) VALUES (%s, %s, %s::bigint, now())"
    assert refused_by_the_database(again, house.pk, house.rooms["101"], guest) == "one_seal_a_room"
    without_reason = "UPDATE property_roomseal SET broken_at = now() WHERE room_id = %s"
    seal(house, "102")
    assert refused_by_the_database(without_reason, house.rooms["102"]) == "broken_seal_has_a_reason"
    break_seal(house, "101")
    for change in ("SET broken_at = NULL, broken_by = NULL, reason = ''", "SET reason = '另一个'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            db.execute(f"UPDATE property_roomseal {change} WHERE room_id = %s", [house.rooms["101"]])
    with pytest.raises(IntegrityError), transaction.atomic():
        db.execute("DELETE FROM property_roomseal WHERE room_id = %s", [house.rooms["101"]])


def test_walls_a_seal_is_seen_by_its_own_hotel_alone(house: TestHotel, guest: int) -> None:
    other = make_hotel()
    db.enter_scope(str(other.pk), "")
    assert db.fetch_value("SELECT count(*) FROM property_roomseal") == 0
    db.enter_scope(str(house.pk), "")
    assert db.fetch_value("SELECT count(*) FROM property_roomseal") == 1


# ---------------------------------------------------------------- how a seal ends


def test_check_in_of_the_guest_it_waits_for_opens_the_seal(house: TestHotel, guest: int) -> None:
    clerk = make_actor(house, ["frontdesk.check_in", "frontdesk.override_readiness"], user_id=9)
    desk.check_in(hotel_id=house.pk, room_reservation_id=guest, actor=clerk, now=LATER)
    assert row_of(guest)["status"] == "in_house"
    (kept,) = seal_rows(house)
    assert (kept["broken_at"], kept["broken_by"], kept["reason"]) == (LATER, 9, "")
    assert audit_of(guest)[-1] == "stay.checked_in"
    # The room is an ordinary one again.
    conditions.mark_dirty(room_ids=[house.rooms["101"]], now=LATER)
    assert housekeeping(house, "101") == "dirty"


def test_check_in_that_fails_leaves_the_seal_whole(house: TestHotel, guest: int) -> None:
    """One transaction: nothing is opened for a guest who did not come in."""
    from binzhi.billing.payments import DepositInput

    with pytest.raises(InvalidInput), transaction.atomic():
        desk.check_in(
            hotel_id=house.pk, room_reservation_id=guest, deposit=DepositInput(means="shells", amount=Decimal(1)),
            actor=SYSTEM, now=LATER,
        )  # fmt: skip
    assert seal_rows(house)[0]["broken_at"] is None


def test_break_seal_keeps_who_when_and_why(house: TestHotel, guest: int) -> None:
    broken = break_seal(house, "101")
    assert (broken.stay_id, broken.number) == (guest, "101")
    (kept,) = seal_rows(house)
    assert (kept["broken_at"], kept["broken_by"], kept["reason"]) == (LATER, 8, "空调漏水")
    said = db.fetch_one("SELECT operation, reason FROM kernel_audit_entry ORDER BY id DESC LIMIT 1")
    assert said == {"operation": "room.seal_broken", "reason": "空调漏水"}
    payload = db.fetch_value("SELECT payload::text FROM kernel_outbox_event ORDER BY id DESC LIMIT 1")
    assert "空调" not in payload
    seal(house, "101", guest)
    assert len(seal_rows(house)) == 2


def test_break_seal_without_reason_right_or_seal_is_refused(house: TestHotel, guest: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        break_seal(house, "101", reason="  ")
    assert refusal.value.field == "reason"
    with pytest.raises(NotSealed):
        break_seal(house, "102")
    attendant = make_actor(house, POSTS["room-attendant"].permissions)
    with pytest.raises(Forbidden):
        services.break_seal(hotel_id=house.pk, room_id=house.rooms["101"], reason="x", actor=attendant, now=NOW)
    other = make_hotel()
    with pytest.raises(NotFound):
        services.break_seal(hotel_id=house.pk, room_id=other.rooms["101"], reason="x", actor=SYSTEM, now=NOW)
    assert [row["broken_at"] for row in seal_rows(house)] == [None]
