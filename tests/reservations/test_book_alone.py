"""A booking whose one statement is its own transaction: it is whole or it is nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import db, outbox
from binzhi.kernel.idempotency import KeyReused, run_once_carried
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.reservations import errors
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.models import Reservation
from binzhi.reservations.requests import ReservationRef
from binzhi.reservations.services import create_reservation, writing
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, fingerprint, make_hotel, sold, statements

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(nights=20)


def book(hotel: TestHotel, **of: Any) -> ReservationRef:
    return create_reservation(hotel_id=hotel.pk, booking=booking(**of), actor=SYSTEM, now=NOW)


def keyed(hotel: TestHotel, key: str, fingerprint: bytes = b"f", **of: Any) -> tuple[dict[str, Any], bool]:
    return run_once_carried(
        caller="token:1", key=key, fingerprint=fingerprint, work=lambda: book(hotel, **of),
        answer_of=lambda made: {"number": made.number},
    )  # fmt: skip


def test_booking_sends_no_begin_and_no_commit(hotel: TestHotel) -> None:
    with statements() as sent:
        book(hotel)
    # It lets its connection go before it asks to be written; the pool may hand it another one, which is bound anew.
    assert len([sql for sql in sent if "set_config" not in sql]) == 2
    assert writing._BOOK_ALONE in sent


def test_booking_to_which_something_reacts_is_in_a_transaction_with_it(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_event: Any) -> None:
        raise RuntimeError("the job could not be noted")

    monkeypatch.setitem(outbox._reactions, ReservationCreated, [fail])
    before = fingerprint(hotel)
    with pytest.raises(RuntimeError):
        book(hotel)
    assert fingerprint(hotel) == before
    assert sum(sold(hotel)) == 0


def test_statements_are_kept_parsed_by_the_driver(hotel: TestHotel) -> None:
    with statements() as sent:
        book(hotel)
    # Its own limits: longer ones, or with more parameters, it takes apart anew every time.
    for statement in (*sent, writing._BOOK):
        assert len(statement) <= 4096
        assert len(set(re.findall(r"%\((\w+)\)s", statement))) <= 50


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        ("UPDATE reservations_night SET sold = rooms WHERE night = %s", errors.RoomTypeSoldOut),
        ("UPDATE reservations_night SET closed = true WHERE night = %s", errors.RoomTypeClosed),
        ("DELETE FROM reservations_night WHERE night = %s", errors.NotOnSale),
    ],
)
def test_a_night_that_is_not_to_be_had_is_named_and_nothing_written(
    hotel: TestHotel, spoil: str, refusal: type[Exception]
) -> None:
    short = TODAY + timedelta(days=1)
    db.execute(spoil, [short])
    before = fingerprint(hotel)
    with pytest.raises(refusal) as caught:
        book(hotel, nights=3)
    assert caught.value.params["night"] == short  # type: ignore[attr-defined]
    assert fingerprint(hotel) == before
    assert Reservation.objects.count() == OutboxEvent.objects.filter(topic="reservation.created").count() == 0
    assert not AuditEntry.objects.filter(operation="reservation.created").exists()


def test_night_that_came_free_before_it_was_asked_why_is_sold(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.execute("UPDATE reservations_night SET closed = true WHERE night = %s", [TODAY])
    why = writing.nights.shortage

    def open_then_ask(*given: Any) -> Any:
        db.execute("UPDATE reservations_night SET closed = false")
        return why(*given)

    monkeypatch.setattr(writing.nights, "shortage", open_then_ask)
    book(hotel)
    assert sold(hotel)[:2] == [1, 1]
    assert Reservation.objects.count() == 1


def test_repeat_gets_the_first_answer_although_all_is_sold_since(hotel: TestHotel) -> None:
    first, repeated = keyed(hotel, "k")
    assert not repeated
    db.execute("UPDATE reservations_night SET closed = true")
    assert keyed(hotel, "k") == (first, True)
    with pytest.raises(errors.RoomTypeClosed):
        keyed(hotel, "another")
    assert Reservation.objects.count() == 1


def test_repeat_while_rooms_are_left_writes_nothing(hotel: TestHotel) -> None:
    first, _repeated = keyed(hotel, "k")
    before = fingerprint(hotel)
    assert keyed(hotel, "k") == (first, True)
    assert fingerprint(hotel) == before


def test_key_of_another_request_is_refused(hotel: TestHotel) -> None:
    keyed(hotel, "k")
    with pytest.raises(KeyReused):
        keyed(hotel, "k", b"other")
    assert Reservation.objects.count() == 1
