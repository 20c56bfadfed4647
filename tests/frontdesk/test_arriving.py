"""Check-in: what it does in how many statements, and what refuses it without a trace."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing.ledger import deposit_of
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import RoomNotReady, RoomOutOfOrder, WrongRoomType
from binzhi.frontdesk.requests import DepositInput
from binzhi.frontdesk.services import check_in
from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations.errors import NoRoomAssigned, NotDueIn, RoomOccupied, RoomTaken, RoomTypeSoldOut, WrongStatus
from binzhi.reservations.services import set_room_out_of_order
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    clerk_of,
    nights_of,
    nothing_changes,
    row_of,
    set_housekeeping,
    sold,
    statements,
    stay_in,
    topics,
)


def begin(hotel: TestHotel, stay: int, actor: Actor, **more: Any) -> Any:
    return check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=actor, now=NOW, **more)


def test_check_in_into_the_assigned_room_starts_the_stay_in_five_statements(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    with statements() as sent:
        done = begin(house, stay, clerk)
    row = row_of(stay)
    assert (row["status"], row["checked_in_at"], row["room_id"]) == ("in_house", NOW, house.rooms["101"])
    assert (done.room, done.folio_id, done.room_id) == ("101", row["folio_id"], house.rooms["101"])
    assert row["charge_account_id"] is not None
    assert audit_of(stay) == ["reservation.unit_assigned", "stay.checked_in"]
    assert topics()[-1] == "stay.checked_in"
    assert len(sent) == 5


def test_check_in_with_a_room_given_now_assigns_it_in_seven_statements(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=2)
    with statements() as sent:
        begin(house, stay, clerk, room_id=house.rooms["103"])
    assert nights_of(house, "103") == {TODAY: stay, TODAY + timedelta(days=1): stay}
    assert len(sent) == 7


def test_check_in_with_deposit_holds_the_money(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    done = begin(house, stay, clerk, deposit=DepositInput(means="cash", amount=Decimal("500.00")))
    assert deposit_of(done.folio_id) == Decimal("500.00")


def test_check_in_into_another_type_moves_the_counters_and_keeps_the_price(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=2)
    begin(house, stay, clerk, room_id=house.rooms["201"])
    assert (sold(house, "std"), sold(house, "king")) == ([0, 0, 0, 0], [1, 1, 0, 0])
    row = row_of(stay)
    assert (row["room_type_id"], row["priced_type_id"]) == (house.room_types["king"], house.room_types["std"])


def test_check_in_again_after_undo_uses_the_same_bill(house: TestHotel, clerk: Actor) -> None:
    from binzhi.frontdesk.services import undo_check_in

    stay = arrive(house, room="101")
    first = begin(house, stay, clerk)
    undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)
    assert begin(house, stay, clerk).folio_id == first.folio_id


def test_check_in_dirty_room_with_the_right_to_override_is_taken_as_it_is(house: TestHotel) -> None:
    set_housekeeping(house, "101", "dirty")
    manager = make_actor(house, [Permission.CHECK_IN, Permission.OVERRIDE_READINESS])
    assert begin(house, arrive(house, room="101"), manager, accept_as_it_is=True).room == "101"


def test_check_in_clean_room_where_inspection_is_asked_is_not_ready(house: TestHotel, clerk: Actor) -> None:
    db.execute("UPDATE property_hotel SET inspection_required = true WHERE id = %s", [house.pk])
    set_housekeeping(house, "101", "clean")
    stay = arrive(house, room="101")
    with nothing_changes(), pytest.raises(RoomNotReady):
        begin(house, stay, clerk)
    set_housekeeping(house, "101", "inspected")
    assert begin(house, stay, clerk).room == "101"


def refusal(hotel: TestHotel, stay: int, actor: Actor, expected: type[DomainError], **more: Any) -> DomainError:
    """A refused check-in that left nothing behind."""
    with nothing_changes(), pytest.raises(expected) as caught:
        begin(hotel, stay, actor, **more)
    assert type(caught.value) is expected
    return caught.value


def test_check_in_without_a_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    assert refusal(house, arrive(house), clerk, NoRoomAssigned).field == "room"


def test_check_in_dirty_room_is_refused_at_its_field(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    set_housekeeping(house, "101", "dirty")
    refused = refusal(house, stay, clerk, RoomNotReady)
    assert (refused.field, refused.params["number"]) == ("room", "101")


def test_check_in_dirty_room_without_the_right_to_override_is_forbidden(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    set_housekeeping(house, "101", "dirty")
    refusal(house, stay, clerk, Forbidden, accept_as_it_is=True)


def test_check_in_while_somebody_is_still_in_the_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay_in(house, "101", nights=0)
    refusal(house, arrive(house, room="101"), clerk, RoomOccupied)


def test_check_in_room_out_of_order_tonight_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=0, room="102")
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["102"], start=TODAY, until=TODAY + timedelta(days=2), reason="漏水",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    refusal(house, stay, clerk, RoomOutOfOrder)


def test_check_in_before_the_day_of_arrival_is_refused(house: TestHotel, clerk: Actor) -> None:
    refusal(house, arrive(house, after=1, room="101"), clerk, NotDueIn)


def test_check_in_after_cancellation_is_refused(house: TestHotel, clerk: Actor) -> None:
    from binzhi.reservations.services import cancel_reservation

    stay = arrive(house)
    cancel_reservation(
        hotel_id=house.pk, reservation_id=row_of(stay)["reservation_id"], reason="guest", actor=SYSTEM, now=NOW
    )
    refusal(house, stay, clerk, WrongStatus, room_id=house.rooms["101"])


def test_check_in_twice_is_refused(house: TestHotel, clerk: Actor) -> None:
    refusal(house, stay_in(house, "101"), clerk, WrongStatus)


def test_check_in_into_a_room_promised_to_somebody_else_is_refused(house: TestHotel, clerk: Actor) -> None:
    arrive(house, after=1, room="101")
    refusal(house, arrive(house, nights=3), clerk, RoomTaken, room_id=house.rooms["101"])


def test_check_in_into_another_type_that_was_not_asked_for_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused = refusal(house, arrive(house), clerk, WrongRoomType, room_id=house.rooms["201"], change_type=False)
    assert refused.field == "room"


def test_check_in_into_another_type_that_is_sold_out_is_refused(house: TestHotel, clerk: Actor) -> None:
    for _ in range(3):
        arrive(house, room_type="king")
    refusal(house, arrive(house), clerk, RoomTypeSoldOut, room_id=house.rooms["201"])


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "NaN", "99999999999"])
def test_check_in_with_an_impossible_deposit_leaves_nothing(house: TestHotel, clerk: Actor, amount: str) -> None:
    stay = arrive(house, room="101")
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        begin(house, stay, clerk, deposit=DepositInput(means="cash", amount=Decimal(amount)))
    assert caught.value.field == "amount"


def test_check_in_with_deposit_needs_the_right_to_take_it(house: TestHotel) -> None:
    receptionist = make_actor(house, [Permission.CHECK_IN])
    deposit = DepositInput(means="cash", amount=Decimal(500))
    refusal(house, arrive(house, room="101"), receptionist, Forbidden, deposit=deposit)


def test_check_in_note_that_is_too_long_is_refused_at_its_field(house: TestHotel, clerk: Actor) -> None:
    assert refusal(house, arrive(house, room="101"), clerk, InvalidInput, note="长" * 201).field == "note"


def test_check_in_asks_for_its_right(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    colleague = make_actor(house, [right for right in Permission if right != Permission.CHECK_IN])
    elsewhere = clerk_of(make_hotel())
    for actor, expected in ((colleague, Forbidden), (STRANGER, NotFound), (elsewhere, NotFound)):
        refusal(house, stay, actor, expected)


def test_check_in_of_another_hotels_reservation_is_not_found(house: TestHotel) -> None:
    other = make_hotel(documents_required=False, with_billing=True)
    refusal(other, arrive(house, room="101"), clerk_of(other), NotFound)


def test_check_in_into_another_hotels_room_is_not_found(house: TestHotel, clerk: Actor) -> None:
    other = make_hotel()
    refusal(house, arrive(house), clerk, NotFound, room_id=other.rooms["101"])
