"""Bookings that come at the same moment are written together; each is as if it were alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection

from binzhi.guests import services as guests
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.idempotency import run_once_carried
from binzhi.kernel.models import AuditEntry, IdempotencyKey, OutboxEvent
from binzhi.reservations import facts, verify
from binzhi.reservations.access import Permission
from binzhi.reservations.models import Reservation, StayNight
from binzhi.reservations.promotions.services import set_agreed_price, set_members_rate
from binzhi.reservations.requests import NewReservation, ReservationRef
from binzhi.reservations.services import booking as bookings
from binzhi.reservations.services import create_reservation, writing
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_actor, make_hotel, sold, statements

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 30.0


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(types={"std": 5, "king": 3}, nights=20)


def asked(hotel: TestHotel, wanted: NewReservation, actor: Any = SYSTEM) -> bookings.Asked:
    return bookings.Asked(hotel_id=hotel.pk, booking=wanted, phone="", actor=actor, now=NOW, claim=None)


def several(hotel: TestHotel, *wanted: NewReservation) -> list[Any]:
    return bookings._several([asked(hotel, one) for one in wanted])


def outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except DomainError as error:
        return error


class Crowd:
    """The first booking is held up before it is written; all that come after are written together."""

    def __init__(self, hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hotel, self.pool, self.found = hotel, ThreadPoolExecutor(9), []
        self.held, self.go = threading.Event(), threading.Event()
        real = facts.gather_new

        def hold(**of: Any) -> facts.Facts:
            if not self.held.is_set():
                self.held.set()
                assert self.go.wait(LONG)
            return real(**of)

        monkeypatch.setattr(facts, "gather_new", hold)
        monkeypatch.setattr(bookings._TOGETHER, "_patience", LONG)
        self.first = self.pool.submit(self._booked, booking(), None)
        assert self.held.wait(LONG)

    def come(self, wanted: NewReservation, key: str | None = None) -> None:
        before = self._waiting()
        self.found.append(self.pool.submit(self._booked, wanted, key))
        while self._waiting() == before:
            threading.Event().wait(0.001)

    def outcomes(self) -> list[Any]:
        """What each who came got, an answer or an error."""
        self.go.set()
        assert isinstance(self.first.result(LONG), ReservationRef)
        self.pool.shutdown()
        return [future.exception(LONG) or future.result(LONG) for future in self.found]

    def _waiting(self) -> int:
        return sum(bookings._TOGETHER.waiting(key) for key in list(bookings._TOGETHER._lines))

    def _booked(self, wanted: NewReservation, key: str | None) -> Any:
        def work() -> ReservationRef:
            return create_reservation(hotel_id=self.hotel.pk, booking=wanted, actor=SYSTEM, now=NOW)

        try:
            if key is None:
                return work()
            return run_once_carried(
                caller="token:1", key=key, fingerprint=b"f", work=work, answer_of=lambda made: {"number": made.number}
            )
        finally:
            connection.close()


def test_several_are_read_and_written_in_two_statements(hotel: TestHotel) -> None:
    with statements() as sent:
        done = several(hotel, *(booking(arrival=TODAY + timedelta(days=n)) for n in range(4)))
    assert len(sent) == 2
    assert len({one.made.number for one in done}) == 4
    assert sold(hotel)[:6] == [1, 2, 2, 2, 1, 0]
    assert not verify.differences(hotel_id=hotel.pk)


def test_statement_that_reads_for_several_is_kept_parsed_by_the_driver() -> None:
    assert len(facts._OF_EACH) <= 4096


def test_each_has_its_own_prices_audit_row_and_event(hotel: TestHotel) -> None:
    clerk = make_actor(hotel, [Permission.CREATE])
    wanted = [booking(room_type="king", booker_name="甲"), booking(nights=3, booker_name="乙")]
    done: list[Any] = bookings._several([asked(hotel, wanted[0], clerk), asked(hotel, wanted[1])])
    for one, asked_for, actor in zip(done, wanted, (clerk, SYSTEM), strict=True):
        row = Reservation.objects.get(pk=one.made.id)
        room = row.rooms.get()
        assert (row.booker_name, row.number) == (asked_for.booker_name, one.made.number)
        assert (room.pk, room.room_type_id) == (one.made.room_ids[0], hotel.room_types[asked_for.rooms[0].room_type])
        prices = list(StayNight.objects.filter(room_reservation=room).order_by("night").values_list("price", flat=True))
        assert sum(prices) == one.made.total
        assert len(prices) == (asked_for.rooms[0].departure - asked_for.rooms[0].arrival).days
        entry = AuditEntry.objects.get(operation="reservation.created", subject_id=row.pk)
        assert (entry.user_id, entry.actor) == (actor.user_id, actor.name if actor.is_system else "")
        assert entry.after["rooms"][0]["room_type"] == asked_for.rooms[0].room_type
        event = OutboxEvent.objects.get(topic="reservation.created", subject_id=row.pk)
        assert (event.pk, event.payload["reservation_id"]) == (one.event_id, row.pk)


def test_written_together_costs_what_it_costs_alone(hotel: TestHotel) -> None:
    """The one who reads for several and the one who reads for one say the same, refusals included."""
    member = guests.create_guest(
        details=guests.GuestDetails(name="陈国梁", member_no="M1"), hotel_id=hotel.pk, actor=SYSTEM, now=NOW
    )
    wanted = [
        booking(), booking(adults=1, nights=5), booking(room_type="king", arrival=TODAY + timedelta(days=4)),
        booking(rate_plan="bb"), booking(rate_plan="nope"), booking(room_type="nope"), booking(rate_plan="é"),
        booking(adults=9), booking(nights=31), booking(arrival=TODAY - timedelta(days=3)), booking(nights=0),
        booking(arrival=date(2031, 1, 1)), booking(guest_id=member), booking(guest_id=member + 10_000),
        booking(organisation_id=77_777), booking(market="nope"), booking(guarantee="none", rate_plan="bb"),
    ]  # fmt: skip
    of = [asked(hotel, one).facts() for one in wanted]
    of = [replace(one, guest_ids=[one.guest_id] if one.guest_id else []) for one in of]
    together = facts.gather_each(hotel.pk, of)
    refused = 0
    for one, found in zip(of, together, strict=True):
        alone = outcome(lambda one=one: facts.gather_new(hotel_id=hotel.pk, asked=one))  # type: ignore[misc]
        assert type(found) is type(alone)
        if isinstance(alone, DomainError):
            refused += 1
            assert (found.field, found.params) == (alone.field, alone.params)  # type: ignore[union-attr]
            continue
        for mine, other in zip(found.rooms, alone.rooms, strict=True):  # type: ignore[union-attr]
            assert (mine.prices, mine.room_type_id, mine.rate_plan_id, mine.policy_id) == (
                other.prices, other.room_type_id, other.rate_plan_id, other.policy_id)  # fmt: skip
            assert type(mine.refusal) is type(other.refusal)
    assert 6 <= refused <= 12


def test_who_has_a_plan_by_agreement_or_membership_has_it_among_others(hotel: TestHotel) -> None:
    of = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": NOW}
    company = guests.create_organisation(organisation=guests.NewOrganisation(name="澜海"), **of)
    member = guests.create_guest(details=guests.GuestDetails(name="陈国梁", member_no="M1"), **of)
    stranger = guests.create_guest(details=guests.GuestDetails(name="李想"), **of)
    set_agreed_price(rate_plan="corp", organisation_id=company, percent=Decimal(-20), amount=None, **of)
    set_members_rate(rate_plan="bb", members_only=True, **of)
    found = several(
        hotel,
        booking(rate_plan="corp", organisation_id=company), booking(rate_plan="corp"),
        booking(rate_plan="bb", guest_id=member), booking(rate_plan="bb", guest_id=stranger), booking(rate_plan="bb"),
    )  # fmt: skip
    assert [type(one).__name__ for one in found] == [
        "Booked", "PlanNotForGuest", "Booked", "MembersOnly", "MembersOnly"
    ]  # fmt: skip


def test_one_that_is_refused_holds_no_other_up(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(hotel, monkeypatch)
    crowd.come(booking(rate_plan="nope"))
    crowd.come(booking())
    crowd.come(booking(nights=40))
    found = crowd.outcomes()
    assert [type(one).__name__ for one in found] == ["InvalidInput", "ReservationRef", "InvalidInput"]
    assert [one.field for one in (found[0], found[2])] == ["rate_plan", "departure"]
    assert sold(hotel)[:3] == [2, 2, 0]


def test_when_rooms_run_short_the_first_have_them_and_the_others_hear_why(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(hotel, monkeypatch)
    for _buyer in range(7):
        crowd.come(booking(nights=1))
    crowd.come(booking(room_type="king"))
    names = [type(one).__name__ for one in crowd.outcomes()]
    assert (names.count("ReservationRef"), names.count("RoomTypeSoldOut")) == (5, 3)
    assert names[-1] == "ReservationRef"
    assert (sold(hotel)[0], sold(hotel, "king")[0]) == (5, 1)
    assert Reservation.objects.count() == OutboxEvent.objects.filter(topic="reservation.created").count() == 6
    assert not verify.differences(hotel_id=hotel.pk)


def test_the_same_key_twice_among_them_is_booked_once(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(hotel, monkeypatch)
    for key in ("a", "b", "a", "a"):
        crowd.come(booking(nights=1), key)
    found = crowd.outcomes()
    assert len({answer["number"] for answer, _repeated in found}) == 2
    assert sorted(repeated for _answer, repeated in found) == [False, False, True, True]
    assert {row.key: row.answer["number"] for row in IdempotencyKey.objects.all()} == {
        "a": found[0][0]["number"], "b": found[1][0]["number"]
    }  # fmt: skip
    assert sold(hotel)[0] == 3


def test_when_nobody_knows_what_was_written_nobody_writes_again(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is cut after the statement was sent: all are told, and not one is tried a second time."""
    real, sent = db.fetch_one, []

    def cut(statement: str, params: Any = ()) -> Any:
        row = real(statement, params)
        if statement == writing._BOOK_ALONE:
            sent.append(params["bookings"])
            if len(sent) == 2:
                raise OperationalError("the connection is lost")
        return row

    crowd = Crowd(hotel, monkeypatch)
    monkeypatch.setattr(db, "fetch_one", cut)
    for _buyer in range(3):
        crowd.come(booking(nights=1))
    assert [type(one).__name__ for one in crowd.outcomes()] == ["OperationalError"] * 3
    assert len(sent) == 2
    assert sold(hotel)[0] == 4


def test_who_waits_holds_no_connection_and_sees_afterwards_what_he_saw(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes for the others needs one: were all in the hands of those he writes for, nobody would get on."""
    crowd = Crowd(hotel, monkeypatch)
    held: list[bool] = []
    real = bookings._TOGETHER._wait

    def wait(*of: Any) -> None:
        held.append(connection.connection is not None)
        real(*of)

    def at_the_desk(wanted: NewReservation) -> tuple[bool, ReservationRef, int]:
        db.enter_scope(SYSTEM.hotel_scope, SYSTEM.group_scope)
        before = connection.connection is not None
        made = create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=NOW)
        return before, made, Reservation.objects.filter(pk=made.id).count()

    monkeypatch.setattr(bookings._TOGETHER, "_wait", wait)
    monkeypatch.setattr(crowd, "_booked", lambda wanted, _key: at_the_desk(wanted))
    crowd.come(booking(nights=1))
    crowd.come(booking(nights=1))
    found = crowd.outcomes()
    assert held == [False, False]
    assert [(before, seen) for before, _made, seen in found] == [(True, 1), (True, 1)]


def test_who_sees_other_hotels_is_not_written_with_who_does_not(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of one scope alone share a statement: the session is bound to what all of them may see."""
    crowd = Crowd(hotel, monkeypatch)
    narrow = make_actor(hotel, [Permission.CREATE])
    assert (narrow.hotel_scope, narrow.group_scope) != (SYSTEM.hotel_scope, SYSTEM.group_scope)
    made = create_reservation(hotel_id=hotel.pk, booking=booking(nights=1), actor=narrow, now=NOW)
    assert Reservation.objects.filter(pk=made.id).exists()
    assert crowd.outcomes() == []
