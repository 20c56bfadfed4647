from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing import ledger
from binzhi.billing.models import Transaction
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import errors, no_shows, stays, verify
from binzhi.reservations.access import Permission
from binzhi.reservations.models import RoomNight, RoomReservation, StayNight
from binzhi.reservations.requests import Cancelled, ReservationRef
from binzhi.reservations.services import cancel_reservation, create_reservation, mark_no_show, reinstate
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    sold,
    statements,
)

# 18:00 on the hotel's clocks on the day of arrival, when `flex` stops being free.
DEADLINE = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def book(hotel: TestHotel, **of: Any) -> ReservationRef:
    return create_reservation(hotel_id=hotel.pk, booking=booking(**of), actor=SYSTEM, now=NOW)


def cancel(hotel: TestHotel, made: ReservationRef, *, now: datetime = NOW, **of: Any) -> Cancelled:
    of = {"reason": "guest", "actor": SYSTEM} | of
    return cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, now=now, **of)


def refused(hotel: TestHotel, attempt: Callable[[], Any]) -> DomainError:
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        attempt()
    assert fingerprint(hotel) == before
    return refusal.value


def assign(hotel: TestHotel, room_reservation_id: int, number: str) -> stays.LockedRoom:
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=room_reservation_id)
        return stays.assign(room_reservation=stay, room_id=hotel.rooms[number])


def charges(hotel: TestHotel) -> list[tuple[str, Decimal]]:
    """Code and what the folio owes for it, reversals included."""
    return [
        (row["code"], row["amount"])
        for row in db.fetch_all(
            "SELECT c.code, l.amount FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id"
            " JOIN billing_account a ON a.id = l.account_id AND a.kind = 'folio'"
            " JOIN billing_chargecode c ON c.id = t.charge_code_id WHERE t.hotel_id = %s ORDER BY t.id",
            [hotel.pk],
        )
    ]


def status_of(room_id: int) -> str:
    return RoomReservation.objects.get(pk=room_id).status


def test_cancel_reservation_in_time_is_free_and_gives_nights_and_room_back(hotel: TestHotel) -> None:
    made = book(hotel)
    assign(hotel, made.room_ids[0], "101")
    done = cancel(hotel, made, now=DEADLINE, note="改期")
    assert (done.fee, done.room_ids) == (Decimal(0), made.room_ids)
    assert sum(sold(hotel)) == 0
    room = RoomReservation.objects.get(pk=made.room_ids[0])
    assert (room.status, room.room_id, room.ended_on, room.end_reason, room.end_note, room.folio_id) == (
        "cancelled", None, TODAY, "guest", "改期", None,
    )  # fmt: skip
    assert RoomNight.objects.count() == 0
    assert charges(hotel) == []
    # The prices stay to explain what was agreed.
    assert StayNight.objects.filter(room_reservation_id=room.pk).count() == 2


def test_cancel_reservation_after_the_deadline_posts_the_fee_once(hotel: TestHotel) -> None:
    made = book(hotel)
    done = cancel(hotel, made, now=DEADLINE + timedelta(seconds=1))
    assert done.fee == Decimal(400)
    assert charges(hotel) == [("8010", Decimal("400.00"))]
    folio_id = RoomReservation.objects.get(pk=made.room_ids[0]).folio_id
    assert folio_id is not None
    assert ledger.balance_of(folio_id) == Decimal(400)
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, now=DEADLINE)), errors.NothingToCancel)


def test_cancel_reservation_percent_policy_counts_all_agreed_nights(hotel: TestHotel) -> None:
    made = book(hotel, rate_plan="bb", nights=3)
    assert cancel(hotel, made).fee == Decimal(660)


def test_cancel_reservation_fee_uses_an_open_folio_and_leaves_the_deposit(hotel: TestHotel) -> None:
    made = book(hotel)
    folio = ledger.open_folio(hotel_id=hotel.pk, guest_id=None, now=NOW)
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0])
        stays.set_folio(room_reservation=stay, folio_id=folio.folio_id, account_id=folio.account_id)
    cancel(hotel, made, now=DEADLINE + timedelta(hours=1))
    assert RoomReservation.objects.get(pk=made.room_ids[0]).folio_id == folio.folio_id
    assert ledger.balance_of(folio.folio_id) == Decimal(400)


def test_cancel_reservation_waived_fee_needs_the_right_and_is_told_in_the_audit(hotel: TestHotel) -> None:
    made = book(hotel)
    clerk = make_actor(hotel, [Permission.CANCEL])
    late = DEADLINE + timedelta(hours=1)
    refusal = refused(hotel, lambda: cancel(hotel, made, now=late, waive_fee=True, actor=clerk))
    assert isinstance(refusal, Forbidden)
    manager = make_actor(hotel, [Permission.CANCEL, Permission.WAIVE_FEE])
    assert cancel(hotel, made, now=late, waive_fee=True, actor=manager).fee == Decimal(0)
    assert charges(hotel) == []
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.after["waived"], entry.after["fee"], entry.reason, entry.user_id) == ("400.00", "0.00", "guest", 7)


def test_cancel_reservation_some_rooms_leaves_the_others(hotel: TestHotel) -> None:
    made = book(hotel, rooms=3)
    done = cancel(hotel, made, room_ids=[made.room_ids[1]])
    assert done.room_ids == (made.room_ids[1],)
    assert [status_of(pk) for pk in made.room_ids] == ["reserved", "cancelled", "reserved"]
    assert sold(hotel)[:2] == [2, 2]
    # What is left goes with the next.
    assert cancel(hotel, made).room_ids == (made.room_ids[0], made.room_ids[2])
    assert OutboxEvent.objects.filter(topic="reservation.cancelled", subject_id=made.id).count() == 2


def test_cancel_reservation_what_cannot_be_cancelled_is_refused(hotel: TestHotel) -> None:
    made, other = book(hotel), book(hotel)
    assert refused(hotel, lambda: cancel(hotel, made, reason="because")).field == "reason"
    assert refused(hotel, lambda: cancel(hotel, made, reason="")).field == "reason"
    assert refused(hotel, lambda: cancel(hotel, made, reason="\x00")).field == "reason"
    assert refused(hotel, lambda: cancel(hotel, made, note="x" * 301)).field == "note"
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, room_ids=[other.room_ids[0]])), NotFound)
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, room_ids=[])), NotFound)
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, expected_version=7)), EditConflict)
    cancel(hotel, made)
    refusal = refused(hotel, lambda: cancel(hotel, made, room_ids=[made.room_ids[0]]))
    assert isinstance(refusal, errors.WrongStatus)


def test_cancel_reservation_in_house_is_not_cancelled(hotel: TestHotel) -> None:
    made = book(hotel)
    stay = assign(hotel, made.room_ids[0], "101")
    with unit_of_work():
        stays.start(room_reservation=stay, now=NOW)
    assert isinstance(refused(hotel, lambda: cancel(hotel, made)), errors.NothingToCancel)


def test_cancel_reservation_of_another_hotel_is_not_found(hotel: TestHotel) -> None:
    made = book(hotel)
    other = make_hotel(with_billing=True)
    stranger = make_actor(other, [Permission.CANCEL])
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, actor=stranger)), NotFound)

    def by_the_other_door() -> None:
        cancel_reservation(hotel_id=other.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=NOW)

    assert isinstance(refused(hotel, by_the_other_door), NotFound)


def test_mark_no_show_on_the_day_of_arrival_charges_and_frees(hotel: TestHotel) -> None:
    made = book(hotel, nights=3)
    done = mark_no_show(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)
    assert done.fee == Decimal(400)
    assert charges(hotel) == [("8020", Decimal("400.00"))]
    assert (status_of(made.room_ids[0]), sum(sold(hotel))) == ("no_show", 0)
    assert OutboxEvent.objects.filter(topic="reservation.no_show", subject_id=made.id).count() == 1


def test_mark_no_show_before_arrival_or_twice_is_refused(hotel: TestHotel) -> None:
    later = book(hotel, arrival=TODAY + timedelta(days=1))

    def mark() -> None:
        mark_no_show(hotel_id=hotel.pk, room_reservation_id=later.room_ids[0], actor=SYSTEM, now=NOW)

    assert isinstance(refused(hotel, mark), errors.NotYetDue)
    run_audit_day(hotel)
    mark()
    assert isinstance(refused(hotel, mark), errors.WrongStatus)


def test_mark_no_show_needs_its_right(hotel: TestHotel) -> None:
    made = book(hotel)

    def mark(*permissions: str, waive: bool = False) -> None:
        mark_no_show(
            hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], waive_fee=waive,
            actor=make_actor(hotel, permissions), now=NOW,
        )  # fmt: skip

    assert isinstance(refused(hotel, lambda: mark(Permission.CANCEL)), Forbidden)
    assert isinstance(refused(hotel, lambda: mark(Permission.MARK_NO_SHOW, waive=True)), Forbidden)
    mark(Permission.MARK_NO_SHOW, Permission.WAIVE_FEE, waive=True)
    assert charges(hotel) == []


def test_reinstate_cancelled_takes_nights_again_and_reverses_the_fee(hotel: TestHotel) -> None:
    made = book(hotel)
    cancel(hotel, made, now=DEADLINE + timedelta(hours=1))
    version = reinstate(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)
    assert version == 3
    assert sold(hotel)[:3] == [1, 1, 0]
    assert charges(hotel) == [("8010", Decimal("400.00")), ("8010", Decimal("-400.00"))]
    room = RoomReservation.objects.get(pk=made.room_ids[0])
    assert (room.status, room.ended_on, room.end_reason) == ("reserved", None, "")
    # Cancelled again, the fee is due again.
    assert cancel(hotel, made, now=DEADLINE + timedelta(hours=2)).fee == Decimal(400)
    assert len(charges(hotel)) == 3


def test_reinstate_no_show_after_the_day_begins_tonight(hotel: TestHotel) -> None:
    made = book(hotel, nights=3)
    mark_no_show(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)
    run_audit_day(hotel)
    reinstate(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)
    room = RoomReservation.objects.get(pk=made.room_ids[0])
    assert (room.arrival, room.departure) == (TODAY + timedelta(days=1), TODAY + timedelta(days=3))
    assert sold(hotel)[:4] == [0, 1, 1, 0]
    assert verify.wrongly_priced(hotel_id=hotel.pk) == []


def test_reinstate_sold_out_or_too_late_or_not_ended_is_refused(hotel: TestHotel) -> None:
    made = book(hotel, nights=1)

    def back() -> None:
        reinstate(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)

    assert isinstance(refused(hotel, back), errors.WrongStatus)
    cancel(hotel, made)
    rest = book(hotel, nights=1, rooms=5)
    assert isinstance(refused(hotel, back), errors.RoomTypeSoldOut)
    cancel(hotel, rest)
    run_audit_day(hotel)
    assert isinstance(refused(hotel, back), errors.TooLateToReinstate)


def test_reinstate_needs_its_right(hotel: TestHotel) -> None:
    made = book(hotel)
    cancel(hotel, made)
    clerk = make_actor(hotel, [Permission.CANCEL, Permission.CHANGE])

    def back() -> None:
        reinstate(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=clerk, now=NOW)

    assert isinstance(refused(hotel, back), Forbidden)


def turn_over(hotel: TestHotel) -> no_shows.TurnedOver:
    with unit_of_work():
        return no_shows.turn_over(hotel_id=hotel.pk, date=TODAY, actor=SYSTEM, now=NOW)


def test_turn_over_makes_no_shows_of_all_due_with_fees_events_and_nights_back(hotel: TestHotel) -> None:
    due = [book(hotel, nights=2), book(hotel, nights=1, rate_plan="bb"), book(hotel, rooms=2, room_type="king")]
    later = book(hotel, arrival=TODAY + timedelta(days=1), nights=1)
    gone = book(hotel, nights=1)
    cancel(hotel, gone)
    here = book(hotel, nights=1)
    stay = assign(hotel, here.room_ids[0], "101")
    with unit_of_work():
        stays.start(room_reservation=stay, now=NOW)
    turned = turn_over(hotel)
    # first night 400, whole stay 440, twice first night 400
    assert (turned.rooms, turned.fees) == (4, Decimal(1640))
    assert sorted(charges(hotel)) == [
        ("8020", Decimal(400)),
        ("8020", Decimal(400)),
        ("8020", Decimal(400)),
        ("8020", Decimal(440)),
    ]
    assert [status_of(pk) for made in due for pk in made.room_ids] == ["no_show"] * 4
    assert [status_of(made.room_ids[0]) for made in (later, gone, here)] == ["reserved", "cancelled", "in_house"]
    assert verify.differences(hotel_id=hotel.pk) == []
    assert OutboxEvent.objects.filter(topic="reservation.no_show").count() == 4
    assert AuditEntry.objects.filter(operation="reservation.no_show").count() == 4
    assert turn_over(hotel) == no_shows.TurnedOver(0, Decimal("0.00"))


def test_turn_over_number_of_statements_does_not_grow_with_rooms(hotel: TestHotel) -> None:
    def counted() -> int:
        with statements() as sent:
            turn_over(hotel)
        return len(sent)

    book(hotel)
    one = counted()
    book(hotel, rooms=5, nights=14)
    book(hotel, rooms=3, room_type="king")
    assert counted() == one
    assert one <= 7


def test_cancel_reservation_number_of_statements_does_not_grow_with_nights(hotel: TestHotel) -> None:
    def counted(nights: int) -> int:
        made = book(hotel, nights=nights)
        with statements() as sent:
            cancel(hotel, made)
        return len(sent)

    # The last of them wakes the waitlist.
    assert counted(1) == counted(14) == 7


def test_fee_transactions_carry_the_reservations_number(hotel: TestHotel) -> None:
    made = book(hotel)
    cancel(hotel, made, now=DEADLINE + timedelta(hours=1))
    assert Transaction.objects.filter(hotel_id=hotel.pk).get().description == made.number


def test_cancel_reservation_invalid_reason_is_an_input_error(hotel: TestHotel) -> None:
    made = book(hotel)
    assert isinstance(refused(hotel, lambda: cancel(hotel, made, reason="high")), InvalidInput)
